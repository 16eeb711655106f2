import { textOf } from '../../world/world.ts';
import type { Check } from '../check.ts';
import { secretUses } from './places.ts';

export default {
  id: 'secrets/shared-between-workloads',
  family: 'shared-secret',
  title: 'Shares a Secret with other workloads',
  docs: `Several workloads of the namespace get the same Secret, so the weakest of them gives away what the others
    protect, nobody can tell from its use which of them leaked it, and to replace it means to touch all of them at
    once. Give each client a login of its own with no more rights than it needs. A server and its only client that
    share one password are the mild case.`,
  source: 'OWASP Secrets Management Cheat Sheet: fine-grained access control',
  controls: ['OWASP K08'],
  find: (variant, workload, { sharedSecrets }) => {
    if (variant !== workload.variants[0]) return [];
    const uses = secretUses(variant);
    return sharedSecrets.flatMap(({ secret, others }) => {
      const places = uses.filter((use) => use.secret === secret).map(({ evidence }) => evidence);
      if (places.length === 0) return [];
      return {
        // low: it matters only once one of them is entered, and then it widens that
        weight: 0.1,
        message: `Secret ${secret} is shared with ${namesOf(others.map(shortOf))}`,
        evidence: places,
        remediation: { text: `Give each workload a Secret of its own in place of ${secret}`, patch: [] },
      };
    });
  },
} satisfies Check;

/** The namespace is the workload's own. */
const shortOf = (ref: Parameters<typeof textOf>[0]): string => textOf({ ...ref, namespace: '' });

const namesOf = (names: readonly string[]): string =>
  names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
