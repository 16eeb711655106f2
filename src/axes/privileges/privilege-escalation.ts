import { linuxContainersOf } from '../../world/workload/containers.ts';
import type { Check } from '../check.ts';
import { placeIn, setContext } from './security-context.ts';

export default {
  id: 'privileges/privilege-escalation',
  family: 'privilege-escalation',
  title: 'Lets programs gain privileges',
  docs: `Unless allowPrivilegeEscalation is false, a program with the set-user-ID bit or file capabilities gives root to
    whoever starts it, even in a container that runs as another user. Absent means allowed. Hardly any server needs it;
    images with sudo or ping do.`,
  source: 'Pod Security Standards, restricted: Privilege Escalation',
  controls: ['PSS restricted: Privilege Escalation', 'CIS 5.2.6', 'OWASP K01'],
  find: (variant) =>
    linuxContainersOf(variant.pod).flatMap((located) => {
      const { name, securityContext: context } = located.container;
      if (context?.allowPrivilegeEscalation === false) return [];
      // the API server refuses `false` beside these, so they have to go first
      const isPrivileged =
        context?.privileged === true || context?.capabilities?.add.includes('CAP_SYS_ADMIN') === true;
      return {
        weight: 0.2,
        message: `container ${name} may gain privileges that it was not started with`,
        evidence: [placeIn(variant, located, 'securityContext', 'allowPrivilegeEscalation')],
        remediation: {
          text: isPrivileged
            ? 'Take its privileges away first, then set allowPrivilegeEscalation to false'
            : 'Set allowPrivilegeEscalation to false',
          patch: isPrivileged ? [] : setContext(variant, located, { allowPrivilegeEscalation: false }),
        },
      };
    }),
} satisfies Check;
