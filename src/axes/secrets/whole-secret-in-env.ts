import type { Check } from '../check.ts';
import { holdersOf } from './places.ts';

export default {
  id: 'secrets/whole-secret-in-env',
  family: 'secret-delivery',
  title: 'All keys of a Secret become variables',
  docs: `envFrom turns each key of the Secret into a variable, those too that the program does not need and those that
    are added later; a key with the name of a variable that the program obeys (such as LD_PRELOAD) changes what it
    does. Name the keys that are needed, best as files of a volume.`,
  source: 'CIS Kubernetes Benchmark',
  controls: ['CIS 5.4.1', 'OWASP K08'],
  find: (variant) =>
    holdersOf(variant).flatMap(({ container, evidence }) =>
      container.envFrom.flatMap(({ secretRef }, index) =>
        secretRef === undefined
          ? []
          : {
              weight: 0.25,
              message: `container ${container.name} gets every key of Secret ${secretRef.name} as a variable`,
              evidence: [evidence('envFrom', index)],
              remediation: {
                text: `Mount the keys of ${secretRef.name} that container ${container.name} needs as files`,
                patch: [],
              },
            },
      ),
    ),
} satisfies Check;
