/**
 * The roles and bindings that every API server brings when it starts. Files do not hold them, and yet a binding to
 * `cluster-admin` means them: they count as present, and what the files themselves say of one wins.
 */
import type { Slim } from '../../world/objects.ts';
import type { Tables } from '../../world/world.ts';
import { projector } from '../project.ts';
import { resourceInfos } from '../resources.ts';
import bootstrap from './bootstrap.json' with { type: 'json' };

const kinds = ['clusterroles', 'clusterrolebindings', 'roles', 'rolebindings'] as const;
type Kind = (typeof kinds)[number];

/** The tables of files with what every cluster has beneath them. */
export async function withBootstrap(tables: Tables): Promise<Tables> {
  projected ??= projectAll();
  const merged: Record<string, ReadonlyMap<string, ReadonlyMap<string, Slim>>> = { ...tables };
  for (const [kind, objects] of await projected) merged[kind] = beneath(tables[kind], objects);
  return merged as unknown as Tables; // each table got objects of its own kind only
}

/** Constant, so it is made once however many worlds are loaded. */
let projected: Promise<ReadonlyMap<Kind, readonly Slim[]>> | undefined;

async function projectAll(): Promise<ReadonlyMap<Kind, readonly Slim[]>> {
  const projects = projector();
  const found = new Map<Kind, readonly Slim[]>();
  for (const resource of kinds) {
    const { apiVersion, kind } = resourceInfos[resource];
    const raw = bootstrap.objects.filter((object) => object.kind === kind);
    const outcomes = await projects(
      resource,
      raw.map((object) => ({ apiVersion, ...object })),
    );
    found.set(
      resource,
      outcomes.flatMap((outcome) => ('object' in outcome ? [outcome.object] : [])),
    );
  }
  return found;
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
