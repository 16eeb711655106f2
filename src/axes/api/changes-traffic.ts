import type { Check } from '../check.ts';
import { foundIn } from './rights.ts';

export default {
  id: 'api/changes-traffic',
  family: 'api-traffic',
  title: 'Its account can redirect or open traffic',
  docs: `The account may change Services, routes, NetworkPolicies or DNS, or reach pods through the API server. An
    intruder can send the traffic of others to itself or lift the rules that keep it away. Load balancers, ingress
    controllers and meshes need it; for others remove the rule.`,
  source: 'Kubernetes: RBAC good practices, privilege escalation risks',
  controls: ['OWASP K03'],
  find: (variant, workload, around) =>
    foundIn(variant, workload, around, {
      applies: ({ primitive }) => primitive.gives === 'traffic',
      gives: 'this lets it intercept or open connections',
      remediation: 'Take the permission away, or bind it only in the namespace that needs it',
    }),
} satisfies Check;
