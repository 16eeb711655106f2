import type { Check } from '../check.ts';
import { certainty, commandsOf, holdersOf, withArticle } from './places.ts';

const weights = { sure: 0.7, likely: 0.45 };

export default {
  id: 'secrets/credential-in-command',
  family: 'plain-credential',
  title: 'A command line holds a credential in plain',
  docs: `Whoever may read the workload reads the credential, and so does every process of the node and every tool that
    lists processes. Probes and hooks are command lines, too. Put it into a Secret and pass it as a file; where a
    program takes it only as an argument, refer to a variable as $(NAME) and set that from the Secret. Then replace
    the credential: it is known.`,
  source: 'NSA/CISA Kubernetes Hardening Guide: Protecting Secrets',
  controls: ['CIS 5.4.1', 'OWASP K08'],
  find: (variant) =>
    holdersOf(variant).flatMap(({ container, evidence }) =>
      commandsOf(container).map(({ credential, where, path }) => ({
        weight: weights[certainty(credential)],
        message: `${where} of container ${container.name} hold in plain what looks like ${withArticle(credential)}`,
        evidence: [evidence(...path)],
        remediation: {
          text: 'Put the value into a Secret, pass it as a file or as $(NAME), and replace the credential',
          patch: [],
        },
      })),
    ),
} satisfies Check;
