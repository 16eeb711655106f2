import type { Check } from '../check.ts';
import { foundIn } from './rights.ts';

export default {
  id: 'api/takes-node',
  family: 'api-takeover',
  title: 'Its account can take a node',
  docs: `The account may run pods of its own making where no Pod Security level forbids privileged ones, or command the
    kubelet. Either is root on a node, with the secrets and tokens of every pod on it. Enforce the level baseline or
    restricted on the namespace, or take the permission away.`,
  source: 'Kubernetes: RBAC good practices, privilege escalation risks',
  controls: ['CIS 5.1.4', 'OWASP K03'],
  find: (variant, workload, around) =>
    foundIn(variant, workload, around, {
      applies: ({ consequence }) => consequence === 'node',
      gives: 'this gives it a node and the pods there',
      remediation:
        'Take the permission away, or label the namespace with pod-security.kubernetes.io/enforce: baseline',
    }),
} satisfies Check;
