/**
 * How an intruder spreads from outside over allowed connections. What is counted are doubts: how many of the workloads
 * on the way do not readily give way, each of which has to be broken into first. The ways with the fewest doubts are
 * found, and of those the shortest; all at once, in time linear in pods and rules (see zones.ts).
 */
import type { Policies } from '../exposure/connections.ts';
import { type Endpoint, namespaceLabels } from '../exposure/policies.ts';
import { noAddresses } from '../exposure/addresses.ts';
import { intersectPorts, isEmptyPorts, noPorts, type Ports } from '../exposure/ports.ts';
import type { Namespace } from '../objects.ts';
import { type Door, type Face, faces, type Foothold } from './foothold.ts';
import { letOut, type Source, sourcesUnder } from './sources.ts';
import { letIn, type Pods, type Target, type Zone, zonesUnder } from './zones.ts';

/** Past these a way is less likely than that a workload is entered somehow, which the model assumes of each. */
export const MOST_DOUBTS = 2;

const doubtsAt: Readonly<Record<Door['from'], number>> = { internet: 0, 'node-network': 1 };

/** How one stands before some ports of a workload. */
export interface Arrival {
  readonly doubts: number;
  /** Over how many other workloads; 0: by its own door. */
  readonly hops: number;
  /** Undefined at the door. */
  readonly over?: Hop;
}

export interface Hop {
  /** The index of the foothold from which it leads. */
  readonly from: number;
  readonly source: Source;
  readonly zone: Zone;
  readonly target: Target;
  readonly ports: Ports;
}

export interface Spread {
  readonly footholds: readonly Foothold[];
  /** By index. */
  readonly arrivals: readonly Readonly<Partial<Record<Face, Arrival>>>[];
  /** At which ports the way goes on into the workload, for those that are taken. */
  readonly takenAt: ReadonlyMap<number, Face>;
}

/** @param footholds in the order in which equal ones are preferred */
export function spread(
  footholds: readonly Foothold[],
  policies: Policies,
  namespaces: ReadonlyMap<string, Namespace>,
): Spread {
  const podsOf = podsIn(footholds, namespaces);
  const zones = zonesUnder(policies, podsOf.flat());
  const sourceOf = sourcesUnder(policies);
  const arrivals = footholds.map((): Partial<Record<Face, Arrival>> => ({}));
  const takenAt = new Map<number, Face>();
  const queue = new Queue();

  const arrive = (foothold: number, face: Face, arrival: Arrival): void => {
    const known = arrivals[foothold];
    if (known === undefined || known[face] !== undefined) return;
    known[face] = arrival;
    if (face === 'yielding') queue.add(arrival.doubts, arrival.hops, { foothold, face });
    if (face === 'served') queue.add(arrival.doubts + 1, arrival.hops, { foothold, face });
  };
  const isSettled = ({ foothold }: Pods): boolean =>
    faces.every(
      (face) =>
        arrivals[foothold]?.[face] !== undefined || isEmptyPorts(footholds[foothold]?.ports[face] ?? noPorts),
    );
  const enter = (zone: Zone, from: Pods, source: Source, doubts: number, hops: number): void => {
    if (zone.targets.length === 0 || !zone.visits.isNews(source, from.foothold)) return;
    for (const target of zone.targets) {
      if (target.foothold === from.foothold || isSettled(target)) continue;
      const open = intersectPorts(letIn(zone, target, source), letOut(source, target.endpoint));
      for (const face of faces) {
        const ports = intersectPorts(open, footholds[target.foothold]?.ports[face] ?? noPorts);
        if (isEmptyPorts(ports)) continue;
        const over = { from: from.foothold, source, zone, target, ports };
        arrive(target.foothold, face, { doubts, hops, over });
      }
    }
    zone.targets = zone.targets.filter((target) => !isSettled(target));
  };

  for (let doubts = 0; doubts <= MOST_DOUBTS; doubts += 1) {
    for (const [foothold, { doors }] of footholds.entries()) {
      for (const face of faces) {
        const door = doors[face];
        if (door !== undefined && doubtsAt[door.from] === doubts) arrive(foothold, face, { doubts, hops: 0 });
      }
    }
    for (const { hops, wave } of queue.waves(doubts)) {
      const taken: { readonly pods: Pods; readonly source: Source }[] = [];
      for (const { foothold, face } of wave) {
        if (takenAt.has(foothold)) continue;
        takenAt.set(foothold, face);
        for (const pods of podsOf[foothold] ?? []) taken.push({ pods, source: sourceOf(pods.endpoint) });
      }
      // whom nothing keeps in gets furthest: little is left to ask of the others
      for (const { pods, source } of taken.sort(
        (a, b) => Number(b.source.isFree) - Number(a.source.isFree),
      )) {
        if (source.isShut) continue;
        for (const zone of zones.from(pods, source)) enter(zone, pods, source, doubts, hops + 1);
      }
    }
  }
  return { footholds, arrivals, takenAt };
}

function podsIn(
  footholds: readonly Foothold[],
  namespaces: ReadonlyMap<string, Namespace>,
): readonly (readonly Pods[])[] {
  const labels = new Map<string, Endpoint['namespaceLabels']>();
  const labelsOf = (namespace: string) => {
    let found = labels.get(namespace);
    if (found === undefined) {
      found = namespaceLabels(namespace, namespaces.get(namespace)?.metadata.labels);
      labels.set(namespace, found);
    }
    return found;
  };
  return footholds.map(({ ref: { namespace }, variants }, foothold) =>
    variants.map((variant) => ({
      foothold,
      endpoint: { namespace, namespaceLabels: labelsOf(namespace), ...variant, addresses: noAddresses },
    })),
  );
}

interface Taking {
  readonly foothold: number;
  readonly face: Face;
}

/** What is taken next: with the fewest doubts, then over the fewest hops. */
class Queue {
  readonly #waiting: Taking[][][] = [];

  add(doubts: number, hops: number, taking: Taking): void {
    ((this.#waiting[doubts] ??= [])[hops] ??= []).push(taking);
  }

  /** Hop by hop, those too that are added meanwhile; in the order of the footholds. */
  *waves(doubts: number): Iterable<{ readonly hops: number; readonly wave: readonly Taking[] }> {
    const waiting = (this.#waiting[doubts] ??= []);
    for (let hops = 0; hops < waiting.length; hops += 1)
      yield { hops, wave: (waiting[hops] ?? []).toSorted((a, b) => a.foothold - b.foothold) };
  }
}
