import { containersOf } from '../../world/workload/containers.ts';
import type { Check } from '../check.ts';
import { placeIn, repair } from './security-context.ts';

export default {
  id: 'privileges/bidirectional-mount',
  family: 'host-filesystem',
  title: 'Propagates its mounts to the node',
  docs: `With mountPropagation: Bidirectional, what the container mounts appears on the node and in other containers
    that use the same volume, and stays there when the container is gone: it can cover files of the node. Storage
    drivers work that way; for reading what the node mounts, HostToContainer is enough.`,
  source: 'Kubernetes documentation: Mount propagation',
  find: (variant) =>
    containersOf(variant.pod).flatMap((located) => {
      const { container, list, index } = located;
      return container.volumeMounts.flatMap(({ name, mountPropagation }, mount) => {
        if (mountPropagation !== 'Bidirectional') return [];
        const path = variant.at(list, index, 'volumeMounts', mount, 'mountPropagation');
        return {
          weight: 0.6,
          message: `container ${container.name} puts its mounts under ${name} onto the node`,
          evidence: [placeIn(variant, located, 'volumeMounts', mount, 'mountPropagation')],
          remediation: {
            text: 'Use HostToContainer, or no propagation',
            patch: repair(variant, { op: 'replace', path, value: 'HostToContainer' }),
          },
        };
      });
    }),
} satisfies Check;
