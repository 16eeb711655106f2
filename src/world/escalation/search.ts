/**
 * Shortest ways through the graph, from every position at once: a search against the edges, from what is gained to
 * whoever gains it. Linear in the edges, and the same whatever order the objects came in.
 */
import type { Edge, Graph, Position } from './edges.ts';

/** A graph by numbers: positions in the order of the graph, edges in the order of their positions. */
export interface Network {
  readonly positions: readonly Position[];
  readonly numberOf: ReadonlyMap<string, number>;
  readonly edges: readonly Edge[];
  /** The number of the first edge of each position. */
  readonly leaving: Int32Array;
  readonly from: Int32Array;
  readonly to: Int32Array;
  readonly costs: Uint8Array;
  /** Where the edges to each position begin in `into`; one more at the end. */
  readonly begins: Int32Array;
  readonly into: Int32Array;
}

export function networkOf(graph: Graph): Network {
  const positions = [...graph.values()];
  const numberOf = new Map<string, number>();
  for (const [index, { key }] of positions.entries()) numberOf.set(key, index);
  const edges = positions.flatMap((position) => position.edges);
  const leaving = new Int32Array(positions.length);
  const from = new Int32Array(edges.length);
  const to = new Int32Array(edges.length);
  const costs = new Uint8Array(edges.length);
  const begins = new Int32Array(positions.length + 1);
  let number = 0;
  for (const [source, position] of positions.entries()) {
    leaving[source] = number;
    for (const edge of position.edges) {
      const target = numberOf.get(edge.to) ?? 0;
      from[number] = source;
      to[number] = target;
      costs[number] = edge.cost;
      begins[target + 1] = at(begins, target + 1) + 1;
      number += 1;
    }
  }
  for (let index = 0; index < positions.length; index += 1)
    begins[index + 1] = at(begins, index + 1) + at(begins, index);
  const next = begins.slice();
  const into = new Int32Array(edges.length);
  for (let edge = 0; edge < to.length; edge += 1) {
    const place = at(next, at(to, edge));
    into[place] = edge;
    next[at(to, edge)] = place + 1;
  }
  return { positions, numberOf, edges, leaving, from, to, costs, begins, into };
}

export const at = (array: Int32Array, index: number): number => array[index] ?? NOWHERE;

export const NOWHERE = -1;

/** What a search looks for: positions, told apart by a label (a namespace, or the same for all). */
export interface Goal {
  readonly position: number;
  readonly label: number;
}

interface Question {
  readonly goals: readonly Goal[];
  /** How many different labels are remembered at each position: the nearest ones. */
  readonly most: 1 | 2;
  /** By position: 1 if a way may lead through it. */
  readonly leads: Uint8Array;
  /** By position: the label of the only goals to which a way may lead through it. Absent: to all. */
  readonly only?: Int32Array;
}

/** For each position, up to `most` labels, the nearest first. */
export interface Answer {
  readonly most: number;
  readonly labels: Int32Array;
  /** The edge by which each is reached; `GOAL` at the goal itself. */
  readonly edges: Int32Array;
}

const GOAL = -2;

export function search(network: Network, { goals, most, leads, only }: Question): Answer {
  const { positions, costs, from, begins, into } = network;
  const labels = new Int32Array(positions.length * most).fill(NOWHERE);
  const by = new Int32Array(positions.length * most).fill(NOWHERE);
  const settle = (position: number, label: number, edge: number): boolean => {
    for (let slot = position * most; slot < (position + 1) * most; slot += 1) {
      if (labels[slot] === label) return false;
      if (labels[slot] !== NOWHERE) continue;
      labels[slot] = label;
      by[slot] = edge;
      return true;
    }
    return false;
  };
  // one list of arrivals per distance: position, label, edge by edge
  let current: number[] = goals.flatMap(({ position, label }) => [position, label, GOAL]);
  while (current.length > 0) {
    const next: number[] = [];
    for (let index = 0; index < current.length; index += 3) {
      const position = current[index] ?? 0;
      const label = current[index + 1] ?? 0;
      const edge = current[index + 2] ?? GOAL;
      if (!settle(position, label, edge)) continue;
      for (let place = at(begins, position); place < at(begins, position + 1); place += 1) {
        const incoming = at(into, place);
        const source = at(from, incoming);
        if (leads[source] === 0 || (only !== undefined && only[source] !== label)) continue;
        // a way through a hub costs nothing: it belongs to this distance
        (costs[incoming] === 0 ? current : next).push(source, label, incoming);
      }
    }
    current = next;
  }
  return { most, labels, edges: by };
}

/** Which of the labels that are reached from a position is wanted; undefined: none. */
export function labelAt(
  { most, labels }: Answer,
  position: number,
  wanted: (label: number) => boolean,
): number | undefined {
  for (let slot = position * most; slot < (position + 1) * most; slot += 1) {
    const label = at(labels, slot);
    if (label !== NOWHERE && wanted(label)) return label;
  }
  return undefined;
}

/** The way from a position to the goal of a label that it reaches. */
export function wayFrom(network: Network, answer: Answer, start: number, label: number): readonly Edge[] {
  const { most, labels, edges: by } = answer;
  const way: Edge[] = [];
  let position = start;
  for (;;) {
    let slot = position * most;
    while (labels[slot] !== label) slot += 1;
    const number = at(by, slot);
    const edge = network.edges[number];
    if (number === GOAL || edge === undefined) return way;
    way.push(edge);
    position = at(network.to, number);
  }
}

/** The shortest way from a position that avoids another one: a search along the edges. */
export function detour(
  network: Network,
  start: number,
  avoiding: number,
  isGoal: (position: Position) => boolean,
  within: (position: Position) => boolean,
): readonly Edge[] | undefined {
  const { positions, numberOf } = network;
  const cameBy = new Map<number, { readonly edge: Edge; readonly from: number } | undefined>();
  let current: { position: number; by: { edge: Edge; from: number } | undefined }[] = [
    { position: start, by: undefined },
  ];
  while (current.length > 0) {
    const next: typeof current = [];
    for (const { position: number, by } of current) {
      const position = positions[number];
      if (number === avoiding || cameBy.has(number) || position === undefined) continue;
      cameBy.set(number, by);
      if (isGoal(position)) return wayBack(cameBy, number);
      if (!within(position)) continue;
      for (const edge of position.edges) {
        const target = numberOf.get(edge.to) ?? NOWHERE;
        (edge.cost === 0 ? current : next).push({ position: target, by: { edge, from: number } });
      }
    }
    current = next;
  }
  return undefined;
}

function wayBack(
  cameBy: ReadonlyMap<number, { readonly edge: Edge; readonly from: number } | undefined>,
  goal: number,
): readonly Edge[] {
  const way: Edge[] = [];
  for (let by = cameBy.get(goal); by !== undefined; by = cameBy.get(by.from)) way.unshift(by.edge);
  return way;
}
