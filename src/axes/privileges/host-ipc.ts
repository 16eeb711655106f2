import type { Check } from '../check.ts';
import { repair } from './security-context.ts';

export default {
  id: 'privileges/host-ipc',
  family: 'host-ipc',
  title: 'Shares the memory segments of the node',
  docs: `With hostIPC the pod can read and change the shared memory and message queues of the node and of other pods
    that do the same: databases and caches keep data there. Containers of one pod share memory without it.`,
  source: 'Pod Security Standards, baseline: Host Namespaces',
  controls: ['PSS baseline: Host Namespaces', 'CIS 5.2.4', 'OWASP K01'],
  find: (variant) => {
    const { ref, pod, at } = variant;
    if (pod.hostIPC !== true) return [];
    const path = at('hostIPC');
    return [
      {
        weight: 0.45,
        message: 'hostIPC is on: the pod reaches the shared memory and message queues of the node',
        evidence: [{ object: ref, path }],
        remediation: {
          text: 'Set hostIPC to false',
          patch: repair(variant, { op: 'replace', path, value: false }),
        },
      },
    ];
  },
} satisfies Check;
