/** Which escalation primitives an identity holds, where, and by which grants. */
import type { Grant } from '../access.ts';
import { type Asked, askedBy, isOpen, type Met, metBy } from './needs.ts';
import { type Primitive, primitives } from './primitives.ts';

/** A primitive that is held at one place. */
export interface Holding {
  readonly primitive: Primitive;
  /** Where it holds; undefined: everywhere. */
  readonly namespace: string | undefined;
  /** What decides it: one grant per need. */
  readonly grants: readonly Grant[];
  /** Only over the identities of these names. */
  readonly listed?: readonly string[];
  /** The grant that lets it lift the Pod Security level of the namespace, too. */
  readonly lifts?: Grant;
}

interface Entry {
  readonly grant: Grant;
  /** Undefined: all objects of the kind. */
  readonly listed: readonly string[] | undefined;
}

/** The needs that are met at one place. */
type Board = Map<Asked, Entry>;

const EVERYWHERE = '';
/** No namespace has this name: the board of what counts for every place, wherever it is met. */
const ANY_PLACE = '*';
const anything = rowOf('do-anything');
export const lift = rowOf('lift-pod-security');

function rowOf(slug: string): Primitive {
  const found = primitives.find((primitive) => primitive.slug === slug);
  if (found === undefined) throw new Error(`the table of primitives has no ${slug}`);
  return found;
}

/** @returns those for everywhere first, then by namespace; within it in the order of the table */
export function holdingsOf(grants: readonly Grant[]): readonly Holding[] {
  const boards = boardsOf(grants);
  const everywhere = together(boards.get(ANY_PLACE), boards.get(EVERYWHERE));
  const whole = onlyWidest(heldOn(everywhere, undefined));
  // who may do anything holds every other primitive too: to list them all would say less
  if (whole[0]?.primitive === anything) return whole;
  const known = new Set(whole.flatMap(({ primitive, listed }) => (listed === undefined ? primitive : [])));
  const places = [...boards.keys()].filter((each) => each !== EVERYWHERE && each !== ANY_PLACE).sort();
  return [
    ...whole,
    ...places.flatMap((namespace) => {
      const board = together(everywhere, boards.get(namespace));
      return onlyWidest(heldOn(board, namespace)).filter(({ primitive }) => !known.has(primitive));
    }),
  ];
}

const onlyWidest = (held: readonly Holding[]): readonly Holding[] =>
  held[0]?.primitive === anything ? held.slice(0, 1) : held;

/** By namespace. */
function boardsOf(grants: readonly Grant[]): ReadonlyMap<string, Board> {
  const boards = new Map<string, Board>();
  for (const grant of grants) {
    for (const met of metBy(grant.rule)) {
      if (met.clusterOnly && grant.namespace !== undefined) continue;
      for (const namespace of placesOf(grant, met)) {
        const place = isOpen(met.asked.need) ? ANY_PLACE : namespace;
        let board = boards.get(place);
        if (board === undefined) boards.set(place, (board = new Map()));
        note(board, met.asked, { grant, listed: met.listed });
      }
    }
  }
  return boards;
}

function placesOf({ namespace }: Grant, { namespaces }: Met): readonly string[] {
  if (namespaces === undefined) return [namespace ?? EVERYWHERE];
  if (namespace === undefined) return namespaces;
  return namespaces.includes(namespace) ? [namespace] : [];
}

/** The first grant that gives all counts; until there is one, names add up. */
function note(board: Board, asked: Asked, { grant, listed }: Entry): void {
  const before = board.get(asked);
  if (before === undefined || (before.listed !== undefined && listed === undefined)) {
    board.set(asked, { grant, listed });
  } else if (before.listed !== undefined && listed !== undefined) {
    board.set(asked, { grant: before.grant, listed: [...new Set([...before.listed, ...listed])].sort() });
  }
}

/** What holds in a place: by its own grants, and by those of the wider one that list no names. */
function together(wider: Board = new Map(), own: Board = new Map()): Board {
  const board: Board = new Map(own);
  for (const [asked, entry] of wider) if (entry.listed === undefined) note(board, asked, entry);
  return board;
}

function heldOn(board: Board, namespace: string | undefined): readonly Holding[] {
  if (board.size === 0) return [];
  const candidates = new Set([...board.keys()].map(({ primitive }) => primitive));
  const lifts = namespace === undefined ? undefined : metOn(board, lift)?.grants[0];
  return primitives.flatMap((primitive) => {
    const { only } = primitive;
    if (!candidates.has(primitive)) return [];
    if (only !== undefined && namespace !== undefined && namespace !== only) return [];
    const met = metOn(board, primitive);
    if (met === undefined) return [];
    const place = only === undefined ? namespace : only || undefined;
    return { primitive, namespace: place, ...met, ...(lifts === undefined ? {} : { lifts }) };
  });
}

/** By the first list of needs of which all are met. */
function metOn(board: Board, primitive: Primitive): Pick<Holding, 'grants' | 'listed'> | undefined {
  for (const needs of askedBy.get(primitive) ?? []) {
    const entries = needs.map((asked) => board.get(asked));
    if (!entries.every((entry) => entry !== undefined)) continue;
    const listed = entries.find((entry) => entry.listed !== undefined)?.listed;
    return { grants: entries.map(({ grant }) => grant), ...(listed === undefined ? {} : { listed }) };
  }
  return undefined;
}
