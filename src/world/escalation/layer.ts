/** Escalation in a world that changes: gathers the parts of the graph, each kept while it is the same. */
import type { Grants } from '../access.ts';
import type { Account } from '../account.ts';
import { keyedLayer, sameItems } from '../layer.ts';
import type { Storage } from '../storage.ts';
import { inNamespace, type World } from '../world.ts';
import type { Workload } from '../workloads.ts';
import { type Actor, actorOf } from './actors.ts';
import { type Escalation, escalationLayer, nothing } from './escalation.ts';
import { identitiesLayer } from './identities.ts';

/** How the surroundings of a workload are found. */
interface Sources {
  readonly workloads: (world: World) => ReadonlyMap<string, Workload>;
  readonly grants: (tables: World['tables'], source: World['source']) => Grants;
  readonly account: (workload: Workload, world: World) => Account;
  readonly storage: (workload: Workload, world: World) => Storage;
}

export interface WorldEscalation {
  of(workload: Workload, world: World): Escalation;
  sweep(): void;
}

export function worldEscalation({ workloads, grants, account, storage }: Sources): WorldEscalation {
  const layer = escalationLayer();
  const identities = identitiesLayer();
  const actor = keyedLayer(actorOf);
  let seen: World | undefined;
  let inputs: readonly unknown[] = [];
  let actors: ReadonlyMap<string, Actor> = new Map();
  let list: readonly Actor[] = [];

  const lookAt = (world: World): void => {
    const { tables, source, missing } = world;
    const present = workloads(world);
    const read = [present, tables.serviceaccounts, tables.persistentvolumeclaims, tables.persistentvolumes];
    if (!sameItems(inputs, read)) {
      inputs = read;
      actors = new Map(
        [...present].flatMap(([key, workload]) => {
          const found = actor.get(key, workload, account(workload, world), storage(workload, world));
          return found === undefined ? [] : [[key, found] as const];
        }),
      );
      actor.sweep();
      const sorted = [...actors.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
      if (!sameItems(list, sorted)) list = sorted;
    }
    layer.update({
      identities: identities(grants(tables, source), tables.serviceaccounts, list),
      actors: list,
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
      const own = actors.get(workload.key);
      return own === undefined ? nothing : layer.of(own);
    },
    sweep() {
      layer.sweep();
    },
  };
}
