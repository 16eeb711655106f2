/** Lateral movement in a world that changes: gathers the footholds, and spreads again only if one of them is another. */
import { clusterWideOf } from '../exposure/connections.ts';
import type { Network } from '../exposure/network.ts';
import { byReference, keyedLayer, sameItems } from '../layer.ts';
import type { ConfigMap } from '../objects.ts';
import type { Vulnerabilities } from '../vulnerabilities.ts';
import { inNamespace, type World } from '../world.ts';
import type { Workload } from '../workloads.ts';
import { type Foothold, footholdOf } from './foothold.ts';
import { type Lateral, lateralOf, unreached } from './lateral.ts';
import { type Spread, spreading } from './spread.ts';

/** What of a workload decides how it is entered. */
export interface Entry {
  readonly workload: Workload;
  readonly network: Network;
  readonly vulnerabilities: Vulnerabilities;
  readonly configMaps: ReadonlyMap<string, ConfigMap>;
}

export interface LateralLayer {
  /** Looks at all workloads of a world, in steps; to be run to its end before any of them is asked for. */
  update(world: World, entries: Iterable<Entry>): Generator<undefined>;
  /** Keeps its reference while the way to the workload is the same. */
  of(workload: Workload): Lateral;
  /** Forgets the workloads that were not seen since the last sweep. */
  sweep(): void;
}

export function lateralLayer(): LateralLayer {
  const keyed = {
    foothold: keyedLayer(footholdOf),
    clusterWide: keyedLayer(clusterWideOf, byReference),
    lateral: keyedLayer((found: Spread, index: number) => lateralOf(found, index)),
  };
  let inputs: readonly unknown[] = [];
  let found: Spread = { footholds: [], arrivals: [], takenAt: new Map() };
  let indexOf: ReadonlyMap<string, number> = new Map();
  return {
    *update({ tables }, entries) {
      const footholds: Foothold[] = [];
      for (const { workload, network, vulnerabilities, configMaps } of entries) {
        yield;
        footholds.push(
          keyed.foothold.get(workload.key, workload, network.exposure, vulnerabilities, configMaps),
        );
      }
      footholds.sort(byName);
      const clusterWide = keyed.clusterWide.get(
        '',
        tables.clusternetworkpolicies,
        tables.adminnetworkpolicies,
        tables.baselineadminnetworkpolicies,
        tables.nodes,
      );
      const namespaces = inNamespace(tables.namespaces, '');
      const given = [tables.networkpolicies, clusterWide, namespaces, ...footholds];
      if (sameItems(inputs, given)) return;
      found = yield* spreading(footholds, { network: tables.networkpolicies, ...clusterWide }, namespaces);
      indexOf = new Map(footholds.map(({ key }, index) => [key, index]));
      inputs = given;
    },
    of({ key }) {
      const index = indexOf.get(key);
      return index === undefined ? unreached : keyed.lateral.get(key, found, index);
    },
    sweep() {
      for (const memo of Object.values(keyed)) memo.sweep();
    },
  };
}

const byName = (a: Foothold, b: Foothold): number => compare(a.name, b.name) || compare(a.key, b.key);

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
