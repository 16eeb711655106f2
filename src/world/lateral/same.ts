/** Whether the ways to a workload are after a change what they were before, told without writing them out. */
import { equalPorts } from '../exposure/ports.ts';
import { type Face, faces } from './foothold.ts';
import type { Hop, Spread } from './spread.ts';

/** @returns given a workload's index in each: whether all that `lateralOf` says of it is the same in both */
export function sameWays(before: Spread, now: Spread): (indexBefore: number, indexNow: number) => boolean {
  const known: Readonly<Record<Face, boolean[]>> = { served: [], sensitive: [], yielding: [] };
  const isArrivalSame = (old: number, index: number, face: Face): boolean =>
    (known[face][index] ??= compared(old, index, face));
  const compared = (old: number, index: number, face: Face): boolean => {
    const [a, b] = [before.arrivals[old]?.[face], now.arrivals[index]?.[face]];
    if (a === undefined || b === undefined) return a === b;
    if (a.doubts !== b.doubts || a.hops !== b.hops) return false;
    if (a.over === undefined || b.over === undefined) return a.over === b.over;
    return isHopSame(a.over, b.over) && isStartSame(a.over.from, b.over.from);
  };
  /** Of a hop: the workload from where it leads, and the way to there. */
  const isStartSame = (old: number, index: number): boolean => {
    const face = now.takenAt.get(index);
    return (
      before.footholds[old] === now.footholds[index] &&
      before.takenAt.get(old) === face &&
      (face === undefined || isArrivalSame(old, index, face))
    );
  };
  return (old, index) =>
    before.footholds[old] === now.footholds[index] && faces.every((face) => isArrivalSame(old, index, face));
}

const isHopSame = (a: Hop, b: Hop): boolean =>
  a.out === b.out && a.into === b.into && a.zone === b.zone && equalPorts(a.ports, b.ports);
