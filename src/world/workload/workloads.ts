/**
 * Which workloads there are, and what runs of each. A workload is the top-level controller of its pods (DESIGN:
 * Deployment, StatefulSet, DaemonSet, CronJob, Job, ReplicaSet, ReplicationController, Pod, or a custom controller
 * that is found by following `ownerReferences`).
 */
import { sameItems } from '../layer.ts';
import type { Controller, Labels, Pod, Ref, Slim } from '../objects.ts';
import { all, apiGroupOf, inNamespace, type Tables, type World } from '../world.ts';
import { isYoung, ownerOf, type Top, topOf, topOfPod } from './top.ts';
import { type Variant, variantsOf } from './variants.ts';

export interface Workload {
  /** `group/Kind/namespace/name`, unique in a world. */
  readonly key: string;
  readonly ref: Ref;
  /** '' for workloads that are no single object (bare pods of one generateName, mirror pods). */
  readonly uid: string;
  /** Pods that exist and have not finished; a rollout's surge does not count, so that it writes no reports. */
  readonly running: number;
  readonly labels: Labels;
  readonly annotations: Labels;
  /** Who wrote to the top-level object, the latest last. */
  readonly managers: readonly string[];
  /** Never empty. The declared one first, if there is one; then those that run and differ, in a stable order. */
  readonly variants: readonly Variant[];
  /** Image ids of the running containers, by container name, sorted. */
  readonly imageIDs: Readonly<Record<string, readonly string[]>>;
  /** Names of the ReplicaSets and Jobs between the workload and its pods: scanners report on those. */
  readonly owned: readonly string[];
}

/** What one namespace holds that decides its workloads, in the order of `workloadTables`. */
export const workloadTables = [
  'deployments',
  'statefulsets',
  'daemonsets',
  'cronjobs',
  'replicasets',
  'replicationcontrollers',
  'jobs',
  'pods',
] as const satisfies readonly (keyof Tables)[];

/** A rollout makes one of these for each revision, and keeps the old ones without pods. */
const revisionKinds: ReadonlySet<string> = new Set(['ReplicaSet', 'ReplicationController']);

export const workloadKey = (ref: Ref): string =>
  `${apiGroupOf(ref.apiVersion)}/${ref.kind}/${ref.namespace}/${ref.name}`;

/** Everything that was found to belong to one workload. */
interface Gathered {
  readonly ref: Ref;
  readonly top: Slim | undefined;
  readonly uid: string;
  readonly pods: Pod[];
  /** Controllers between the workload and its pods: they show the template where the top object does not. */
  readonly between: Controller[];
}

/** Workloads by key, by namespace in the order of their names; namespaces without any may be among them. */
export type WorkloadsByNamespace = ReadonlyMap<string, ReadonlyMap<string, Workload>>;

/**
 * Namespaces that did not change cost eight comparisons each and keep their references, as unchanged workloads do; and
 * so does the whole.
 */
export function workloadsByNamespaceLayer(): (world: World) => WorkloadsByNamespace {
  let memos: ReadonlyMap<string, Memo> = new Map();
  let seen: World | undefined;
  let out: WorkloadsByNamespace = new Map();
  return (world) => {
    if (seen === world) return out;
    seen = world;
    const names = new Set(workloadTables.flatMap((table) => [...world.tables[table].keys()]));
    const now = new Map([...names].sort().map((name) => [name, memoOf(world, name, memos.get(name))]));
    memos = now;
    const parts = [...now].map(([name, { workloads }]) => [name, workloads] as const);
    const isSame = parts.length === out.size && parts.every(([name, part]) => out.get(name) === part);
    if (!isSame) out = new Map(parts);
    return out;
  };
}

/** The workloads of one namespace, and what they were derived from. */
interface Memo {
  readonly inputs: readonly unknown[];
  readonly minute: number;
  /** Seconds since 1970: until then time decides with the objects what there is. */
  readonly youngUntil: number;
  readonly workloads: ReadonlyMap<string, Workload>;
}

function memoOf(world: World, namespace: string, before: Memo | undefined): Memo {
  const { tables, youngAfter, nowMinute: minute } = world;
  const inputs = [...workloadTables.map((table) => inNamespace<Slim>(tables[table], namespace)), youngAfter];
  if (before !== undefined && sameItems(before.inputs, inputs)) {
    const isTimeless = before.minute === minute || before.youngUntil <= before.minute * 60;
    if (isTimeless) return before;
  }
  const workloads = workloadsOf(world, namespace, before?.workloads);
  return { inputs, minute, youngUntil: youngUntil(world, namespace), workloads };
}

/** All workloads of a world by key; the same object while they are the same. */
export function workloadsLayer(
  byNamespace = workloadsByNamespaceLayer(),
): (world: World) => ReadonlyMap<string, Workload> {
  let parts: WorkloadsByNamespace | undefined;
  let out: ReadonlyMap<string, Workload> = new Map();
  return (world) => {
    const now = byNamespace(world);
    if (parts !== now) out = new Map([...now.values()].flatMap((part) => [...part]));
    parts = now;
    return out;
  };
}

