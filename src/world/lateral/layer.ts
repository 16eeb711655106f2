/** Lateral movement in a world that changes: spreads again only if a foothold or a policy is another. */
import { isDeepStrictEqual } from 'node:util';
import { clusterWideOf } from '../exposure/connections.ts';
import { byReference, keyedLayer, sameItems } from '../layer.ts';
import { inNamespace, type World } from '../world.ts';
import type { Foothold } from './foothold.ts';
import { type Lateral, lateralOf, unreached } from './lateral.ts';
import { sameWays } from './same.ts';
import { nowhere, type Spread, spreading } from './spread.ts';

export interface LateralLayer {
  /**
   * Looks at all workloads of a world, in steps; to be run to its end before any of them is asked for.
   * @param footholds in groups that keep their references while they are the same
   */
  update(world: World, footholds: readonly (readonly Foothold[])[]): Generator<undefined>;
  /** The same object while the ways to all workloads are the same. */
  found(): object;
  /** Keeps its reference while the way to the workload is the same. @param key of the workload */
  of(key: string): Lateral;
  /** The workload of that key is gone. */
  forget(key: string): void;
}

/** The way to a workload, and where it was found. */
interface Memo {
  readonly spread: Spread;
  readonly index: number;
  readonly lateral: Lateral;
}

export function lateralLayer(): LateralLayer {
  const clusterWide = keyedLayer(clusterWideOf, byReference);
  const memos = new Map<string, Memo>();
  let inputs: readonly unknown[] = [];
  let found = nowhere;
  let before = nowhere;
  let isSame = sameWays(before, found);
  let indexOf: ReadonlyMap<string, number> = new Map();

  const derived = (key: string, index: number): Lateral => {
    const old = memos.get(key);
    if (old?.spread === found) return old.lateral;
    if (old?.spread === before && isSame(old.index, index)) return old.lateral;
    const lateral = lateralOf(found, index);
    return isDeepStrictEqual(old?.lateral, lateral) ? (old?.lateral ?? lateral) : lateral;
  };
  return {
    *update({ tables }, groups) {
      const policies = clusterWide.get(
        '',
        tables.clusternetworkpolicies,
        tables.adminnetworkpolicies,
        tables.baselineadminnetworkpolicies,
        tables.nodes,
      );
      const namespaces = inNamespace(tables.namespaces, '');
      const given = [tables.networkpolicies, policies, namespaces, ...groups];
      if (sameItems(inputs, given)) return;
      const footholds = groups.flat().sort(byName);
      const spread = yield* spreading(
        footholds,
        { network: tables.networkpolicies, ...policies },
        namespaces,
      );
      [before, found, inputs] = [found, spread, given];
      isSame = sameWays(before, found);
      indexOf = new Map(footholds.map(({ key }, index) => [key, index]));
    },
    found: () => found,
    of(key) {
      const index = indexOf.get(key);
      if (index === undefined) return unreached;
      const lateral = derived(key, index);
      memos.set(key, { spread: found, index, lateral });
      return lateral;
    },
    forget: (key) => void memos.delete(key),
  };
}

const byName = (a: Foothold, b: Foothold): number => compare(a.name, b.name) || compare(a.key, b.key);

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
