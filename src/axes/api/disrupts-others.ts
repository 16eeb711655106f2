import type { Check } from '../check.ts';
import { foundIn } from './rights.ts';

export default {
  id: 'api/disrupts-others',
  family: 'api-denial',
  title: 'Its account can delete what others need',
  docs: `The account may delete nodes, namespaces or everything, or take the capacity of the API server from others. An
    intruder, or a mistake in the program, stops far more than this workload. Narrow the rule to what the workload
    itself creates.`,
  source: 'Kubernetes: RBAC good practices, privilege escalation risks',
  controls: ['OWASP K03'],
  find: (variant, workload, around) =>
    foundIn(variant, workload, around, {
      applies: ({ primitive }) => primitive.gives === 'denial',
      gives: 'this lets it stop others',
      remediation: 'Narrow the rule to the resources that the workload itself creates',
    }),
} satisfies Check;
