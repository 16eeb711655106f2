import { containersOf } from '../../world/workload/containers.ts';
import type { ContainerPort } from '../../world/objects.ts';
import type { Check } from '../check.ts';
import { placeIn, repair } from './security-context.ts';

const isLocal = ({ hostIP }: ContainerPort): boolean =>
  hostIP !== undefined && (hostIP.startsWith('127.') || hostIP === '::1');

export default {
  id: 'privileges/host-port',
  family: 'host-port',
  title: 'Opens a port of the node',
  docs: `A hostPort makes the container answer on the address of whatever node it runs on, for everyone who reaches the
    node, often without any NetworkPolicy in between, and it can take the place of a service of the node. A Service
    does the same in a controlled way. Agents that have to be found on their own node need it.`,
  source: 'Pod Security Standards, baseline: Host Ports',
  controls: ['PSS baseline: Host Ports', 'CIS 5.2.13'],
  find: (variant) => {
    // the API server fills in the host ports of a pod with hostNetwork: that is the finding of its own check
    if (variant.pod.hostNetwork === true) return [];
    return containersOf(variant.pod).flatMap((located) => {
      const { container, list, index } = located;
      return container.ports.flatMap((port, place) => {
        if ((port.hostPort ?? 0) === 0) return [];
        const path = variant.at(list, index, 'ports', place, 'hostPort');
        return {
          weight: isLocal(port) ? 0.1 : 0.3,
          message: `container ${container.name} answers on port ${port.hostPort} of its node${isLocal(port) ? ', for the node only' : ''}`,
          evidence: [placeIn(variant, located, 'ports', place, 'hostPort')],
          remediation: {
            text: 'Remove the hostPort, and publish the port by a Service',
            patch: repair(variant, { op: 'remove', path }),
          },
        };
      });
    });
  },
} satisfies Check;
