/**
 * The roles and bindings that every API server brings when it starts. Files do not hold them, and yet a binding to
 * `cluster-admin` means them: they count as present, and what the files themselves say of one wins.
 */
import type { Slim } from '../../world/objects.ts';
import type { Resource, Tables } from '../../world/world.ts';
import type { Projector } from '../project.ts';
import { resourceInfos } from '../resources.ts';
import bootstrap from './bootstrap.json' with { type: 'json' };

const kinds = ['clusterroles', 'clusterrolebindings', 'roles', 'rolebindings'] as const;
type Kind = (typeof kinds)[number];

/** The tables of files with what every cluster has beneath them. */
export async function withBootstrap(tables: Tables, projects: Projector): Promise<Tables> {
  const merged: Record<string, ReadonlyMap<string, ReadonlyMap<string, Slim>>> = { ...tables };
  for (const kind of kinds) merged[kind] = beneath(tables[kind], await projected(kind, projects));
  return merged as unknown as Tables; // each table got objects of its own kind only
}

async function projected(resource: Resource & Kind, projects: Projector): Promise<readonly Slim[]> {
  const { apiVersion, kind } = resourceInfos[resource];
  const raw = bootstrap.objects.filter((object) => object.kind === kind);
  const outcomes = await projects(
    resource,
    raw.map((object) => ({ apiVersion, ...object })),
  );
  return outcomes.flatMap((outcome) => ('object' in outcome ? [outcome.object] : []));
}

function beneath(
  table: ReadonlyMap<string, ReadonlyMap<string, Slim>>,
  objects: readonly Slim[],
): ReadonlyMap<string, ReadonlyMap<string, Slim>> {
  const merged = new Map([...table].map(([namespace, byName]) => [namespace, new Map(byName)]));
  for (const object of objects) {
    const { namespace, name } = object.metadata;
    const byName = merged.get(namespace) ?? new Map<string, Slim>();
    if (!byName.has(name)) byName.set(name, object);
    merged.set(namespace, byName);
  }
  return merged;
}
