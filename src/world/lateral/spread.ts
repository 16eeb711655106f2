/**
 * How an intruder spreads from outside over allowed connections. What is counted are doubts: how many of the workloads
 * on the way do not readily give way, each of which has to be broken into first. The ways with the fewest doubts are
 * found, and of those the shortest; all at once, in time linear in pods and rules (see zones.ts).
 */
import type { Policies } from '../exposure/connections.ts';
import { type Endpoint, namespaceLabels } from '../exposure/policies.ts';
import { noAddresses } from '../exposure/addresses.ts';
import { intersectPorts, isEmptyPorts, type Ports } from '../exposure/ports.ts';
import type { Rule } from '../exposure/rules.ts';
import type { Namespace } from '../objects.ts';
import { type Door, type Face, faces, type Foothold } from './foothold.ts';
import { letOut, ruleOut, type Source, sourcesUnder } from './sources.ts';
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
  readonly ports: Ports;
  /** The rules that let out and in, where policies ask for one. */
  readonly out: Rule | undefined;
  readonly into: Rule | undefined;
  /** Why it is let in where no rule of a NetworkPolicy does. */
  readonly zone: Zone['kind'] | 'node';
}

export interface Spread {
  readonly footholds: readonly Foothold[];
  /** By index. */
  readonly arrivals: readonly Readonly<Partial<Record<Face, Arrival>>>[];
  /** At which ports the way goes on into the workload, for those that are taken. */
  readonly takenAt: ReadonlyMap<number, Face>;
}

/** Of a world without workloads. */
export const nowhere: Spread = { footholds: [], arrivals: [], takenAt: new Map() };

/**
 * In small steps, so that the caller may rest in between.
 * @param footholds in the order in which equal ones are preferred
 */
export function* spreading(
  footholds: readonly Foothold[],
  policies: Policies,
  namespaces: ReadonlyMap<string, Namespace>,
): Generator<undefined, Spread> {
  const podsOf = podsIn(footholds, namespaces);
  const zones = yield* zonesUnder(policies, podsOf.flat());
  const sourceOf = sourcesUnder(policies);
  const arrivals = new Arrivals(footholds);
  const takenAt = new Map<number, Face>();
  for (let doubts = 0; doubts <= MOST_DOUBTS; doubts += 1) {
    arrivals.atDoors(doubts);
    for (const { hops, wave } of arrivals.waves(doubts)) {
      const news = wave.filter(({ foothold, face }) => {
        if (takenAt.has(foothold)) return false;
        takenAt.set(foothold, face);
        return true;
      });
      const taken = news
        .flatMap(({ foothold }) => podsOf[foothold] ?? [])
        .map((pods) => ({ pods, source: sourceOf(pods.endpoint) }))
        .filter(({ source }) => !source.isShut)
        // whom nothing keeps in gets furthest: little is left to ask of the others
        .sort((a, b) => Number(b.source.isFree) - Number(a.source.isFree));
      for (const { pods, source } of taken) {
        yield;
        for (const zone of zones.from(pods, source))
          arrivals.enter(zone, pods, source, { doubts, hops: hops + 1 });
      }
    }
  }
  return { footholds, arrivals: arrivals.known, takenAt };
}

interface Taking {
  readonly foothold: number;
  readonly face: Face;
}

/** Where one has arrived, and what can be taken from there: that with the fewest doubts, then over the fewest hops. */
class Arrivals {
  readonly known: Partial<Record<Face, Arrival>>[];
  readonly #footholds: readonly Foothold[];
  /** The ports of each foothold where nobody has arrived yet. */
  readonly #left: Set<Face>[];
  /** By doubts, then by hops. */
  readonly #waiting: Taking[][][] = [];

  constructor(footholds: readonly Foothold[]) {
    this.#footholds = footholds;
    this.known = footholds.map(() => ({}));
    this.#left = footholds.map(({ ports }) => new Set(faces.filter((face) => !isEmptyPorts(ports[face]))));
  }

  /** At the doors that are as good as that many doubts. */
  atDoors(doubts: number): void {
    for (const [foothold, { doors }] of this.#footholds.entries()) {
      for (const face of faces) {
        const door = doors[face];
        if (door !== undefined && doubtsAt[door.from] === doubts)
          this.#arrive(foothold, face, { doubts, hops: 0 });
      }
    }
  }

  /** In everything in the zone that both ends let the source connect to. */
  enter(zone: Zone, from: Pods, source: Source, at: Omit<Arrival, 'over'>): void {
    if (zone.targets.length === 0 || !zone.visits.isNews(source, from.foothold)) return;
    for (const target of zone.targets) {
      const ports = this.#footholds[target.foothold]?.ports;
      if (target.foothold === from.foothold || ports === undefined) continue;
      const open = intersectPorts(letIn(zone, target, source), letOut(source, target.endpoint));
      for (const face of this.#left[target.foothold] ?? []) {
        const reached = intersectPorts(open, ports[face]);
        if (isEmptyPorts(reached)) continue;
        this.#arrive(target.foothold, face, { ...at, over: hopOf(from, source, zone, target, reached) });
      }
    }
    zone.targets = zone.targets.filter(({ foothold }) => this.#left[foothold]?.size !== 0);
  }

  /** What is taken with that many doubts: hop by hop, those too that are added meanwhile; in the order of footholds. */
  *waves(doubts: number): Iterable<{ readonly hops: number; readonly wave: readonly Taking[] }> {
    const waiting = (this.#waiting[doubts] ??= []);
    for (let hops = 0; hops < waiting.length; hops += 1)
      yield { hops, wave: (waiting[hops] ?? []).toSorted((a, b) => a.foothold - b.foothold) };
  }

  #arrive(foothold: number, face: Face, arrival: Arrival): void {
    const known = this.known[foothold];
    if (known === undefined || known[face] !== undefined) return;
    known[face] = arrival;
    this.#left[foothold]?.delete(face);
    // what does not give way readily has to be broken into
    if (face === 'yielding') this.#wait(arrival.doubts, arrival.hops, { foothold, face });
    if (face === 'served') this.#wait(arrival.doubts + 1, arrival.hops, { foothold, face });
  }

  #wait(doubts: number, hops: number, taking: Taking): void {
    ((this.#waiting[doubts] ??= [])[hops] ??= []).push(taking);
  }
}

/** Only what is told of it: sources and zones are forgotten after the search. */
const hopOf = (from: Pods, source: Source, zone: Zone, { endpoint }: Target, ports: Ports): Hop => ({
  from: from.foothold,
  ports,
  out: source.isFree ? undefined : ruleOut(source, endpoint, ports),
  into: zone.rule,
  zone: endpoint.pod.hostNetwork === true ? 'node' : zone.kind,
});

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
