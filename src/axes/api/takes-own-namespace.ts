import type { Check } from '../check.ts';
import { foundIn } from './rights.ts';

export default {
  id: 'api/takes-own-namespace',
  family: 'api-takeover',
  title: 'Its account can read the Secrets or take the accounts of its namespace',
  docs: `The account may read all Secrets of its namespace, run pods there with any of them, or run commands in the pods
    of its neighbours. An intruder gets the credentials of everything in the namespace. List the Secrets that it
    needs in resourceNames, or give it a namespace of its own.`,
  source: 'Kubernetes: RBAC good practices, privilege escalation risks',
  controls: ['CIS 5.1.2', 'OWASP K03'],
  find: (variant, workload, around) =>
    foundIn(variant, workload, around, {
      applies: ({ consequence }) => consequence === 'namespace-secrets',
      gives: 'this gives it the secrets and accounts of its neighbours',
      remediation:
        'List the objects in resourceNames, drop the verbs that are not used, or give the workload its own namespace',
    }),
} satisfies Check;
