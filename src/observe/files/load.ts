/** From the documents of files to a world. */
import type { Controller, Pod, Slim } from '../../world/objects.ts';
import {
  emptyTables,
  type Missing,
  refOf,
  type Resource,
  type Tables,
  textOf,
  type World,
} from '../../world/world.ts';
import { projector } from '../project.ts';
import { resourceInfos } from '../resources.ts';
import { isRecord } from '../shapes/shape.ts';
import { withBootstrap } from './bootstrap.ts';
import { replicaSetOf } from './custom.ts';
import { kindOf, nameIn, placed, type Raw } from './kinds.ts';
import { documentsIn, type Problem } from './yaml.ts';

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

/** An object that was found, still as it was written. */
interface Found {
  readonly resource: Resource;
  readonly object: Raw;
  readonly where: string;
  /** It stands for what a custom resource declares, which is this one. */
  readonly custom?: string;
}

/** @param tick called now and then, for whoever wants to show that it goes on */
export async function loadWorld(
  sources: readonly Source[],
  nowMinute: number,
  tick: () => void = () => {},
): Promise<Loaded> {
  const errors: Message[] = [];
  const warnings: Warning[] = [];
  let passedOver = 0;
  const unread: Found[] = [];
  const tables = tablesFrom(errors, warnings);
  const take = async (object: Raw, where: string): Promise<void> => {
    const kind = kindOf(object);
    switch (kind.is) {
      case 'read':
        return await tables.add({ ...kind, object: placed(object, kind.resource), where });
      case 'of unknown version':
        return void unread.push({ ...kind, object, where });
      case 'of wrong group':
        return void warnings.push({ where, message: wrongGroup(object), of: kind.is });
      case 'other': {
        const made = replicaSetOf(object);
        if (made === undefined) return;
        const stand = { resource: 'replicasets', object: placed(made, 'replicasets') } as const;
        return await tables.add({ ...stand, where, custom: nameIn(object) });
      }
    }
  };
  for (const { name, content } of sources) {
    for (const { documents, problems, warnings: doubts } of documentsIn(content)) {
      tick();
      const at = ({ line, column }: Problem): string => `${name}:${line}:${column}`;
      errors.push(...problems.map((problem) => ({ where: at(problem), message: problem.message })));
      for (const doubt of doubts)
        warnings.push({ where: at(doubt), message: doubt.message, of: doubt.message });
      for (const { value, line } of documents) {
        for (const object of objectsIn(value)) {
          const where = `${name}:${line}`;
          if (object === undefined) passedOver += 1;
          else await take(object, where);
        }
      }
    }
  }
  for (const one of unread)
    warnings.push({ where: one.where, message: `${unknownText(one)}: left out`, of: 'unknown version' });
  return {
    world: {
      tables: await tables.done(),
      source: 'files',
      missing: missingOf(unread),
      nowMinute,
      youngAfter: 0,
    },
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
function* objectsIn(value: unknown, depth = 0): Iterable<Raw | undefined> {
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

const unknownText = (found: Found): string =>
  `${nameIn(placed(found.object, found.resource))} is of ${String(found.object['apiVersion'])}, a version that is not known`;

function wrongGroup(object: Raw): string {
  const { apiVersion, kind } = object;
  return `${nameIn(object)} is of ${String(apiVersion)}, where no ${String(kind)} is: left out`;
}

/** What of a resource could not be read is evidence that is missing. */
function missingOf(unread: readonly Found[]): Missing {
  return new Map(
    [...Map.groupBy(unread, ({ resource }) => resource)].map(([resource, some]) => {
      const [first, ...others] = some.map(unknownText);
      return [resource, others.length === 0 ? `${first}` : `${first}; and ${others.length} more`];
    }),
  );
}

/** Objects that are projected together: credentials are looked for in all of them at once. */
const AT_ONCE = 500;

/** Projects objects as they come, some at a time, so that only a few are in memory as they were written. */
function tablesFrom(errors: Message[], warnings: Warning[]) {
  const projects = projector({ lasting: false });
  const tables: Record<string, Map<string, Map<string, Slim>>> = {};
  const waiting = new Map<Resource, Found[]>();

  const project = async (resource: Resource, found: readonly Found[]): Promise<void> => {
    const table = (tables[resource] ??= new Map<string, Map<string, Slim>>());
    const objects = found.map(({ object }) => object);
    for (const [index, outcome] of (await projects(resource, objects)).entries()) {
      const { where = '', custom } = found[index] ?? {};
      const doubt = (message: string, of: string): void => void warnings.push({ where, message, of });
      if ('object' in outcome) {
        const { object } = outcome;
        const text = custom ?? textOf(refOf(object));
        if (put(table, object)) doubt(`${text} is given twice: the last one counts`, 'given twice');
        if (lacksContainers(object))
          doubt(
            `${text} has no containers: the API server refuses it, and there is little to score`,
            'no containers',
          );
      } else if (custom !== undefined) {
        // what looks like a pod template may be something else
        const message = `the pod template of ${custom} cannot be read, it is left out: ${outcome.problem}`;
        doubt(message, 'unreadable template');
      } else {
        const message = `${resourceInfos[resource].kind} ${outcome.name}: ${outcome.problem}`;
        errors.push({ where, message, object: { resource, ...outcome } });
      }
    }
  };

  return {
    async add(found: Found): Promise<void> {
      const { resource } = found;
      const batch = waiting.get(resource);
      if (batch === undefined) waiting.set(resource, [found]);
      else if (batch.push(found) === AT_ONCE) {
        waiting.delete(resource);
        await project(resource, batch);
      }
    },
    async done(): Promise<Tables> {
      for (const [resource, batch] of waiting) await project(resource, batch);
      // each table was filled by the projector of its resource
      return await withBootstrap({ ...emptyTables, ...tables } as Tables);
    },
  };
}

function lacksContainers(object: Slim): boolean {
  if ('template' in object) return (object as Controller).template.spec.containers.length === 0;
  return object.kind === 'Pod' && (object as Pod).spec.containers.length === 0;
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
