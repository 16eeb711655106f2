import type { Check } from '../check.ts';
import { repair } from './security-context.ts';
import { placesOf } from './standard.ts';

export default {
  id: 'privileges/selinux-options',
  family: 'mandatory-access-control',
  title: 'Changes its SELinux confinement',
  docs: `On nodes with SELinux each container has a type that confines it, and a category that keeps it from the files of
    other pods. Another type, user or role usually means less confinement; spc_t means none. Only the types for
    containers are fine, and most pods set nothing at all.`,
  source: 'Pod Security Standards, baseline: SELinux',
  controls: ['PSS baseline: SELinux'],
  find: (variant) =>
    placesOf('seLinuxOptions', variant).map((place) => {
      const field = place.path.slice(place.path.lastIndexOf('/') + 1);
      const who = place.container === undefined ? 'the pod' : `container ${place.container}`;
      return {
        weight: field === 'type' ? 0.4 : 0.3,
        message: `${who} sets its own SELinux ${field}, which most often confines it less`,
        evidence: [place],
        remediation: {
          text: `Remove seLinuxOptions.${field}, or use a type for containers such as container_t`,
          patch: repair(variant, { op: 'remove', path: place.path }),
        },
      };
    }),
} satisfies Check;
