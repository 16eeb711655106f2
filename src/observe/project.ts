/** From what the API server or a file holds to the slim, frozen objects of the world. */
import type { Slim } from '../world/objects.ts';
import type { Resource } from '../world/world.ts';
import { type Interner, interner, strongInterner } from './intern.ts';
import { redact } from './redact.ts';
import { resourceInfos } from './resources.ts';
import { isRecord, ShapeError } from './shapes/shape.ts';

/** The slim object, or why there is none; `name` is `namespace/name` as far as it can be read. */
export type Projected = { readonly object: Slim } | { readonly name: string; readonly problem: string };

/** Projects raw objects of one resource, one outcome each, in order. The raw objects are used up. */
export type Projector = (resource: Resource, raw: readonly unknown[]) => Promise<readonly Projected[]>;

/**
 * One projector per world: it shares equal pod specs and label sets among all objects that it makes.
 * @param lasting whether objects come and go, or are read once
 */
export function projector({ lasting } = { lasting: true }): Projector {
  const intern = lasting ? interner() : strongInterner();
  return async (resource, raw) => {
    await redact(raw);
    return raw.map((object) => {
      try {
        return { object: share(resourceInfos[resource].project(object), intern) };
      } catch (error) {
        if (error instanceof ShapeError) return { name: nameOf(object), problem: error.message };
        throw error;
      }
    });
  };
}

/** Interns the parts of an object that many objects have alike. */
function share(object: Slim, intern: Interner): Slim {
  const { metadata } = object;
  const shared: Slim & Record<string, unknown> = {
    ...object,
    metadata: Object.freeze({
      ...metadata,
      labels: intern(metadata.labels),
      annotations: intern(metadata.annotations),
      ownerReferences: intern(metadata.ownerReferences),
      managers: intern(metadata.managers),
    }),
  };
  for (const part of ['spec', 'template', 'imageIDs', 'rules', 'vulnerabilities']) {
    const value = shared[part];
    if (typeof value === 'object' && value !== null) shared[part] = intern(value);
  }
  return Object.freeze(shared);
}

function nameOf(object: unknown): string {
  const metadata = isRecord(object) ? object['metadata'] : undefined;
  if (!isRecord(metadata)) return '(no name)';
  const { namespace, name } = metadata;
  return typeof name !== 'string'
    ? '(no name)'
    : typeof namespace === 'string'
      ? `${namespace}/${name}`
      : name;
}
