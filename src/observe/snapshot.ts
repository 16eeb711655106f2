/** Reads some resources of a cluster once: what a person asks about now, with that person's own rights. */
import type { Slim } from '../world/objects.ts';
import type { Resource, World } from '../world/world.ts';
import type { Connection } from './connection.ts';
import { faultOf, StatusError } from './fault.ts';
import { pagesOf } from './list.ts';
import { projector } from './project.ts';
import { pathOf, resourceInfos } from './resources.ts';
import { createStore } from './store.ts';

export interface Snapshot {
  /** What may not be listed is in `missing`. */
  readonly world: World;
  /** Objects whose shape is not that of their kind: left out. */
  readonly skipped: readonly {
    readonly resource: Resource;
    readonly name: string;
    readonly problem: string;
  }[];
}

/** @throws Error in words, if the API server cannot be reached, refuses the credentials or is unwell */
export async function readCluster(
  connection: Connection,
  resources: readonly Resource[],
  { nowMinute, signal }: { readonly nowMinute: number; readonly signal: AbortSignal },
): Promise<Snapshot> {
  const store = createStore();
  const projects = projector();
  const skipped: Snapshot['skipped'][number][] = [];
  const read = async (resource: Resource): Promise<void> => {
    const objects: Slim[] = [];
    for await (const { items } of pagesOf(connection, pathOf(resource), signal)) {
      for (const outcome of await projects(resource, items)) {
        if ('object' in outcome) objects.push(outcome.object);
        else skipped.push({ resource, ...outcome });
      }
    }
    store.replace(resource, objects);
  };
  await Promise.all(
    resources.map((resource) =>
      read(resource).catch((error: unknown) => {
        const why = whyMissing(error, resource);
        if (why === undefined) throw new Error(faultOf(error, resource).why, { cause: error });
        store.setMissing(resource, why);
      }),
    ),
  );
  return { world: store.world(nowMinute, 0), skipped };
}

/** Unlike the operator, a person is told of rights of their own. */
function whyMissing(error: unknown, resource: Resource): string | undefined {
  if (!(error instanceof StatusError)) return undefined;
  if (error.code === 403) return `you may not list ${resource}`;
  if (error.code === 404)
    return resourceInfos[resource].optional ? `${resource} is not installed` : undefined;
  return undefined;
}
