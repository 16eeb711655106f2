import type { Check } from '../check.ts';
import { foundIn } from './rights.ts';

export default {
  id: 'api/reads-all-secrets',
  family: 'api-takeover',
  title: 'Its account can read the Secrets of every namespace',
  docs: `Secrets hold the passwords, keys and tokens of all applications, and to list or watch them returns their values
    as to get them does. Ingress controllers and certificate managers often ask for it because they serve every
    namespace; most can be told to watch a few. Bind the rule in those namespaces instead.`,
  source: 'Kubernetes: RBAC good practices, privilege escalation risks',
  controls: ['CIS 5.1.2', 'OWASP K03'],
  find: (variant, workload, around) =>
    foundIn(variant, workload, around, {
      applies: ({ consequence }) => consequence === 'all-secrets',
      gives: 'this gives it the credentials of every application',
      remediation:
        'Bind the rule by a RoleBinding in the namespaces that need it, or list the Secrets in resourceNames',
    }),
} satisfies Check;
