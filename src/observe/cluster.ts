/** Observes a cluster: one reflector per resource, all into one store. */
import type { Slim } from '../world/objects.ts';
import { type Resource, resources, type World } from '../world/world.ts';
import type { Connection } from './connection.ts';
import { healthOf } from './health.ts';
import { type Projected, projector } from './project.ts';
import { type Patience, reflect, type Sink } from './reflector.ts';
import { resourceInfos } from './resources.ts';
import { locate } from './served.ts';
import { createStore } from './store.ts';

export interface Observer {
  /** Resolves when every resource has been listed or is known to be missing. */
  readonly synced: Promise<void>;
  world(nowMinute: number, youngAfter: number): World;
  count(resource: Resource): number;
  /** Resources that every cluster has and that cannot be read. */
  blindTo(): readonly Resource[];
  /** Resources of which the server has not answered for a while: since when (milliseconds since 1970), and why. */
  unwell(): readonly { readonly resource: string; readonly since: number; readonly why: string }[];
  /** Resolves when all reflectors have ended after the signal was aborted. */
  readonly done: Promise<void>;
}

export interface ObserveEvents {
  /** The world is another one than before. */
  changed(): void;
  /** Said once when a resource cannot be had, and once when it can again. */
  missing(resource: Resource, why: string | undefined): void;
  unwell(resource: string, why: string): void;
  well(resource: string): void;
  /** An object whose shape is not that of its kind was left out. */
  skipped(resource: Resource, name: string, problem: string): void;
  restarted(resource: string, reason: string): void;
}

interface Options {
  readonly connection: Connection;
  readonly signal: AbortSignal;
  readonly events: ObserveEvents;
  readonly patience?: Patience;
}

export function observe(options: Options): Observer {
  const { events } = options;
  const store = createStore();
  const projects = projector();
  const waiting = new Set<Resource>(resources);
  let announce: () => void = () => undefined;
  const synced = new Promise<void>((resolve) => (announce = resolve));
  const arrived = (resource: Resource) => {
    if (waiting.delete(resource) && waiting.size === 0) announce();
  };
  const health = healthOf(events);

  const objectsOf = (resource: Resource, outcomes: readonly Projected[]): readonly Slim[] =>
    outcomes.flatMap((outcome) => {
      if ('object' in outcome) return [outcome.object];
      events.skipped(resource, outcome.name, outcome.problem);
      return [];
    });

  const sinkOf = (resource: Resource): Sink => ({
    async replace(pages) {
      const objects: Slim[] = [];
      // slim before the next page comes: all raw objects at once would be most of the operator's memory
      for await (const raw of pages) objects.push(...objectsOf(resource, await projects(resource, raw)));
      const returned = store.setMissing(resource, undefined);
      if (returned) events.missing(resource, undefined);
      if (store.replace(resource, objects) || returned || waiting.has(resource)) events.changed();
      arrived(resource);
    },
    async change(changes) {
      const outcomes = await projects(
        resource,
        changes.map(({ object }) => object),
      );
      let changed = false;
      for (const [index, outcome] of outcomes.entries()) {
        if (!('object' in outcome)) {
          events.skipped(resource, outcome.name, outcome.problem);
          // what it was before is not what it is now
          const key = keyOf(outcome.name);
          changed = store.remove(resource, key) || changed;
        } else if (changes[index]?.type === 'DELETED') {
          changed = store.remove(resource, outcome.object.metadata) || changed;
        } else {
          changed = store.put(resource, outcome.object) || changed;
        }
      }
      if (changed) events.changed();
    },
    missing(why, absent) {
      // a CRD that is not installed is no evidence that is missing: there are no such objects
      const problem = absent && resourceInfos[resource].optional ? undefined : why;
      const gone = store.replace(resource, []);
      const noticed = store.setMissing(resource, problem);
      if (noticed) events.missing(resource, problem);
      if (gone || noticed) events.changed();
      health.well(resource);
      arrived(resource);
    },
    unwell: (why, busy) => health.unwell(resource, why, busy),
    well: () => health.well(resource),
  });

  const running = resources.map((resource) =>
    reflect({
      connection: options.connection,
      path: () => locate(options.connection, resource, resourceInfos[resource], options.signal),
      selector: resourceInfos[resource].selector,
      resource,
      sink: sinkOf(resource),
      signal: options.signal,
      onRestart: (reason) => events.restarted(resource, reason),
      ...options.patience,
    }),
  );
  return {
    synced,
    world: (nowMinute, youngAfter) => store.world(nowMinute, youngAfter),
    count: (resource) => store.count(resource),
    blindTo: () => store.missing().filter((resource) => !resourceInfos[resource].optional),
    unwell: () => health.troubles(),
    done: Promise.all(running).then(() => undefined),
  };
}

function keyOf(name: string): { namespace: string; name: string } {
  const slash = name.indexOf('/');
  return slash < 0
    ? { namespace: '', name }
    : { namespace: name.slice(0, slash), name: name.slice(slash + 1) };
}
