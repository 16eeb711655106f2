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
  /** Room for what waits in a search; one search at a time. */
  readonly rooms: readonly [Int32Array, Int32Array];
}

export function networkOf(graph: Graph): Network {
  // plain loops: it is done for the whole graph at each change
  const positions = [...graph.values()];
  const numberOf = new Map<string, number>();
  const leaving = new Int32Array(positions.length);
  const edges: Edge[] = [];
  positions.forEach((position, number) => {
    numberOf.set(position.key, number);
    leaving[number] = edges.length;
    for (const edge of position.edges) edges.push(edge);
  });
  const from = new Int32Array(edges.length);
  const to = new Int32Array(edges.length);
  const costs = new Uint8Array(edges.length);
  const begins = new Int32Array(positions.length + 1);
  edges.forEach((edge, number) => {
    const target = numberOf.get(edge.to) ?? 0;
    to[number] = target;
    costs[number] = edge.cost;
    begins[target + 1] = at(begins, target + 1) + 1;
  });
  for (let number = 0; number < positions.length; number += 1) {
    from.fill(number, at(leaving, number), leaving[number + 1] ?? edges.length);
    begins[number + 1] = at(begins, number + 1) + at(begins, number);
  }
  const next = begins.slice();
  const into = new Int32Array(edges.length);
  for (let edge = 0; edge < to.length; edge += 1) {
    const place = at(next, at(to, edge));
    into[place] = edge;
    next[at(to, edge)] = place + 1;
  }
  const room = () => new Int32Array(ARRIVAL * (MOST * edges.length + positions.length));
  const rooms = [room(), room()] as const;
  return { positions, numberOf, edges, leaving, from, to, costs, begins, into, rooms };
}

/** How many labels are remembered at a position, at most. */
const MOST = 2;
/** Numbers of one arrival: position, label, edge. */
const ARRIVAL = 3;

/** By position. */
export function numbersOf(
  positions: readonly Position[],
  numberOf: (position: Position) => number,
): Int32Array {
  const numbers = new Int32Array(positions.length);
  positions.forEach((position, index) => {
    numbers[index] = numberOf(position);
  });
  return numbers;
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
  readonly most: 1 | typeof MOST;
  /** By position: 1 if a way may lead through it. */
  readonly leads: Int32Array;
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
  // those of one distance, and of the next; each edge arrives once for each label at its end
  let [current, next] = network.rooms;
  let [count, later] = [0, 0];
  for (const { position, label } of goals) {
    current.set([position, label, GOAL], count);
    count += ARRIVAL;
  }
  for (; count > 0; [current, next, count, later] = [next, current, later, 0]) {
    for (let index = 0; index < count; index += ARRIVAL) {
      const position = at(current, index);
      const label = at(current, index + 1);
      if (!settle(position, label, at(current, index + 2))) continue;
      for (let place = at(begins, position); place < at(begins, position + 1); place += 1) {
        const incoming = at(into, place);
        const source = at(from, incoming);
        if (leads[source] === 0 || (only !== undefined && only[source] !== label)) continue;
        // a way through a hub costs nothing: it belongs to this distance
        const isNear = costs[incoming] === 0;
        const waiting = isNear ? current : next;
        const end = isNear ? count : later;
        waiting[end] = source;
        waiting[end + 1] = label;
        waiting[end + 2] = incoming;
        if (isNear) count += ARRIVAL;
        else later += ARRIVAL;
      }
    }
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
