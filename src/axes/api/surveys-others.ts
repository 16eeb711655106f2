import type { Check } from '../check.ts';
import { foundIn } from './rights.ts';

export default {
  id: 'api/surveys-others',
  family: 'api-reconnaissance',
  title: 'Its account can look into what others run',
  docs: `The account may list everything or read the logs of pods. Logs often hold personal data and sometimes tokens,
    and a full list shows an intruder where to go next. Log collectors and dashboards need it; for others remove the
    rule.`,
  source: 'Kubernetes: RBAC good practices, privilege escalation risks',
  controls: ['OWASP K03'],
  find: (variant, workload, around) =>
    foundIn(variant, workload, around, {
      applies: ({ primitive }) => primitive.gives === 'reconnaissance',
      gives: 'this shows an intruder where to go next',
      remediation: 'Take the permission away, or bind it only in the namespace that needs it',
    }),
} satisfies Check;
