import type { Check } from '../check.ts';
import { repair } from './security-context.ts';
import { placesOf } from './standard.ts';

export default {
  id: 'privileges/apparmor-unconfined',
  family: 'mandatory-access-control',
  title: 'Switches off its AppArmor profile',
  docs: `On nodes with AppArmor every container has a profile that keeps it from mounting and from writing to /proc and
    /sys. Unconfined takes it away, and with it a second line of defence against ways out of the container. A profile
    of one's own (Localhost) is better than none.`,
  source: 'Pod Security Standards, baseline: AppArmor',
  controls: ['PSS baseline: AppArmor'],
  find: (variant) =>
    placesOf('appArmorProfile', variant).map((place) => {
      const { container, path } = place;
      const isAnnotation = path.includes('/metadata/annotations/');
      return {
        weight: 0.35,
        message: `${container === undefined ? 'the pod' : `container ${container}`} runs without an AppArmor profile`,
        evidence: [place],
        remediation: {
          text: 'Use the AppArmor profile RuntimeDefault, or a Localhost one',
          patch: repair(
            variant,
            isAnnotation
              ? { op: 'remove', path }
              : {
                  op: 'replace',
                  path: path.replace(/\/type$/, ''),
                  value: { type: 'RuntimeDefault' },
                },
          ),
        },
      };
    }),
} satisfies Check;
