/** What the reflectors have told so far; hands out immutable pictures of it. Tables are copied on write. */
import { isDeepStrictEqual } from 'node:util';
import type { Slim } from '../world/objects.ts';
import { emptyTables, type Missing, type Resource, type Tables, type World } from '../world/world.ts';

export interface Key {
  readonly namespace: string;
  readonly name: string;
}

export interface Store {
  /** All objects of a resource; returns whether anything is different from before. */
  replace(resource: Resource, objects: readonly Slim[]): boolean;
  put(resource: Resource, object: Slim): boolean;
  remove(resource: Resource, key: Key): boolean;
  /** The resource cannot be had: forget its objects and say why. `undefined`: it can be had again. */
  setMissing(resource: Resource, why: string | undefined): boolean;
  missing(): readonly Resource[];
  count(resource: Resource): number;
  world(nowMinute: number, youngAfter: number): World;
}

type Mutable = Map<string, Map<string, Slim>>;

export function createStore(): Store {
  const tables = new Map<Resource, Mutable>();
  /** Maps that belong to a picture that was handed out: copied before they are written to. */
  const shared = new WeakSet<object>();
  let missing: Missing = new Map();

  const own = (resource: Resource): Mutable => {
    const table = tables.get(resource) ?? new Map<string, Map<string, Slim>>();
    const mine = shared.has(table) ? new Map(table) : table;
    tables.set(resource, mine);
    return mine;
  };
  const ownNamespace = (resource: Resource, namespace: string): Map<string, Slim> => {
    const table = own(resource);
    const byName = table.get(namespace) ?? new Map<string, Slim>();
    const mine = shared.has(byName) ? new Map(byName) : byName;
    table.set(namespace, mine);
    return mine;
  };
  const get = (resource: Resource, { namespace, name }: Key) =>
    tables.get(resource)?.get(namespace)?.get(name);

  const store: Store = {
    replace(resource, objects) {
      const kept = new Set(objects.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`));
      const gone = [...(tables.get(resource)?.values() ?? [])]
        .flatMap((byName) => [...byName.values()])
        .filter(({ metadata }) => !kept.has(`${metadata.namespace}/${metadata.name}`));
      let changed = false;
      for (const { metadata } of gone) changed = store.remove(resource, metadata) || changed;
      for (const object of objects) changed = store.put(resource, object) || changed;
      return changed;
    },
    put(resource, object) {
      // status noise ends here: an object that is the same in slim form is the same object
      if (isDeepStrictEqual(get(resource, object.metadata), object)) return false;
      ownNamespace(resource, object.metadata.namespace).set(object.metadata.name, object);
      return true;
    },
    remove(resource, key) {
      if (get(resource, key) === undefined) return false;
      const byName = ownNamespace(resource, key.namespace);
      byName.delete(key.name);
      if (byName.size === 0) own(resource).delete(key.namespace);
      return true;
    },
    setMissing(resource, why) {
      if (missing.get(resource) === why) return false;
      const next = new Map(missing);
      if (why === undefined) next.delete(resource);
      else {
        next.set(resource, why);
        tables.delete(resource);
      }
      missing = next;
      return true;
    },
    missing: () => [...missing.keys()],
    count: (resource) =>
      [...(tables.get(resource)?.values() ?? [])].reduce((sum, byName) => sum + byName.size, 0),
    world(nowMinute, youngAfter) {
      for (const table of tables.values()) {
        shared.add(table);
        for (const byName of table.values()) shared.add(byName);
      }
      return {
        // each table was filled with what the projector of its resource made
        tables: { ...emptyTables, ...Object.fromEntries(tables) } as Tables,
        source: 'cluster',
        missing,
        nowMinute,
        youngAfter,
      };
    },
  };
  return store;
}
