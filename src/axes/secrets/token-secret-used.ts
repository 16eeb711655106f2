import { isTokenSecret } from '../../world/surroundings/account.ts';
import type { Check } from '../check.ts';
import { secretUses } from './places.ts';

export default {
  id: 'secrets/token-secret-used',
  family: 'long-lived-token',
  title: 'Uses a token of its account that never expires',
  docs: `The account lists a Secret with its token, as all did before Kubernetes 1.24, and the pod gets it. That token
    has no end and is not tied to the pod: once copied it works until someone deletes the Secret. The token that
    Kubernetes mounts by itself is renewed every hour; use that, and delete the Secret.`,
  source: 'KEP-2799: reduction of secret-based service account tokens',
  controls: ['OWASP K08'],
  find: (variant, _workload, { account }) =>
    secretUses(variant)
      .filter(({ secret }) => isTokenSecret(secret, account.object))
      .map(({ secret, where, evidence }) => ({
        // medium: no new rights, but whoever copies it keeps them
        weight: 0.4,
        message: `${where} brings Secret ${secret}, a token of account ${account.name} that never expires`,
        evidence: [evidence],
        remediation: {
          text: `Use the token that Kubernetes mounts, or a projected one, and delete Secret ${secret}`,
          patch: [],
        },
      })),
} satisfies Check;
