/** Up the owner references: from a pod, or a controller, to the object that its workload is named after. */
import type { OwnerReference, Pod, Ref, Slim } from '../objects.ts';
import { apiGroupOf, find, refOf, type Tables, type World } from '../world.ts';

/** The walk up the owners stops here: above a built-in controller is only what generates it. */
const topKinds: ReadonlySet<string> = new Set([
  'apps/Deployment',
  'apps/StatefulSet',
  'apps/DaemonSet',
  'batch/CronJob',
]);
/** Only these may have a custom controller above: one Kafka or Prometheus resource owns unlike pods. */
const climbing: ReadonlySet<string> = new Set([
  '/Pod',
  '/ReplicationController',
  'apps/ReplicaSet',
  'batch/Job',
]);

/** The object that a workload is named after, as far as it is in the world. */
export interface Top {
  readonly ref: Ref;
  readonly object: Slim | undefined;
  readonly uid: string;
}

export const ownerOf = (object: Slim): OwnerReference | undefined =>
  object.metadata.ownerReferences.find((owner) => owner.controller === true);

/** Follows `controller: true` owners to the top; an owner that is not in the world still names the workload. */
export function topOf(tables: Tables, from: Slim): Top {
  const { namespace } = from.metadata;
  const seen = new Set<Slim>();
  let object = from;
  for (;;) {
    seen.add(object);
    const kind = `${apiGroupOf(object.apiVersion)}/${object.kind}`;
    const owner = topKinds.has(kind) ? undefined : ownerOf(object);
    const builtin = owner === undefined ? undefined : tableOf(owner);
    if (owner === undefined || (builtin === undefined && !climbing.has(kind))) {
      return { ref: refOf(object), object, uid: object.metadata.uid };
    }
    const above = builtin === undefined ? undefined : find<Slim>(tables[builtin], namespace, owner.name);
    if (above === undefined || seen.has(above)) {
      const { apiVersion, kind: ownerKind, name, uid } = owner;
      return { ref: { apiVersion, kind: ownerKind, namespace, name }, object: undefined, uid };
    }
    object = above;
  }
}

const builtinTables: Readonly<Record<string, keyof Tables>> = {
  'apps/Deployment': 'deployments',
  'apps/StatefulSet': 'statefulsets',
  'apps/DaemonSet': 'daemonsets',
  'apps/ReplicaSet': 'replicasets',
  '/ReplicationController': 'replicationcontrollers',
  'batch/Job': 'jobs',
  'batch/CronJob': 'cronjobs',
};

const tableOf = (owner: OwnerReference): keyof Tables | undefined => {
  const kind = `${apiGroupOf(owner.apiVersion)}/${owner.kind}`;
  return Object.hasOwn(builtinTables, kind) ? builtinTables[kind] : undefined;
};

/** @returns undefined for a bare pod that is still too young to be reported */
export function topOfPod(world: World, pod: Pod): Top | undefined {
  const { namespace, name, generateName } = pod.metadata;
  const owner = ownerOf(pod);
  if (owner?.kind === 'Node' && apiGroupOf(owner.apiVersion) === '') {
    // a mirror pod: its name is the static pod's with the node's behind it
    const suffix = `-${owner.name}`;
    return seriesTop(namespace, name.endsWith(suffix) ? name.slice(0, -suffix.length) : name);
  }
  if (owner !== undefined) return topOf(world.tables, pod);
  if (isYoung(world, pod)) return undefined;
  const series = generateName?.replace(/-+$/, '') ?? '';
  return series === '' ? topOf(world.tables, pod) : seriesTop(namespace, series);
}

const seriesTop = (namespace: string, name: string): Top => ({
  ref: { apiVersion: 'v1', kind: 'Pod', namespace, name },
  object: undefined,
  uid: '',
});

export const isYoung = (world: World, object: Slim): boolean =>
  world.youngAfter > 0 &&
  object.metadata.created !== undefined &&
  world.nowMinute * 60 - object.metadata.created < world.youngAfter;
