import type { Check } from '../check.ts';
import { foundIn } from './rights.ts';

export default {
  id: 'api/tampers-with-controllers',
  family: 'api-tampering',
  title: 'Its account can change what other controllers act on',
  docs: `The account may write resources that another, more powerful controller obeys: custom resource definitions,
    volume attachments, rollback revisions, deployments of a delivery system. What it writes there is done with the
    rights of that controller. Fine for the controller that owns the resource; for others remove the rule.`,
  source: 'Kubernetes: RBAC good practices, privilege escalation risks',
  controls: ['OWASP K03'],
  find: (variant, workload, around) =>
    foundIn(variant, workload, around, {
      applies: ({ primitive }) => primitive.gives === 'tampering',
      gives: 'this lets it act through them',
      remediation: 'Take the permission away, or list the objects that it owns in resourceNames',
    }),
} satisfies Check;
