/** From the documents of files to a world. */
import type { Slim } from '../../world/objects.ts';
import {
  apiGroupOf,
  emptyTables,
  refOf,
  type Resource,
  resources,
  type Tables,
  textOf,
  type World,
} from '../../world/world.ts';
import { projector } from '../project.ts';
import { resourceInfos } from '../resources.ts';
import { isRecord } from '../shapes/shape.ts';
import { withBootstrap } from './bootstrap.ts';
import { readYaml } from './yaml.ts';

/** A text to read, and what to call it in messages. */
export interface Source {
  readonly name: string;
  readonly content: string;
}

export interface Message {
  readonly where: string;
  readonly message: string;
  /** What could be told of it, if it is an object that is not of the shape of its kind. */
  readonly object?: { readonly resource: Resource; readonly name: string; readonly problem: string };
}

/** `of` is the same for warnings that say the same of different places. */
export interface Warning extends Message {
  readonly of: string;
}

export interface Loaded {
  readonly world: World;
  /** What could not be read at all. */
  readonly errors: readonly Message[];
  /** What was read, but not as its author may think. */
  readonly warnings: readonly Warning[];
  /** Documents, and items of Lists, that are no Kubernetes objects. */
  readonly passedOver: number;
}

interface Found {
  readonly resource: Resource;
  readonly object: Record<string, unknown>;
  readonly where: string;
}

const byKind: ReadonlyMap<string, Resource> = new Map(
  resources.map((resource) => [resourceInfos[resource].kind, resource]),
);
/** Groups that served a kind before its present one did; what they hold is read in the same way. */
const formerGroups: ReadonlySet<string> = new Set([
  'extensions',
  'apps',
  'policy',
  'networking.k8s.io',
  'batch',
]);

/** @param tick called now and then, for whoever wants to show that it goes on */
export async function loadWorld(
  sources: readonly Source[],
  nowMinute: number,
  tick: () => void = () => {},
): Promise<Loaded> {
  const found: Found[] = [];
  const errors: Message[] = [];
  const warnings: Warning[] = [];
  let passedOver = 0;
  for (const { name, content } of sources) {
    const { documents, problems, warnings: doubts } = readYaml(content, tick);
    for (const { message, line, column } of problems)
      errors.push({ where: `${name}:${line}:${column}`, message });
    for (const { message, line, column } of doubts)
      warnings.push({ where: `${name}:${line}:${column}`, message, of: message });
    for (const { value, line } of documents) {
      for (const object of objectsIn(value)) {
        const resource = object && resourceOf(object);
        if (object === undefined) passedOver += 1;
        else if (resource !== undefined)
          found.push({ resource, object: placed(object, resource), where: `${name}:${line}` });
      }
    }
  }
  const tables = await project(found, errors, warnings);
  return {
    world: { tables, source: 'files', missing: new Map(), nowMinute, youngAfter: 0 },
    errors,
    warnings,
    passedOver,
  };
}

/** Lists of Lists are no more than a curiosity; without end they are an attack. */
const DEEPEST_LIST = 10;

/**
 * The objects of a document: itself, or the items of a List, whose kind a typed List may leave out. Undefined stands
 * for what is no object.
 */
function* objectsIn(value: unknown, depth = 0): Iterable<Record<string, unknown> | undefined> {
  if (!isRecord(value) || depth > DEEPEST_LIST) return yield undefined;
  const { apiVersion, kind, items } = value;
  if (typeof apiVersion !== 'string' || typeof kind !== 'string') return yield undefined;
  if (!kind.endsWith('List') || !Array.isArray(items)) return yield value;
  const itemKind = kind === 'List' ? {} : { apiVersion, kind: kind.slice(0, -'List'.length) };
  for (const item of items as readonly unknown[]) yield* objectsIn(withKind(item, itemKind), depth + 1);
}

const withKind = (item: unknown, { apiVersion, kind }: { apiVersion?: string; kind?: string }): unknown =>
  isRecord(item)
    ? { ...item, apiVersion: item['apiVersion'] ?? apiVersion, kind: item['kind'] ?? kind }
    : item;

function resourceOf(object: Record<string, unknown>): Resource | undefined {
  const { kind, apiVersion } = object;
  const resource = byKind.get(String(kind));
  if (resource === undefined) return undefined;
  const group = apiGroupOf(String(apiVersion));
  const expected = apiGroupOf(resourceInfos[resource].apiVersion);
  const isFormer = formerGroups.has(group) && formerGroups.has(expected);
  return group === expected || isFormer ? resource : undefined;
}

async function project(found: readonly Found[], errors: Message[], warnings: Warning[]): Promise<Tables> {
  const projects = projector();
  const tables: Record<string, Map<string, Map<string, Slim>>> = {};
  for (const [resource, items] of Map.groupBy(found, (item) => item.resource)) {
    const table = (tables[resource] = new Map<string, Map<string, Slim>>());
    const outcomes = await projects(
      resource,
      items.map((item) => item.object),
    );
    for (const [index, outcome] of outcomes.entries()) {
      const where = items[index]?.where ?? '';
      if (!('object' in outcome)) {
        errors.push({
          where,
          message: `${resourceInfos[resource].kind} ${outcome.name}: ${outcome.problem}`,
          object: { resource, ...outcome },
        });
      } else if (put(table, outcome.object)) {
        warnings.push({
          where,
          message: `${textOf(refOf(outcome.object))} is given twice: the last one counts`,
          of: 'given twice',
        });
      }
    }
  }
  // each table was filled by the projector of its resource
  return await withBootstrap({ ...emptyTables, ...tables } as Tables);
}

/** @returns whether the object was there before */
function put(table: Map<string, Map<string, Slim>>, object: Slim): boolean {
  const { namespace, name } = object.metadata;
  let byName = table.get(namespace);
  if (byName === undefined) table.set(namespace, (byName = new Map()));
  const known = byName.has(name);
  byName.set(name, object);
  return known;
}

/** As the API server would hold it: in the version that is read, and in a namespace if it belongs into one. */
function placed(object: Record<string, unknown>, resource: Resource): Record<string, unknown> {
  const { apiVersion, namespaced } = resourceInfos[resource];
  const { metadata } = object;
  if (!isRecord(metadata)) return { ...object, apiVersion };
  const { namespace } = metadata;
  const given = typeof namespace === 'string' && namespace !== '' ? namespace : 'default';
  return { ...object, apiVersion, metadata: { ...metadata, namespace: namespaced ? given : '' } };
}
