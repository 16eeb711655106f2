/** Lateral movement against its plainest definition: every pair of pods, every port, until nothing is nearer. */
import { expect } from 'chai';
import fc from 'fast-check';
import { policiesIn } from '../../src/world/exposure/connections.ts';
import { noPorts, portRange, type Protocol, unionPorts } from '../../src/world/exposure/ports.ts';
import { type Face, faces, type Foothold } from '../../src/world/lateral/foothold.ts';
import { lateralOf } from '../../src/world/lateral/lateral.ts';
import { MOST_DOUBTS, type Spread, spreading } from '../../src/world/lateral/spread.ts';
import type { ClusterWidePolicy, NetworkPolicy, Ref } from '../../src/world/objects.ts';
import { inNamespace, type Table, type World } from '../../src/world/world.ts';
import { mayConnect, type NaivePod } from '../support/naive-policies.ts';
import { podSpec, type RandomNetwork, randomNetwork } from '../support/random-network.ts';

interface Port {
  readonly protocol: Protocol;
  readonly port: number;
}

const port: fc.Arbitrary<Port> = fc.record({
  protocol: fc.constantFrom('TCP', 'UDP'),
  port: fc.constantFrom(80, 81, 443),
});
const somePorts = fc.uniqueArray(port, { maxLength: 3, selector: (one) => `${one.protocol}${one.port}` });

/** What a random workload is to an intruder; whichever workload gets it. */
const nature = fc.record({
  served: somePorts,
  sensitive: somePorts,
  yielding: somePorts,
  door: fc.constantFrom('internet', 'node-network', undefined),
  leadsTo: fc.uniqueArray(fc.constantFrom(...faces), { minLength: 1 }),
});
type Nature = typeof nature extends fc.Arbitrary<infer T> ? T : never;

interface Naive {
  readonly name: string;
  readonly pods: readonly NaivePod[];
  readonly nature: Nature;
}

/** Addresses are no part of it (they change with every restart), and so is who runs on whose node. */
const known = (random: RandomNetwork, natures: readonly Nature[]): readonly Naive[] =>
  [...random.workloads]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, pods], index) => ({
      name,
      pods: pods.map((pod) => ({ ...pod, ip: undefined, node: undefined })),
      nature: natures[index % natures.length] as Nature,
    }));

const withoutBlocks = (policy: NetworkPolicy): NetworkPolicy => {
  const stripped = (rules: NetworkPolicy['ingress']) =>
    rules.map((rule) => ({ ...rule, peers: rule.peers.filter(({ ipBlock }) => ipBlock === undefined) }));
  return { ...policy, ingress: stripped(policy.ingress), egress: stripped(policy.egress) };
};
const withoutNetworks = (policy: ClusterWidePolicy): ClusterWidePolicy => {
  const stripped = (rules: ClusterWidePolicy['ingress']) =>
    rules.map((rule) => ({ ...rule, peers: rule.peers.filter(({ networks }) => networks === undefined) }));
  return { ...policy, ingress: stripped(policy.ingress), egress: stripped(policy.egress) };
};
const mapped = <T>(table: Table<T>, change: (object: T) => T): Table<T> =>
  new Map(
    [...table].map(([key, some]) => [key, new Map([...some].map(([name, one]) => [name, change(one)]))]),
  );

/** Fewer doubts first, then fewer hops. */
interface Distance {
  readonly doubts: number;
  readonly hops: number;
}
const isNearer = (a: Distance, b: Distance | undefined): boolean =>
  b === undefined || a.doubts < b.doubts || (a.doubts === b.doubts && a.hops < b.hops);

type Distances = Partial<Record<Face, Distance>>;

function naiveSpread(
  all: readonly Naive[],
  may: (a: Naive, b: Naive, port: Port) => boolean,
): readonly Distances[] {
  const distances = all.map(({ nature: { door, leadsTo } }): Distances => {
    const start = { doubts: door === 'internet' ? 0 : 1, hops: 0 };
    return door === undefined ? {} : Object.fromEntries(leadsTo.map((face) => [face, start]));
  });
  const takenFrom = ({ served, yielding }: Distances): Distance | undefined => {
    const broken = served === undefined ? undefined : { ...served, doubts: served.doubts + 1 };
    return yielding !== undefined && isNearer(yielding, broken) ? yielding : broken;
  };
  for (let changed = true; changed; ) {
    changed = false;
    for (const [index, from] of all.entries()) {
      const taken = takenFrom(distances[index] ?? {});
      if (taken === undefined || taken.doubts > MOST_DOUBTS) continue;
      const next = { doubts: taken.doubts, hops: taken.hops + 1 };
      for (const [at, to] of all.entries()) {
        if (at === index) continue;
        for (const face of faces) {
          const before = distances[at];
          if (before === undefined || !isNearer(next, before[face])) continue;
          if (!to.nature[face].some((one) => may(from, to, one))) continue;
          before[face] = next;
          changed = true;
        }
      }
    }
  }
  return distances;
}

const portsOf = (ports: readonly Port[]) =>
  ports.map(({ protocol, port: number }) => portRange(protocol, number)).reduce(unionPorts, noPorts);