function workloadsOf(
  world: World,
  namespace: string,
  before: ReadonlyMap<string, Workload> | undefined,
): ReadonlyMap<string, Workload> {
  const found = new Map<string, Workload>();
  for (const [key, gathered] of gather(world, namespace)) {
    const workload = assemble(key, gathered);
    const old = before?.get(key);
    found.set(key, old !== undefined && sameWorkload(old, workload) ? old : workload);
  }
  return before !== undefined && sameItems([...before.values()], [...found.values()]) ? before : found;
}

/** Pod specs and label sets are interned by content, so references tell; the rest is small. */
function sameWorkload(a: Workload, b: Workload): boolean {
  return (
    a.uid === b.uid &&
    a.running === b.running &&
    a.labels === b.labels &&
    a.annotations === b.annotations &&
    a.variants.length === b.variants.length &&
    a.variants.every((variant, index) => {
      const other = b.variants[index];
      return (
        variant.pod === other?.pod &&
        variant.labels === other.labels &&
        variant.annotations === other.annotations
      );
    }) &&
    JSON.stringify([a.managers, a.imageIDs, a.owned]) === JSON.stringify([b.managers, b.imageIDs, b.owned])
  );
}

function gather(world: World, namespace: string): ReadonlyMap<string, Gathered> {
  const { tables } = world;
  const found = new Map<string, Gathered>();
  const into = ({ ref, object, uid }: Top): Gathered => {
    const key = workloadKey(ref);
    const known = found.get(key);
    if (known !== undefined) return known;
    const gathered: Gathered = { ref, top: object, uid, pods: [], between: [] };
    found.set(key, gathered);
    return gathered;
  };

  for (const table of workloadTables.slice(0, -1)) {
    for (const object of inNamespace(tables[table] as Tables['deployments'], namespace).values()) {
      const owner = ownerOf(object);
      const isOldRevision = owner !== undefined && revisionKinds.has(object.kind) && object.replicas === 0;
      if (isOldRevision || (owner === undefined && isYoungJob(world, object))) continue;
      const top = topOf(tables, object);
      const gathered = into(top);
      if (top.object !== object) gathered.between.push(object);
    }
  }
  for (const pod of inNamespace(tables.pods, namespace).values()) {
    const top = hasEnded(pod) ? undefined : topOfPod(world, pod);
    if (top !== undefined) into(top).pods.push(pod);
  }
  return found;
}

/** The pods of each workload, as far as they have not ended, by its key. */
export function podsByWorkload(world: World): ReadonlyMap<string, readonly Pod[]> {
  const found = new Map<string, Pod[]>();
  for (const pod of all(world.tables.pods)) {
    const top = hasEnded(pod) ? undefined : topOfPod(world, pod);
    if (top === undefined) continue;
    const key = workloadKey(top.ref);
    const known = found.get(key);
    if (known === undefined) found.set(key, [pod]);
    else known.push(pod);
  }
  return found;
}

/** A pod that will run nothing more. A Succeeded Job pod does not count as running; its Job still counts. */
const hasEnded = (pod: Pod): boolean => pod.phase === 'Succeeded' || pod.phase === 'Failed';

const controllerIn = (object: Slim | undefined): Controller | undefined =>
  object !== undefined && 'template' in object ? (object as Controller) : undefined;

const isYoungJob = (world: World, object: Slim): boolean => object.kind === 'Job' && isYoung(world, object);

/** When the youngest lone pod or Job is no longer young; 0 if age does not matter. */
function youngUntil({ tables, youngAfter }: World, namespace: string): number {
  if (youngAfter === 0) return 0;
  let latest = 0;
  for (const table of [tables.pods, tables.jobs]) {
    for (const object of inNamespace<Slim>(table, namespace).values()) {
      const { created = 0 } = object.metadata;
      if (created + youngAfter > latest && ownerOf(object) === undefined) latest = created + youngAfter;
    }
  }
  return latest;
}

function assemble(key: string, { ref, top, uid, pods, between }: Gathered): Workload {
  const template = controllerIn(top);
  const workload: { -readonly [K in keyof Workload]: Workload[K] } = {
    key,
    ref,
    uid,
    running: template?.finished === true ? 0 : Math.min(pods.length, template?.replicas ?? pods.length),
    labels: top?.metadata.labels ?? noLabels,
    annotations: top?.metadata.annotations ?? noLabels,
    managers: top?.metadata.managers ?? [],
    variants: [],
    imageIDs: imageIDsOf(pods),
    owned: between.map(({ metadata }) => metadata.name).sort(),
  };
  workload.variants = variantsOf(workload, { template, between, pods });
  const [first] = workload.variants;
  if (top === undefined && first !== undefined) workload.labels = first.labels;
  return workload;
}

const noLabels: Labels = Object.freeze({});

function imageIDsOf(pods: readonly Pod[]): Readonly<Record<string, readonly string[]>> {
  const ids = new Map<string, Set<string>>();
  for (const pod of pods) {
    for (const [container, id] of Object.entries(pod.imageIDs)) {
      const known = ids.get(container);
      if (known === undefined) ids.set(container, new Set([id]));
      else known.add(id);
    }
  }
  return Object.fromEntries(
    [...ids].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, set]) => [name, [...set].sort()]),
  );
}
