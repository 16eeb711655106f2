import type { Check } from '../check.ts';
import { repair } from './security-context.ts';

export default {
  id: 'privileges/host-pid',
  family: 'host-pid',
  title: 'Shares the process ids of the node',
  docs: `With hostPID the pod sees every process of the node and of all pods on it: their arguments, often their
    environment with its credentials, and root in the pod may end them. Together with a privileged container it is one
    command to a shell on the node. Node monitoring is the only usual reason.`,
  source: 'Pod Security Standards, baseline: Host Namespaces',
  controls: ['PSS baseline: Host Namespaces', 'CIS 5.2.3', 'OWASP K01'],
  find: (variant) => {
    const { ref, pod, at } = variant;
    if (pod.hostPID !== true) return [];
    const path = at('hostPID');
    return [
      {
        weight: 0.75,
        message:
          'hostPID is on: the pod sees the processes of the node and of all its pods, with arguments and environment',
        evidence: [{ object: ref, path }],
        remediation: {
          text: 'Set hostPID to false',
          patch: repair(variant, { op: 'replace', path, value: false }),
        },
      },
    ];
  },
} satisfies Check;