function footholdOf({ name, pods, nature: own }: Naive): Foothold {
  const [namespace = '', , short = ''] = name.split('/');
  const ref: Ref = { apiVersion: 'apps/v1', kind: 'ReplicaSet', namespace, name: short };
  const { door: from } = own;
  const door = from === undefined ? undefined : { from, reason: { object: ref, text: 'a door' } };
  return {
    key: name,
    ref,
    name,
    variants: pods.map(({ labels, ports, hostNetwork }) => ({
      labels,
      pod: podSpec(
        ports.map(({ name: called, number, protocol }) => ({
          name: called,
          containerPort: number,
          protocol,
        })),
        hostNetwork,
      ),
    })),
    ports: {
      served: portsOf(own.served),
      sensitive: portsOf(own.sensitive),
      yielding: portsOf(own.yielding),
    },
    isSilent: false,
    sensitive: [],
    weaknesses: [{ ports: portsOf(own.yielding), text: 'it is weak' }],
    doors: door === undefined ? {} : Object.fromEntries(own.leadsTo.map((face) => [face, door])),
  };
}

function finished<T>(steps: Generator<undefined, T>): T {
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
  }
}

interface Both {
  readonly all: readonly Naive[];
  readonly found: Spread;
  readonly may: (from: Naive, to: Naive, port: Port) => boolean;
}

function both(random: RandomNetwork, natures: readonly Nature[], reversed = false): Both {
  const all = known(random, natures);
  const tables: World['tables'] = {
    ...random.world.tables,
    networkpolicies: mapped(random.world.tables.networkpolicies, withoutBlocks),
    clusternetworkpolicies: mapped(random.world.tables.clusternetworkpolicies, withoutNetworks),
  };
  const network = random.network.map(withoutBlocks);
  const rest = { clusterWide: random.clusterWide.map(withoutNetworks), nodes: random.nodes };
  const policies = policiesIn(tables);
  const given = reversed
    ? {
        ...policies,
        network: new Map(
          [...policies.network].reverse().map(([key, some]) => [key, new Map([...some].reverse())]),
        ),
      }
    : policies;
  return {
    all,
    found: finished(spreading(all.map(footholdOf), given, inNamespace(tables.namespaces, ''))),
    may: (from, to, { protocol, port: number }) =>
      from.pods.some((a) => to.pods.some((b) => mayConnect(a, b, protocol, number, network, rest))),
  };
}

const world = fc.tuple(randomNetwork, fc.array(nature, { minLength: 5, maxLength: 5 }));

describe('lateral movement on random worlds, with policies of every kind', () => {
  it('gets as near to every port as the plainest search does, pair by pair', () => {
    let far = 0;
    fc.assert(
      fc.property(world, ([random, natures]) => {
        const { all, found, may } = both(random, natures);
        const naive = naiveSpread(all, may);
        for (const [index, { name }] of all.entries()) {
          for (const face of faces) {
            const { doubts, hops } = found.arrivals[index]?.[face] ?? {};
            const wanted = naive[index]?.[face];
            if ((hops ?? 0) > 1) far += 1;
            expect(doubts === undefined ? undefined : { doubts, hops }, `${name} ${face}`).to.deep.equal(
              wanted === undefined || wanted.doubts > MOST_DOUBTS ? undefined : wanted,
            );
          }
        }
      }),
      { numRuns: 1000 },
    );
    expect(far, 'ports over several others').to.be.above(20);
  }).timeout(120_000);

  it('tells ways of which every step is allowed, from a door on', () => {
    fc.assert(
      fc.property(world, ([random, natures]) => {
        const { all, found, may } = both(random, natures);
        const byName = new Map(all.map((one) => [one.name, one]));
        for (const [index, own] of all.entries()) {
          const { wayIn, approaches } = lateralOf(found, index);
          for (const steps of [wayIn, ...approaches.map((approach) => approach.steps)]) {
            if (steps.length === 0) continue;
            const [door, ...hops] = steps;
            expect(byName.get(door?.to ?? '')?.nature.door).to.equal(door?.from);
            expect(steps.at(-1)?.to).to.equal(own.name);
            let at = door?.to;
            for (const { from, to } of hops) {
              expect(from).to.equal(at);
              at = to;
              const [a, b] = [byName.get(from), byName.get(to)];
              if (a === undefined || b === undefined) throw new Error(`${from} or ${to} is no workload`);
              const ports = faces.flatMap((face) => b.nature[face]);
              expect(
                ports.some((one) => may(a, b, one)),
                `${from} -> ${to}`,
              ).to.equal(true);
            }
          }
        }
      }),
      { numRuns: 300 },
    );
  }).timeout(120_000);

  it('is the same in whatever order the policies stand', () => {
    fc.assert(
      fc.property(world, ([random, natures]) => {
        const [one, other] = [both(random, natures), both(random, natures, true)];
        for (const index of one.all.keys())
          expect(lateralOf(other.found, index)).to.deep.equal(lateralOf(one.found, index));
      }),
      { numRuns: 200 },
    );
  }).timeout(60_000);
});
