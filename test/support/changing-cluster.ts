/** A cluster that changes, object by object, as the store of the operator sees it. */
import type { Projector } from '../../src/observe/project.ts';
import { resourceInfos } from '../../src/observe/resources.ts';
import type { Store } from '../../src/observe/store.ts';
import type { Slim } from '../../src/world/objects.ts';
import { type Resource, resources } from '../../src/world/world.ts';
import type { Raw } from './random-pods.ts';

/** By `apiVersion Kind`: kinds of unlike groups share a name. */
const byType: ReadonlyMap<string, Resource> = new Map(
  resources.map((resource) => {
    const { apiVersion, kind } = resourceInfos[resource];
    return [`${apiVersion} ${kind}`, resource];
  }),
);

/** One change: an object comes, or replaces its namesake; or it goes. */
export interface Step {
  readonly put?: Raw;
  readonly remove?: Raw;
}

/** @returns the object that has come, or the picture of the one that has gone */
export async function apply({ put, remove }: Step, store: Store, project: Projector): Promise<Slim> {
  const raw = structuredClone(put ?? remove ?? {});
  const type = `${String(raw['apiVersion'])} ${String(raw['kind'])}`;
  const resource = byType.get(type);
  if (resource === undefined) throw new Error(`no resource of type ${type}`);
  const metadata = raw['metadata'] as Raw;
  if (resourceInfos[resource].namespaced) metadata['namespace'] ??= 'default';
  const [projected] = await project(resource, [raw]);
  if (projected === undefined || !('object' in projected)) throw new Error(JSON.stringify(projected));
  if (put === undefined) store.remove(resource, projected.object.metadata);
  else store.put(resource, projected.object);
  return projected.object;
}
