import type { Check } from '../check.ts';
import { repair } from './security-context.ts';
import { placesOf } from './standard.ts';

export default {
  id: 'privileges/unmasked-proc',
  family: 'proc-mount',
  title: 'Removes the masks over /proc',
  docs: `Container runtimes hide the parts of /proc through which a container could read the memory of the kernel or
    change its settings. procMount: Unmasked shows them. It exists for containers that build or run containers, which
    should have a user namespace of their own (hostUsers: false); the API server asks for that in newer versions.`,
  source: 'Pod Security Standards, baseline: /proc Mount Type',
  controls: ['PSS baseline: /proc Mount Type'],
  find: (variant) =>
    placesOf('procMount_restricted', variant).map((place) => {
      const own = variant.pod.hostUsers === false;
      return {
        weight: own ? 0.15 : 0.6,
        message: `container ${place.container} sees the whole /proc${own ? ' inside its user namespace' : ', with the settings of the kernel of the node'}`,
        evidence: [place],
        remediation: {
          text: 'Set procMount to Default',
          patch: repair(variant, { op: 'replace', path: place.path, value: 'Default' }),
        },
      };
    }),
} satisfies Check;
