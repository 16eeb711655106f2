/** Escalation in a world that changes: gathers the parts of the graph, each kept while it is the same. */
import type { Grants } from '../access.ts';
import { accountOf } from '../surroundings/account.ts';
import { forgetIn, keyedLayer, sameItems } from '../layer.ts';
import type { PersistentVolume, PersistentVolumeClaim, ServiceAccount } from '../objects.ts';
import { storageOf } from '../surroundings/storage.ts';
import { inNamespace, type Tables, type World } from '../world.ts';
import type { Workload, WorkloadsByNamespace } from '../workload/workloads.ts';
import { type Actor, actorOf } from './actors.ts';
import { type Escalation, escalationLayer, nothing } from './escalation.ts';
import { identitiesLayer } from './identities.ts';

/** Where the parts come from. */
interface Sources {
  readonly workloads: (world: World) => WorkloadsByNamespace;
  readonly grants: (tables: World['tables'], source: World['source']) => Grants;
}

export interface WorldEscalation {
  /** The same object while all ways in the world are the same: then only a workload that changes has others. */
  state(world: World): object;
  of(workload: Workload, world: World): Escalation;
  forgetNamespaces(names: Iterable<string>): void;
  forgetWorkloads(keys: Iterable<string>): void;
}

export function worldEscalation({ workloads, grants }: Sources): WorldEscalation {
  const layer = escalationLayer();
  const identities = identitiesLayer();
  const actors = actorsLayer();
  let seen: World | undefined;
  let state: object = {};
  const lookAt = (world: World): object => {
    if (seen === world) return state;
    seen = world;
    const { tables, source, missing } = world;
    const list = actors.in(workloads(world), tables);
    state = layer.update({
      identities: identities(grants(tables, source), tables.serviceaccounts, list),
      actors: list,
      namespaces: inNamespace(tables.namespaces, ''),
      accounts: tables.serviceaccounts,
      nodes: tables.nodes,
      roles: tables.roles,
      clusterRoles: inNamespace(tables.clusterroles, ''),
      source,
      trusting: source === 'files' || missing.has('serviceaccounts'),
    });
    return state;
  };
  return {
    state: lookAt,
    of(workload, world) {
      lookAt(world);
      const own = actors.of(workload, world.tables);
      return own === undefined ? nothing : layer.of(own);
    },
    forgetNamespaces: (names) => forgetIn({ actors: actors.byNamespace }, names),
    forgetWorkloads: (keys) => forgetIn({ layer, actor: actors.byWorkload }, keys),
  };
}

/** Workloads as actors. */
function actorsLayer() {
  /** Of those that `in` has seen, as they were then. */
  const known = new WeakMap<Workload, Actor | undefined>();
  const byWorkload = keyedLayer(actorFrom);
  const byNamespace = keyedLayer(
    (workloads: ReadonlyMap<string, Workload>, ...around: Around): readonly Actor[] =>
      [...workloads].flatMap(([key, workload]) => {
        const actor = byWorkload.get(key, workload, ...around);
        known.set(workload, actor);
        return actor ?? [];
      }),
    sameItems,
  );
  let parts: readonly (readonly Actor[])[] = [];
  let list: readonly Actor[] = [];
  return {
    byWorkload,
    byNamespace,
    of: (workload: Workload, tables: Tables): Actor | undefined =>
      known.has(workload)
        ? known.get(workload)
        : byWorkload.get(workload.key, workload, ...aroundIn(tables, workload.ref.namespace)),
    /** All, in the order of their keys; the same list while they are the same. */
    in(workloads: WorkloadsByNamespace, tables: Tables): readonly Actor[] {
      const now = [...workloads].map(([namespace, here]) =>
        byNamespace.get(namespace, here, ...aroundIn(tables, namespace)),
      );
      if (!sameItems(parts, now)) list = now.flat().sort((a, b) => (a.key < b.key ? -1 : 1));
      parts = now;
      return list;
    },
  };
}

/** What of its namespace decides what a workload is as an actor, beside the workload. */
type Around = readonly [
  accounts: ReadonlyMap<string, ServiceAccount>,
  claims: ReadonlyMap<string, PersistentVolumeClaim>,
  volumes: ReadonlyMap<string, PersistentVolume>,
];

const aroundIn = (tables: Tables, namespace: string): Around => [
  inNamespace(tables.serviceaccounts, namespace),
  inNamespace(tables.persistentvolumeclaims, namespace),
  inNamespace(tables.persistentvolumes, ''),
];

const actorFrom = (workload: Workload, ...[accounts, claims, volumes]: Around): Actor | undefined =>
  actorOf(workload, accountOf(workload, accounts), storageOf(workload, claims, volumes));
