import type { Check } from '../check.ts';
import { foundIn } from './rights.ts';

export default {
  id: 'api/takes-cluster-admin',
  family: 'api-takeover',
  title: 'Its account can make itself cluster-admin',
  docs: `Whoever gets into a container of this workload finds the token of its account there, and with that token can
    take over the whole cluster: directly, or by one step such as binding itself to cluster-admin or running a pod as
    any account. Operators that install or secure other things sometimes need it; an application does not. Give the
    account only the verbs, resources and namespaces that it uses.`,
  source: 'Kubernetes: RBAC good practices, privilege escalation risks',
  controls: ['CIS 5.1.1', 'OWASP K03'],
  find: (variant, workload, around) =>
    foundIn(variant, workload, around, {
      applies: ({ consequence }) => consequence === 'cluster-admin',
      gives: 'this gives it the whole cluster',
      remediation:
        'Narrow the rule to the verbs, resources and names that the workload uses, or bind it in one namespace',
    }),
} satisfies Check;
