import type { Check } from '../check.ts';
import { certainty, holdersOf, withArticle } from './places.ts';

const weights = { sure: 0.7, likely: 0.45 };

export default {
  id: 'secrets/credential-in-env',
  family: 'plain-credential',
  title: 'A variable holds a credential in plain',
  docs: `Whoever may read the workload reads the credential: most roles for reading allow that, where they keep Secrets
    closed. It also ends up in version control, in the history of revisions and on every screen that shows the object.
    Put it into a Secret, mount that as a file or refer to it with secretKeyRef, and replace the credential: it is
    known.`,
  source: 'NSA/CISA Kubernetes Hardening Guide: Protecting Secrets',
  controls: ['CIS 5.4.1', 'OWASP K08'],
  find: (variant) =>
    holdersOf(variant).flatMap(({ container, evidence }) =>
      container.env.flatMap(({ name, credential }, index) =>
        credential === undefined
          ? []
          : {
              weight: weights[certainty(credential)],
              message: `variable ${name} of container ${container.name} holds in plain what looks like ${withArticle(credential)}`,
              evidence: [evidence('env', index, 'value')],
              remediation: {
                text: `Put the value of ${name} into a Secret, refer to that, and replace the credential`,
                patch: [],
              },
            },
      ),
    ),
} satisfies Check;
