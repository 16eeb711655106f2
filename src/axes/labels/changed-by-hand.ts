import type { Check } from '../check.ts';
import { isFirst } from './context.ts';

/**
 * Field managers of tools in a person's hands, and what is done with them. Not among them: `kubectl`,
 * `kubectl-client-side-apply` and `kubectl-create`, with which pipelines deliver manifests, and `kubectl-rollout`,
 * which restarts pods and changes nothing.
 */
const hands: Readonly<Record<string, string>> = {
  'kubectl-edit': 'kubectl edit',
  'kubectl-patch': 'kubectl patch',
  'kubectl-replace': 'kubectl replace',
  'kubectl-set': 'kubectl set',
  'kubectl-label': 'kubectl label',
  'kubectl-annotate': 'kubectl annotate',
  'kubectl-run': 'kubectl run',
  k9s: 'k9s',
  Lens: 'Lens',
  OpenLens: 'OpenLens',
  headlamp: 'Headlamp',
  dashboard: 'a dashboard',
  Mozilla: 'a dashboard in a browser',
};

/** Controllers write to what others declare, so they do not hide who declared it. */
const controllers: ReadonlySet<string> = new Set(['kube-controller-manager', 'kube-scheduler', 'kubelet']);

export default {
  id: 'labels/changed-by-hand',
  family: 'provenance',
  title: 'Was last changed by hand',
  docs: `The latest change to the workload was made with an interactive tool, so what runs is not what was reviewed, and
    the next delivery may silently undo it. It is also how an intruder with a stolen kubeconfig works. Bring the
    change into the manifests and deliver it.`,
  source: 'Kubernetes documentation, Server-Side Apply: field management',
  find: (variant, workload) => {
    if (!isFirst(variant, workload)) return [];
    const latest = workload.managers.findLast((manager) => !controllers.has(manager)) ?? '';
    const tool = Object.hasOwn(hands, latest) ? hands[latest] : undefined;
    if (tool === undefined) return [];
    return [
      {
        weight: 0.25,
        message: `the latest change was made by hand, with ${tool}`,
        evidence: [{ object: workload.ref, path: '/metadata/managedFields' }],
        remediation: {
          text: 'Put the change into the manifests, and deliver them as always',
          patch: [],
        },
      },
    ];
  },
} satisfies Check;
