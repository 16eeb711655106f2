import type { Workload } from '../../world/workload/workloads.ts';
import type { Check, PatchOperation } from '../check.ts';
import { isFirst, metadataOf } from './context.ts';

const RECOMMENDED = 'app.kubernetes.io/name';
/** The recommended label, and those which did its work before. Any of them is enough. */
const nameKeys = [RECOMMENDED, 'app', 'k8s-app', 'name', 'run'];
const LONGEST_VALUE = 63;

/** Labels that are all missing cannot be told from an empty map, so the map is added as a whole. */
function patchOf({ ref, labels, variants }: Workload): readonly PatchOperation[] {
  const isDeclared = variants[0]?.ref.name === ref.name && variants[0].ref.kind === ref.kind;
  if (!isDeclared || ref.name.length > LONGEST_VALUE) return [];
  return Object.keys(labels).length === 0
    ? [{ object: ref, op: 'add', path: '/metadata/labels', value: { [RECOMMENDED]: ref.name } }]
    : [{ object: ref, op: 'add', path: '/metadata/labels/app.kubernetes.io~1name', value: ref.name }];
}

export default {
  id: 'labels/no-app-name',
  family: 'app-labels',
  title: 'Has no label that names the application',
  docs: `Without app.kubernetes.io/name, or an older label such as app, neither people nor dashboards, policies and
    scanners can tell what belongs together. Set the recommended labels; the name is the one that matters.`,
  source: 'Kubernetes documentation, Recommended Labels',
  find: (variant, workload) => {
    if (!isFirst(variant, workload)) return [];
    const named = [workload.labels, variant.labels].some((labels) =>
      nameKeys.some((key) => Object.hasOwn(labels, key)),
    );
    if (named) return [];
    return [
      {
        weight: 0.15,
        message: 'no label names the application that it belongs to',
        evidence: metadataOf(workload),
        remediation: { text: `Set the label ${RECOMMENDED}`, patch: patchOf(workload) },
      },
    ];
  },
} satisfies Check;
