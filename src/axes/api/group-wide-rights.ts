import type { Check } from '../check.ts';
import { foundFor, isForMany } from './rights.ts';

/** The rights count where they lead; that everyone shares them is a defect of its own, of low weight. */
const WEIGHT = 0.3;

export default {
  id: 'api/group-wide-rights',
  family: 'api-group-rights',
  title: 'It has dangerous rights only because everyone has them',
  docs: `A binding gives dangerous rights to a group that every account of the cluster or namespace is in
    (system:serviceaccounts, system:authenticated), or to whoever sends no credentials (system:anonymous,
    system:unauthenticated), as every workload can. So every workload has them, this one too, whether it uses them or
    not. Bind the account that needs the role instead. The groups' own bindings that Kubernetes brings are harmless
    and do not count.`,
  source: 'Kubernetes: RBAC good practices, least privilege',
  controls: ['OWASP K03'],
  find: (variant, workload, around) =>
    foundFor(
      variant,
      workload,
      around,
      ({ grants, consequence }) => consequence !== undefined && grants.some(isForMany),
    ).map(({ leadsTo: _, ...found }) => ({
      ...found,
      weight: WEIGHT,
      remediation: { text: 'Bind the role to the accounts that need it instead of the group', patch: [] },
    })),
} satisfies Check;
