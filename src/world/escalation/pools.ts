/**
 * Which pods may share a node, by what they ask of nodes and not by where they run today: a report must not change at
 * each reschedule.
 */
import type { Labels, Node, PodSpec } from '../objects.ts';

/** What pods ask of their nodes. Pods that ask the same are one pool. */
export interface Pool {
  readonly key: string;
  readonly nodeSelector: Labels;
  readonly tolerations: PodSpec['tolerations'];
}

/** Nodes that nothing here tells apart. */
export interface NodeClass {
  readonly key: string;
  readonly labels: Labels;
  readonly taints: Node['taints'];
  /** There is no node of it yet: it may have any other label as well. */
  readonly open: boolean;
}

const known = new WeakMap<PodSpec, Pool>();

export function poolOf(pod: PodSpec): Pool {
  let pool = known.get(pod);
  if (pool === undefined) {
    const { nodeSelector } = pod;
    const tolerations = pod.tolerations.filter(({ key = '' }) => !isPassing(key));
    const key = JSON.stringify([
      sorted(nodeSelector),
      tolerations.map((each) => JSON.stringify(each)).sort(),
    ]);
    known.set(pod, (pool = { key, nodeSelector, tolerations }));
  }
  return pool;
}

const sorted = (labels: Labels): readonly (readonly [string, string])[] =>
  Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1));

/** Taints that the control plane sets while a node is unwell; DaemonSets' pods tolerate them by themselves. */
const isPassing = (key: string): boolean => key.startsWith('node.kubernetes.io/');

/**
 * The classes of the nodes that are there, told apart by taints and by the labels that some pool asks for; and, for
 * each pool that fits on none of them, the nodes that it waits for.
 */
export function classesOf(pools: readonly Pool[], nodes: Iterable<Node>): readonly NodeClass[] {
  const asked = new Set(pools.flatMap(({ nodeSelector }) => Object.keys(nodeSelector)));
  const found = new Map<string, NodeClass>();
  const note = (labels: Labels, taints: Node['taints'], open: boolean) => {
    const key = JSON.stringify([sorted(labels), taints, open]);
    if (!found.has(key)) found.set(key, { key, labels, taints, open });
  };
  for (const { metadata, taints } of nodes) {
    const labels = Object.fromEntries(Object.entries(metadata.labels).filter(([key]) => asked.has(key)));
    note(labels, taints.filter(isKeeping).toSorted(byKey), false);
  }
  const real = [...found.values()];
  for (const pool of pools) {
    if (!real.some((nodes) => admits(nodes, pool))) note(pool.nodeSelector, [], true);
  }
  return [...found.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
}

const isKeeping = ({ key, effect }: Node['taints'][number]): boolean =>
  !isPassing(key) && (effect === 'NoSchedule' || effect === 'NoExecute');
const byKey = (a: Node['taints'][number], b: Node['taints'][number]): number =>
  `${a.key} ${a.effect}` < `${b.key} ${b.effect}` ? -1 : 1;

export const admits = ({ labels, taints, open }: NodeClass, { nodeSelector, tolerations }: Pool): boolean =>
  Object.entries(nodeSelector).every(
    ([key, value]) => labels[key] === value || (open && labels[key] === undefined),
  ) && taints.every((taint) => tolerations.some((toleration) => tolerates(toleration, taint)));

/** @see Kubernetes: Taints and Tolerations; an empty key with Exists tolerates everything, no effect means each */
function tolerates(
  { key = '', operator = 'Equal', value = '', effect = '' }: PodSpec['tolerations'][number],
  taint: Node['taints'][number],
): boolean {
  if (effect !== '' && effect !== taint.effect) return false;
  if (key === '') return operator === 'Exists';
  return key === taint.key && (operator === 'Exists' || value === (taint.value ?? ''));
}
