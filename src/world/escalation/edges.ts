/** Positions and edges of the graph. */
import type { Reason } from './path.ts';

/** One step, or the way through a hub, which costs nothing and is not seen. */
export interface Edge {
  /** The key of a position. */
  readonly to: string;
  readonly cost: 0 | 1;
  readonly because: readonly Reason[];
}

export interface Position {
  readonly key: string;
  /** What a path calls it; undefined for hubs. */
  readonly name?: string;
  /** Where it is; undefined for what belongs to no namespace. */
  readonly namespace?: string;
  /** To be here is to have taken nothing yet. */
  readonly passing?: boolean;
  readonly edges: readonly Edge[];
}

/** By key: where a search may begin, and all that is reached from there. */
export type Graph = ReadonlyMap<string, Position>;

const NONE: readonly Reason[] = [];

export const step = (to: string, because: readonly Reason[]): Edge => ({ to, cost: 1, because });
export const through = (to: string, because: readonly Reason[] = NONE): Edge => ({ to, cost: 0, because });

export const sameEdges = (a: readonly Edge[], b: readonly Edge[]): boolean =>
  a === b ||
  (a.length === b.length &&
    a.every(({ to, cost, because }, index) => {
      const other = b[index];
      return to === other?.to && cost === other.cost && because === other.because;
    }));
