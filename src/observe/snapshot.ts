/** Reads some resources of a cluster once: what a person asks about now, with that person's own rights. */
import type { Slim } from '../world/objects.ts';
import type { Resource, World } from '../world/world.ts';
import type { Connection } from './connection.ts';
import { faultOf, StatusError, UnknownVersionError } from './fault.ts';
import { pagesOf } from './list.ts';
import { projector } from './project.ts';
import { resourceInfos } from './resources.ts';
import { locate } from './served.ts';
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

/** A cluster that does not answer in this time is not waited for. */
const LONGEST_READ_MS = 120_000;

/** @throws Error in words, if the API server cannot be reached, refuses the credentials or is unwell */
export async function readCluster(
  connection: Connection,
  resources: readonly Resource[],
  nowMinute: number,
): Promise<Snapshot> {
  const stop = new AbortController();
  const signal = AbortSignal.any([stop.signal, AbortSignal.timeout(LONGEST_READ_MS)]);
  const store = createStore();
  const projects = projector();
  const skipped: Snapshot['skipped'][number][] = [];
  const read = async (resource: Resource): Promise<void> => {
    const objects: Slim[] = [];
    const info = resourceInfos[resource];
    const path = await locate(connection, resource, info, signal);
    for await (const { items } of pagesOf(connection, path, info.selector, signal)) {
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
        // a CRD that is not installed is no evidence that is missing: there are no such objects
        if (error instanceof StatusError && error.code === 404 && resourceInfos[resource].optional) return;
        const why = whyMissing(error, resource);
        if (why === undefined) {
          const failed = new Error(faultOf(error, resource).why, { cause: error });
          stop.abort(); // the others would only make one wait
          throw failed;
        }
        store.setMissing(resource, why);
      }),
    ),
  );
  return { world: store.world(nowMinute, 0), skipped };
}

/** Unlike the operator, a person is told of rights of their own. */
function whyMissing(error: unknown, resource: Resource): string | undefined {
  if (error instanceof UnknownVersionError) return error.message;
  if (!(error instanceof StatusError)) return undefined;
  return error.code === 403 ? `you may not list ${resource}` : undefined;
}
