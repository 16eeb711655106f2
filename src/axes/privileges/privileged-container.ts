import { linuxContainersOf } from '../../world/workload/containers.ts';
import type { Check } from '../check.ts';
import { pathToNode } from './node-takeover.ts';
import { placeIn, repair, setContext } from './security-context.ts';

export default {
  id: 'privileges/privileged-container',
  family: 'node-takeover',
  title: 'Runs a privileged container',
  docs: `A privileged container has every capability, every device of the node and no seccomp or AppArmor profile:
    whoever is in it is root of the node, by a handful of published commands. Only agents that set up nodes (network,
    storage) need that. Everything else should ask for the single capability or device that it really uses.`,
  source: 'Pod Security Standards, baseline: Privileged Containers',
  controls: ['PSS baseline: Privileged Containers', 'CIS 5.2.2', 'OWASP K01'],
  find: (variant, { ref }) =>
    linuxContainersOf(variant.pod).flatMap((located) => {
      const { container, list, index } = located;
      if (container.securityContext?.privileged !== true) return [];
      const place = placeIn(variant, located, 'securityContext', 'privileged');
      const text = 'Set privileged to false, and add the single capability that it needs, if any';
      // only a privileged container may propagate its mounts to the node, so that has to go with it
      const mounts = container.volumeMounts.flatMap(({ mountPropagation }, mount) =>
        mountPropagation === 'Bidirectional'
          ? {
              op: 'replace' as const,
              path: variant.at(list, index, 'volumeMounts', mount, 'mountPropagation'),
              value: 'HostToContainer',
            }
          : [],
      );
      const patch = [...setContext(variant, located, { privileged: false }), ...repair(variant, ...mounts)];
      if (variant.pod.hostUsers === false) {
        const message = `container ${container.name} is privileged in its own user namespace: the kernel of the node is wide open to it`;
        return { weight: 0.5, message, evidence: [place], remediation: { text, patch } };
      }
      const message = `container ${container.name} is privileged: root in it is root of the node`;
      return {
        weight: 0.95,
        message,
        evidence: [place],
        remediation: { text, patch },
        leadsTo: pathToNode(ref, place, message),
      };
    }),
} satisfies Check;
