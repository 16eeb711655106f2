/** Escalation in a world that changes: gathers the parts of the graph, each kept while it is the same. */
import type { Grants } from '../access.ts';
import { accountOf } from '../account.ts';
import { keyedLayer, sameItems } from '../layer.ts';
import type { PersistentVolume, PersistentVolumeClaim, ServiceAccount } from '../objects.ts';
import { storageOf } from '../storage.ts';
import { inNamespace, type World } from '../world.ts';
import type { Workload } from '../workloads.ts';
import { type Actor, actorOf } from './actors.ts';
import { type Escalation, escalationLayer, nothing } from './escalation.ts';
import { identitiesLayer } from './identities.ts';

/** Where the parts come from. */
interface Sources {
  readonly workloads: (world: World) => ReadonlyMap<string, Workload>;
  readonly grants: (tables: World['tables'], source: World['source']) => Grants;
}

export interface WorldEscalation {
  of(workload: Workload, world: World): Escalation;
  /** Forgets workloads that were not asked for since the last sweep. */
  sweep(): void;
}

export function worldEscalation({ workloads, grants }: Sources): WorldEscalation {
  const layer = escalationLayer();
  const identities = identitiesLayer();
  const actorsIn = actorsLayer();
  let seen: World | undefined;
  let actors: Actors = { byKey: new Map(), list: [] };
  const lookAt = (world: World): void => {
    const { tables, source, missing } = world;
    actors = actorsIn(workloads(world), world);
    layer.update({
      identities: identities(grants(tables, source), tables.serviceaccounts, actors.list),
      actors: actors.list,
      namespaces: inNamespace(tables.namespaces, ''),
      accounts: tables.serviceaccounts,
      nodes: tables.nodes,
      trusting: source === 'files' || missing.has('serviceaccounts'),
    });
  };
  return {
    of(workload, world) {
      if (seen !== world) lookAt(world);
      seen = world;
      const own = actors.byKey.get(workload.key);
      return own === undefined ? nothing : layer.of(own);
    },
    sweep: () => layer.sweep(),
  };
}

interface Actors {
  readonly byKey: ReadonlyMap<string, Actor>;
  /** In the order of their keys. */
  readonly list: readonly Actor[];
}

/** Every workload as an actor; it keeps its reference while it is the same, and so do all of them together. */
function actorsLayer(): (workloads: ReadonlyMap<string, Workload>, world: World) => Actors {
  const actor = keyedLayer(actorFrom);
  let inputs: readonly unknown[] = [];
  let out: Actors = { byKey: new Map(), list: [] };
  return (workloads, { tables }) => {
    const { serviceaccounts, persistentvolumeclaims, persistentvolumes } = tables;
    const read = [workloads, serviceaccounts, persistentvolumeclaims, persistentvolumes];
    if (sameItems(inputs, read)) return out;
    inputs = read;
    const volumes = inNamespace(persistentvolumes, '');
    const byKey = new Map<string, Actor>();
    for (const [key, workload] of workloads) {
      const { namespace } = workload.ref;
      const accounts = inNamespace(serviceaccounts, namespace);
      const claims = inNamespace(persistentvolumeclaims, namespace);
      const found = actor.get(key, workload, accounts, claims, volumes);
      if (found !== undefined) byKey.set(key, found);
    }
    actor.sweep();
    const list = inOrder(byKey, out.list);
    out = { byKey, list: sameItems(out.list, list) ? out.list : list };
    return out;
  };
}

const actorFrom = (
  workload: Workload,
  accounts: ReadonlyMap<string, ServiceAccount>,
  claims: ReadonlyMap<string, PersistentVolumeClaim>,
  volumes: ReadonlyMap<string, PersistentVolume>,
): Actor | undefined =>
  actorOf(workload, accountOf(workload, accounts), storageOf(workload, claims, volumes));

/** Most changes neither add a workload nor take one away: then the order is that of before. */
function inOrder(byKey: ReadonlyMap<string, Actor>, before: readonly Actor[]): readonly Actor[] {
  const same = before.flatMap(({ key }) => byKey.get(key) ?? []);
  return same.length === byKey.size ? same : [...byKey.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
}
