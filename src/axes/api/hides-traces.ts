import type { Check } from '../check.ts';
import { foundIn } from './rights.ts';

export default {
  id: 'api/hides-traces',
  family: 'api-evasion',
  title: 'Its account can weaken guards or remove traces',
  docs: `The account may delete events, switch off admission policies or change the labels of a namespace that decide
    which policies hold there. An intruder uses that to stay unseen and to allow itself more. Only the tools that
    manage namespaces and policies need it.`,
  source: 'Kubernetes: RBAC good practices, privilege escalation risks',
  controls: ['OWASP K03'],
  find: (variant, workload, around) =>
    foundIn(variant, workload, around, {
      applies: ({ primitive }) => primitive.gives === 'evasion',
      gives: 'this lets it hide or lift its own limits',
      remediation: 'Take the permission away, or list the objects that it owns in resourceNames',
    }),
} satisfies Check;
