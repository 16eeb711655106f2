import { containersOf } from '../../world/workload/containers.ts';
import type { Check } from '../check.ts';
import { repair } from './security-context.ts';

export default {
  id: 'privileges/shared-process-namespace',
  family: 'process-namespace',
  title: 'Shares process ids between its containers',
  docs: `With shareProcessNamespace every container of the pod sees the processes of the others, and through /proc their
    files and environment: an intruder in the log shipper reads the secrets of the application. It is meant for
    debugging and for sidecars that signal the main process.`,
  source: 'Kubernetes documentation: Share Process Namespace between Containers in a Pod',
  find: (variant) => {
    const { ref, pod, at } = variant;
    if (pod.shareProcessNamespace !== true) return [];
    const path = at('shareProcessNamespace');
    const others = containersOf(pod).length - 1;
    return [
      {
        weight: others > 0 ? 0.2 : 0.05,
        message:
          others > 0
            ? `shareProcessNamespace is on: each of the ${others + 1} containers reads the files and environment of the others`
            : 'shareProcessNamespace is on: any container that is added reads the files and environment of this one',
        evidence: [{ object: ref, path }],
        remediation: {
          text: 'Set shareProcessNamespace to false',
          patch: repair(variant, { op: 'replace', path, value: false }),
        },
      },
    ];
  },
} satisfies Check;
