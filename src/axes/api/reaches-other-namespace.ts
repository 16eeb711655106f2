import type { Check } from '../check.ts';
import { foundIn } from './rights.ts';

export default {
  id: 'api/reaches-other-namespace',
  family: 'api-takeover',
  title: 'Its account can take over workloads of another namespace',
  docs: `The account has rights in a namespace that is not its own which give the Secrets, the accounts or the running
    pods there. An intruder in this workload walks across the border between the two. That is fine for an agent that
    serves both; else move the workload, or narrow the binding.`,
  source: 'Kubernetes: RBAC good practices, privilege escalation risks',
  controls: ['OWASP K03'],
  find: (variant, workload, around) =>
    foundIn(variant, workload, around, {
      applies: ({ consequence }) => consequence === 'other-namespace',
      gives: 'this gives it secrets or accounts of others',
      remediation:
        'Remove the binding in the other namespace, or narrow its role to what the workload uses there',
    }),
} satisfies Check;
