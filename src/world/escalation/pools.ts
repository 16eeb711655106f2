/**
 * Which pods may share a node, by what they ask of nodes and not by where they run today: a report must not change at
 * each reschedule.
 */
import type { Node, PodSpec } from '../objects.ts';
import {
  ANYWHERE,
  canBeMet,
  isComparison,
  meetsAll,
  NAME,
  type Requirement,
  type Requirements,
  requirementsOf,
  UNNAMED,
} from './node-affinity.ts';

/** What pods ask of their nodes. Pods that ask the same are one pool. */
export interface Pool {
  readonly key: string;
  /** A node has to meet all of one of them. */
  readonly anyOf: readonly Requirements[];
  readonly tolerations: PodSpec['tolerations'];
}

/** Nodes that nothing here tells apart. */
export interface NodeClass {
  readonly key: string;
  readonly taints: Node['taints'];
  readonly meets: (requirements: Requirements) => boolean;
}

const known = new WeakMap<PodSpec, Pool>();
/** Most pods ask for nothing. */
const unasking: Pool = poolFrom(ANYWHERE, []);

export function poolOf(pod: PodSpec): Pool {
  const anyOf = requirementsOf(pod);
  const tolerations = pod.tolerations.filter(({ key = '' }) => !isPassing(key));
  if (anyOf === ANYWHERE && tolerations.length === 0) return unasking;
  let pool = known.get(pod);
  if (pool === undefined) known.set(pod, (pool = poolFrom(anyOf, tolerations)));
  return pool;
}

function poolFrom(anyOf: Pool['anyOf'], tolerations: Pool['tolerations']): Pool {
  const asked = anyOf.map(textOf).sort();
  return {
    key: JSON.stringify([asked, tolerations.map((each) => JSON.stringify(each)).sort()]),
    anyOf,
    tolerations,
  };
}

function textOf(requirements: Requirements): string {
  return JSON.stringify(
    requirements
      .map(({ key, operator, values }) => JSON.stringify([key, operator, values.toSorted()]))
      .sort(),
  );
}

/** Taints that the control plane sets while a node is unwell; DaemonSets' pods tolerate them by themselves. */
const isPassing = (key: string): boolean => key.startsWith('node.kubernetes.io/');

/**
 * The classes of the nodes that are there, told apart by taints and by the labels and names that some pool asks for;
 * and, for each pool that fits on none of them, the nodes that it waits for.
 */
export function classesOf(pools: readonly Pool[], nodes: Iterable<Node>): readonly NodeClass[] {
  const tellingOf = tellingApart(pools);
  const real = new Map<string, NodeClass>();
  for (const node of nodes) {
    const labels = tellingOf(node);
    const taints = node.taints.filter(isKeeping).toSorted(byKey);
    const key = JSON.stringify([[...labels].sort(([a], [b]) => (a < b ? -1 : 1)), taints]);
    real.set(key, { key, taints, meets: (requirements) => meetsAll(labels, requirements) });
  }
  const found = new Map(real);
  for (const pool of pools) {
    if (real.values().some((nodes) => admits(nodes, pool))) continue;
    for (const requirements of pool.anyOf) {
      const awaited = awaitedFor(requirements);
      found.set(awaited.key, awaited);
    }
  }
  return [...found.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
}

/**
 * Nodes of which only this is known, because there is none yet. Whoever could run on some such node may share it: what
 * other labels it will have is not known, and a taint would only keep some away.
 */
const awaitedFor = (own: Requirements): NodeClass => ({
  key: `awaited ${textOf(own)}`,
  taints: [],
  meets: (requirements) => canBeMet([...own, ...requirements]),
});

/** What of a node tells: the labels that pools ask for, and its name. Values that none of them names are all alike. */
function tellingApart(pools: readonly Pool[]): (node: Node) => ReadonlyMap<string, string> {
  const asked = Map.groupBy(
    pools.flatMap(({ anyOf }) => anyOf.flat()),
    ({ key }) => key,
  );
  const named = new Map(
    [...asked].map(([key, ofOne]) => [key, new Set(ofOne.flatMap(({ values }) => values))]),
  );
  const compared = new Set([...asked].flatMap(([key, ofOne]) => (ofOne.some(isCompared) ? key : [])));
  return ({ metadata }) =>
    new Map(
      [...Object.entries(metadata.labels), [NAME, metadata.name] as const].flatMap(([key, value]) => {
        const names = named.get(key);
        if (names === undefined) return [];
        return [[key, names.has(value) || compared.has(key) ? value : UNNAMED]];
      }),
    );
}

const isCompared = ({ operator }: Requirement): boolean => isComparison(operator);

const isKeeping = ({ key, effect }: Node['taints'][number]): boolean =>
  !isPassing(key) && (effect === 'NoSchedule' || effect === 'NoExecute');
const byKey = (a: Node['taints'][number], b: Node['taints'][number]): number =>
  `${a.key} ${a.effect}` < `${b.key} ${b.effect}` ? -1 : 1;

export const admits = ({ meets, taints }: NodeClass, { anyOf, tolerations }: Pool): boolean =>
  anyOf.some(meets) &&
  taints.every((taint) => tolerations.some((toleration) => tolerates(toleration, taint)));

/** @see Kubernetes: Taints and Tolerations; an empty key with Exists tolerates everything, no effect means each */
function tolerates(
  { key = '', operator = 'Equal', value = '', effect = '' }: PodSpec['tolerations'][number],
  taint: Node['taints'][number],
): boolean {
  if (effect !== '' && effect !== taint.effect) return false;
  if (key === '') return operator === 'Exists';
  return key === taint.key && (operator === 'Exists' || value === (taint.value ?? ''));
}
