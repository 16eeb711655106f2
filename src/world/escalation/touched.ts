/** From where the ways may be others than before: most changes of a graph concern few positions. */
import { type Answer, at, type Network, NOWHERE, numbersOf } from './search.ts';

/** A graph with its answers. */
export interface Solved {
  readonly network: Network;
  /** In an order that is always the same. */
  readonly answers: readonly Answer[];
  /** The numbers of the labels in the answers, by namespace. */
  readonly labels: ReadonlyMap<string, number>;
}

/**
 * The keys of the positions that are new or lead elsewhere, that are answered in another way, and of all that lead to
 * one of them. From any other position all that is reached is the same, and so is every way.
 */
export function touchedSince(before: Solved, now: Solved): ReadonlySet<string> {
  const { positions, from, begins, into } = now.network;
  const waiting = differing(before, now);
  const touched = new Uint8Array(positions.length);
  const keys = new Set<string>();
  for (let number = waiting.pop(); number !== undefined; number = waiting.pop()) {
    if (touched[number] === 1) continue;
    touched[number] = 1;
    keys.add(positions[number]?.key ?? '');
    for (let place = at(begins, number); place < at(begins, number + 1); place += 1)
      waiting.push(at(from, at(into, place)));
  }
  return keys;
}

/** The numbers of positions with other edges or another answer. */
function differing(before: Solved, now: Solved): number[] {
  const { positions } = now.network;
  const oldNumbers = numbersOf(positions, (position) => {
    const old = before.network.numberOf.get(position.key) ?? NOWHERE;
    return before.network.positions[old] === position ? old : NOWHERE;
  });
  // without a namespace the label is 0, then as now
  const oldLabels = new Int32Array(now.labels.size + 1);
  for (const [namespace, label] of now.labels) oldLabels[label] = before.labels.get(namespace) ?? NOWHERE;
  const differs = new Uint8Array(positions.length);
  oldNumbers.forEach((old, number) => {
    if (old === NOWHERE) differs[number] = 1;
  });
  for (const [index, answer] of now.answers.entries()) {
    const then = before.answers[index];
    if (then === undefined) throw new Error('there are as many answers at all times');
    for (let number = 0; number < positions.length; number += 1) {
      const old = at(oldNumbers, number);
      if (differs[number] === 1) continue;
      const shift = at(now.network.leaving, number) - at(before.network.leaving, old);
      for (let slot = 0; slot < answer.most; slot += 1) {
        const here = number * answer.most + slot;
        const there = old * answer.most + slot;
        const isSame =
          isSameEdge(at(answer.edges, here), at(then.edges, there), shift) &&
          isSameLabel(at(answer.labels, here), at(then.labels, there), oldLabels);
        if (!isSame) differs[number] = 1;
      }
    }
  }
  const numbers: number[] = [];
  differs.forEach((isOther, number) => {
    if (isOther === 1) numbers.push(number);
  });
  return numbers;
}

/** Edges are numbered by position; what is no edge has a number of its own. */
const isSameEdge = (now: number, then: number, shift: number): boolean =>
  now < 0 ? now === then : now - shift === then;
const isSameLabel = (now: number, then: number, oldLabels: Int32Array): boolean =>
  now < 0 ? now === then : at(oldLabels, now) === then;
