import { linuxContainersOf } from '../../world/workload/containers.ts';
import type { Check } from '../check.ts';
import { gradeOf, keptDefaults } from '../../world/node/capabilities.ts';
import { placeIn, repair, setContext } from './security-context.ts';

export default {
  id: 'privileges/kept-capabilities',
  family: 'capabilities',
  title: 'Keeps the default Linux capabilities',
  docs: `A container that does not drop them starts with a dozen capabilities that hardly any program uses: forging
    packets, making device files, ignoring the permissions of files. Drop ALL, and add back the one that is missed;
    for a port below 1024 that is NET_BIND_SERVICE.`,
  source: 'Pod Security Standards, restricted: Capabilities',
  controls: ['PSS restricted: Capabilities', 'CIS 5.2.8', 'CIS 5.2.10'],
  find: (variant) =>
    linuxContainersOf(variant.pod).flatMap((located) => {
      const { container, list, index } = located;
      const kept = keptDefaults(container).map((name) => ({ name, ...gradeOf(name, variant.pod) }));
      const [worst] = kept.toSorted((a, b) => b.weight - a.weight);
      if (worst === undefined || worst.weight === 0) return []; // NET_BIND_SERVICE alone is harmless
      const drop = ['ALL'];
      const path = variant.at(list, index, 'securityContext', 'capabilities', 'drop');
      const capabilities = container.securityContext?.capabilities;
      return {
        weight: worst.weight,
        message: `container ${container.name} keeps ${kept.length} default capabilities, ${worst.name} among them`,
        evidence: [placeIn(variant, located, 'securityContext', 'capabilities', 'drop')],
        remediation: {
          text: 'Drop ALL capabilities, and add back only what the program misses',
          patch:
            capabilities === undefined
              ? setContext(variant, located, { capabilities: { drop } })
              : repair(variant, { op: 'add', path, value: drop }),
        },
      };
    }),
} satisfies Check;
