import type { Check } from '../check.ts';
import { repair } from './security-context.ts';
import { placesOf } from './standard.ts';

export default {
  id: 'privileges/unsafe-sysctl',
  family: 'sysctls',
  title: 'Changes unsafe kernel settings',
  docs: `Some kernel settings belong to one pod, others leak into the whole node: they take memory from everyone or
    weaken its network. Kubernetes lets any pod set the safe ones; the others work only where the administrator of the
    node allows them. Ask for those on a node pool of its own.`,
  source: 'Pod Security Standards, baseline: Sysctls',
  controls: ['PSS baseline: Sysctls'],
  find: (variant) => {
    const sysctls = variant.pod.securityContext?.sysctls ?? [];
    const places = placesOf('sysctls', variant);
    const bad = new Set(places.map(({ path }) => Number(path.slice(path.lastIndexOf('/') + 1))));
    const patch = repair(variant, {
      op: 'replace',
      path: variant.at('securityContext', 'sysctls'),
      value: sysctls.filter((_, index) => !bad.has(index)),
    });
    return [...bad].flatMap((index, nth) => {
      const place = places[nth];
      if (place === undefined) return [];
      return {
        weight: 0.35,
        message: `the pod sets ${sysctls[index]?.name ?? 'a sysctl'}, a kernel setting that is not safe to share`,
        evidence: [place],
        remediation: { text: 'Remove the sysctl, or set it for a node pool of its own', patch },
      };
    });
  },
} satisfies Check;
