/**
 * Sets of numbers as sorted, disjoint intervals that do not touch: each set has exactly one form, so equal sets are
 * deep-equal. Every operation gives a new value. Intervals are half-open, so that none needs a successor and the
 * same code serves ports (numbers) and addresses (bigints).
 */

export type Ordered = number | bigint;

/** From `from` up to, but not including, `end`; never empty. */
export interface Interval<T extends Ordered> {
  readonly from: T;
  readonly end: T;
}

export type Intervals<T extends Ordered> = readonly Interval<T>[];

const none: Intervals<never> = [];

/** The canonical form of any list of intervals; empty ones and the order do not matter. */
export function canonical<T extends Ordered>(intervals: readonly Interval<T>[]): Intervals<T> {
  const sorted = intervals
    .filter(({ from, end }) => from < end)
    .sort((a, b) => (a.from < b.from ? -1 : a.from > b.from ? 1 : 0));
  const merged: Interval<T>[] = [];
  for (const { from, end } of sorted) {
    const last = merged.at(-1);
    if (last === undefined || last.end < from) merged.push({ from, end });
    else if (last.end < end) merged[merged.length - 1] = { from: last.from, end };
  }
  return merged;
}

export function union<T extends Ordered>(a: Intervals<T>, b: Intervals<T>): Intervals<T> {
  if (a === b || b.length === 0) return a;
  return a.length === 0 ? b : canonical([...a, ...b]);
}

export function intersection<T extends Ordered>(a: Intervals<T>, b: Intervals<T>): Intervals<T> {
  if (a === b) return a;
  const common: Interval<T>[] = [];
  for (let i = 0, j = 0; ; ) {
    const [x, y] = [a[i], b[j]];
    if (x === undefined || y === undefined) return common;
    const from = x.from < y.from ? y.from : x.from;
    const end = x.end < y.end ? x.end : y.end;
    if (from < end) common.push({ from, end });
    if (x.end < y.end) i += 1;
    else j += 1;
  }
}

export function difference<T extends Ordered>(a: Intervals<T>, b: Intervals<T>): Intervals<T> {
  if (a === b) return none;
  if (b.length === 0) return a;
  return a.flatMap((interval) => {
    const left: Interval<T>[] = [];
    let { from } = interval;
    for (const hole of b) {
      if (hole.end <= from) continue;
      if (hole.from >= interval.end) break;
      if (from < hole.from) left.push({ from, end: hole.from });
      from = hole.end;
    }
    if (from < interval.end) left.push({ from, end: interval.end });
    return left;
  });
}

/** The set in pieces, cut at each of the edges that is within it, in order. */
export function divided<T extends Ordered>(set: Intervals<T>, edges: readonly T[]): readonly Intervals<T>[] {
  const cuts = [...new Set([...edges, ...set.flatMap(({ from, end }) => [from, end])])].sort((a, b) =>
    a < b ? -1 : 1,
  );
  return cuts.slice(0, -1).flatMap((from, index) => {
    const end = cuts[index + 1];
    return end !== undefined && has(set, from) ? [[{ from, end }]] : [];
  });
}

export function equal<T extends Ordered>(a: Intervals<T>, b: Intervals<T>): boolean {
  return (
    a === b ||
    (a.length === b.length && a.every((x, index) => x.from === b[index]?.from && x.end === b[index]?.end))
  );
}

export function has<T extends Ordered>(set: Intervals<T>, value: T): boolean {
  return set.some(({ from, end }) => from <= value && value < end);
}

export function contains<T extends Ordered>(set: Intervals<T>, part: Intervals<T>): boolean {
  return difference(part, set).length === 0;
}
