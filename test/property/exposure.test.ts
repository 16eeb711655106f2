import { expect } from 'chai';
import fc from 'fast-check';
import {
  addressesText,
  allAddresses,
  type Addresses,
  parseAddress,
  parseCidr,
} from '../../src/world/exposure/addresses.ts';
import { connections, type Party, policiesIn } from '../../src/world/exposure/connections.ts';
import * as flows from '../../src/world/exposure/flows.ts';
import * as intervals from '../../src/world/exposure/intervals.ts';
import { type Endpoint, isolating, namespaceLabels } from '../../src/world/exposure/policies.ts';
import * as ports from '../../src/world/exposure/ports.ts';
import { reachOf } from '../../src/world/exposure/reach.ts';
import type { NetworkPolicy } from '../../src/world/objects.ts';
import { emptyTables, type Table } from '../../src/world/world.ts';
import { mayConnect, type NaiveParty, type NaivePod } from '../support/naive-policies.ts';
import { homes, naivePod, PORTS, podSpec, policy, rule } from '../support/random-network.ts';

/** A small line, so that sets meet, touch and overlap often. */
const interval = (most: number): fc.Arbitrary<intervals.Interval<number>> =>
  fc
    .tuple(fc.integer({ min: 0, max: most }), fc.integer({ min: 0, max: most }))
    .map(([from, end]) => ({ from: Math.min(from, end), end: Math.max(from, end) }));
const intervalSet = fc.array(interval(12), { maxLength: 5 }).map(intervals.canonical<number>);

const portSet: fc.Arbitrary<ports.Ports> = fc
  .array(
    fc.tuple(
      fc.constantFrom(...ports.protocols),
      fc.constantFrom(1, 2, 3, 80, 81, 65534, 65535),
      fc.constantFrom(1, 2, 4, 80, 65535),
    ),
    { maxLength: 4 },
  )
  .map((ranges) =>
    ranges
      .map(([protocol, from, to]) => ports.portRange(protocol, Math.min(from, to), Math.max(from, to)))
      .reduce(ports.unionPorts, ports.noPorts),
  );

const cidr = fc.constantFrom(
  '0.0.0.0/0',
  '10.0.0.0/8',
  '10.0.0.0/9',
  '10.128.0.0/9',
  '11.0.0.0/8',
  '::/0',
  'fc00::/7',
);
const addressSet: fc.Arbitrary<Addresses> = fc
  .array(cidr, { maxLength: 3 })
  .map((cidrs) => intervals.canonical(cidrs.flatMap((text) => parseCidr(text) ?? [])));

const flowSet = fc
  .array(fc.tuple(addressSet, portSet), { maxLength: 3 })
  .map((pairs) => pairs.map(([a, p]) => flows.product(a, p)).reduce(flows.unionFlows, flows.noFlows));

interface Algebra<T> {
  readonly name: string;
  readonly any: fc.Arbitrary<T>;
  readonly none: T;
  readonly all: T;
  readonly union: (a: T, b: T) => T;
  readonly intersection: (a: T, b: T) => T;
  readonly difference: (a: T, b: T) => T;
}

const line: intervals.Intervals<number> = [{ from: 0, end: 12 }];

function laws<T>({ name, any, none, all, union, intersection, difference }: Algebra<T>): void {
  const not = (a: T) => difference(all, a);
  const same = (left: T, right: T) => expect(left).to.deep.equal(right);
  const law = (title: string, check: (a: T, b: T, c: T) => void) => {
    it(title, () => {
      fc.assert(fc.property(any, any, any, check));
    });
  };
  describe(`the laws of ${name}`, () => {
    law('union and intersection do not care for order', (a, b, c) => {
      same(union(a, b), union(b, a));
      same(intersection(a, b), intersection(b, a));
      same(union(union(a, b), c), union(a, union(b, c)));
      same(intersection(intersection(a, b), c), intersection(a, intersection(b, c)));
    });
    law('a set with itself is itself', (a) => {
      same(union(a, structuredClone(a)), a);
      same(intersection(a, structuredClone(a)), a);
      same(difference(a, structuredClone(a)), none);
    });
    law('nothing and everything are neutral', (a) => {
      same(union(a, none), a);
      same(intersection(a, all), a);
      same(intersection(a, none), none);
      same(union(a, all), all);
    });
    law('intersection distributes over union, and the reverse', (a, b, c) => {
      same(intersection(a, union(b, c)), union(intersection(a, b), intersection(a, c)));
      same(union(a, intersection(b, c)), intersection(union(a, b), union(a, c)));
    });
    law('a set absorbs what is within it', (a, b) => {
      same(union(a, intersection(a, b)), a);
      same(intersection(a, union(a, b)), a);
    });
    law('a set and its complement are everything, and share nothing', (a) => {
      same(union(a, not(a)), all);
      same(intersection(a, not(a)), none);
      same(not(not(a)), a);
    });
    law('de Morgan', (a, b) => {
      same(not(union(a, b)), intersection(not(a), not(b)));
      same(not(intersection(a, b)), union(not(a), not(b)));
    });
    law('the difference is what is in one and not in the other', (a, b) => {
      same(difference(a, b), intersection(a, not(b)));
      same(union(difference(a, b), intersection(a, b)), a);
    });
    law('operations leave their arguments alone', (a, b) => {
      const before = structuredClone([a, b]);
      union(a, b);
      intersection(a, b);
      difference(a, b);
      expect([a, b]).to.deep.equal(before);
    });
  });
}

laws({
  name: 'intervals',
  any: intervalSet,
  none: [],
  all: line,
  union: intervals.union,
  intersection: intervals.intersection,
  difference: intervals.difference,
});
laws({
  name: 'ports',
  any: portSet,
  none: ports.noPorts,
  all: ports.allPorts,
  union: ports.unionPorts,
  intersection: ports.intersectPorts,
  difference: ports.subtractPorts,
});
laws({
  name: 'addresses',
  any: addressSet,
  none: [],
  all: allAddresses,
  union: intervals.union,
  intersection: intervals.intersection,
  difference: intervals.difference,
});
laws({
  name: 'flows (addresses by ports)',
  any: flowSet,
  none: flows.noFlows,
  all: flows.allFlows,
  union: flows.unionFlows,
  intersection: flows.intersectFlows,
  difference: flows.subtractFlows,
});

describe('sets', () => {
  it('equal sets are deep-equal, however they were made: the form follows from the members', () => {
    const members = fc.uniqueArray(fc.integer({ min: 0, max: 11 }));
    fc.assert(
      fc.property(members, fc.func(fc.integer()), (numbers, order) => {
        const one = intervals.canonical(numbers.map((from) => ({ from, end: from + 1 })));
        const other = numbers
          .toSorted((a, b) => order(a) - order(b))
          .map((from): intervals.Intervals<number> => [{ from, end: from + 1 }])
          .reduce(intervals.union<number>, []);
        expect(other).to.deep.equal(one);
        for (let n = -1; n <= 12; n += 1) expect(intervals.has(one, n)).to.equal(numbers.includes(n));
        for (const [index, { from }] of one.entries()) {
          const before = one[index - 1];
          expect(before === undefined || before.end < from, 'sorted, and not touching').to.be.true;
        }
      }),
    );
  });

  it('the product is in the flows at each address, and its parts can be had back', () => {
    fc.assert(
      fc.property(addressSet, portSet, (addresses, open) => {
        const set = flows.product(addresses, open);
        const used = ports.isEmptyPorts(open) ? [] : addresses;
        expect(flows.addressesUsing(set, ports.allPorts)).to.deep.equal(used);
        expect(flows.portsUsedBy(set, allAddresses)).to.deep.equal(
          addresses.length === 0 ? ports.noPorts : open,
        );
      }),
    );
  });

  it('what is written of an address block reads back as the block', () => {
    const v4 = fc.tuple(fc.ipV4(), fc.integer({ min: 0, max: 32 }));
    const v6 = fc.tuple(fc.ipV6(), fc.integer({ min: 0, max: 128 }));
    fc.assert(
      fc.property(fc.oneof(v4, v6), ([address, length]) => {
        const parsed = parseCidr(`${address}/${length}`);
        expect(parsed, `${address}/${length}`).to.not.be.undefined;
        expect(parseCidr(addressesText(parsed ?? []))).to.deep.equal(parsed);
      }),
    );
  });
});

const world = fc.record({
  policies: fc.array(policy, { maxLength: 4 }),
  pods: fc.array(naivePod, { minLength: 2, maxLength: 4 }),
});

interface Built {
  readonly parties: readonly { readonly naive: NaiveParty; readonly party: Party }[];
  readonly list: readonly NetworkPolicy[];
  readonly table: Table<NetworkPolicy>;
}

function build({ policies, pods }: typeof world extends fc.Arbitrary<infer W> ? W : never): Built {
  const list = policies.map(
    ({ namespace, spec }, index): NetworkPolicy => ({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: {
        name: `policy-${index}`,
        namespace,
        uid: '',
        labels: {},
        annotations: {},
        ownerReferences: [],
        deleting: false,
        managers: [],
      },
      ...spec,
      hasEgress: spec.egress.length > 0,
    }),
  );
  const byNamespace = Map.groupBy(list, ({ metadata }) => metadata.namespace);
  const outside = ['203.0.113.7', '198.51.100.1'].map((ip) => ({
    naive: { ip },
    party: { outside: parseAddress(ip) ?? [] },
  }));
  return {
    list,
    table: new Map(
      [...byNamespace].map(([name, some]) => [name, new Map(some.map((one) => [one.metadata.name, one]))]),
    ),
    parties: [
      ...pods.map((pod) => {
        const naive: NaivePod = {
          ...pod,
          namespaceLabels: namespaceLabels(pod.namespace, homes[pod.namespace]),
        };
        return { naive, party: endpoint(naive) };
      }),
      ...outside,
    ],
  };
}

const endpoint = (pod: NaivePod): Endpoint => ({
  namespace: pod.namespace,
  namespaceLabels: pod.namespaceLabels,
  labels: pod.labels,
  addresses: pod.ip === undefined ? [] : (parseAddress(pod.ip) ?? []),
  pod: podSpec(
    pod.ports.map(({ name, number, ...rest }) => ({ ...rest, name, containerPort: number })),
    pod.hostNetwork,
  ),
});

describe('the evaluator on random worlds', () => {
  it('allows exactly what a naive reading of the rules allows', () => {
    fc.assert(
      fc.property(world, (random) => {
        const { parties, list, table } = build(random);
        for (const from of parties) {
          for (const to of parties) {
            const open = connections(from.party, to.party, policiesOf(table));
            for (const one of ports.protocols) {
              for (const number of PORTS) {
                expect(ports.hasPort(open, one, number), `${one}/${number}`).to.equal(
                  mayConnect(from.naive, to.naive, one, number, list),
                );
              }
            }
          }
        }
      }),
      { numRuns: 200 },
    );
  }).timeout(60_000);

  it('a region is open exactly where each of its members is: outside by address, cluster and namespace to all', () => {
    fc.assert(
      fc.property(world, (random) => {
        const { parties, table } = build(random);
        for (const { party } of parties) {
          if ('outside' in party) continue;
          const policies = table.get(party.namespace) ?? new Map<string, NetworkPolicy>();
          const reach = reachOf('ingress', party, isolating(policies, party.labels, 'ingress'));
          for (const other of parties) {
            const from = { ...other.party };
            const open = connections(from, { ...party }, policiesOf(inboundOnly(table)));
            if ('outside' in from) {
              const address = from.outside[0]?.from ?? 0n;
              expect(flows.portsAt(reach.outside, address)).to.deep.equal(open);
            } else if (
              from.pod.hostNetwork !== true &&
              reach.grants.every(({ scope }) => scope !== 'addresses')
            ) {
              const region = from.namespace === party.namespace ? reach.namespace : reach.cluster;
              expect(ports.isEmptyPorts(ports.subtractPorts(region, open))).to.be.true;
            }
          }
        }
      }),
      { numRuns: 200 },
    );
  }).timeout(60_000);

  it('one more rule never closes anything', () => {
    fc.assert(
      fc.property(world, rule, (random, extra) => {
        const before = build(random);
        const [first, ...others] = random.policies;
        if (first === undefined) return;
        const widened = { ...first, spec: { ...first.spec, ingress: [...first.spec.ingress, extra] } };
        const after = build({ ...random, policies: [widened, ...others] });
        for (const [i, from] of before.parties.entries()) {
          for (const [k, to] of before.parties.entries()) {
            const then = after.parties[i];
            const there = after.parties[k];
            if (then === undefined || there === undefined) continue;
            const closed = ports.subtractPorts(
              connections(from.party, to.party, policiesOf(before.table)),
              connections(then.party, there.party, policiesOf(after.table)),
            );
            expect(ports.isEmptyPorts(closed)).to.be.true;
          }
        }
      }),
    );
  }).timeout(60_000);
});

const policiesOf = (networkpolicies: Table<NetworkPolicy>) => policiesIn({ ...emptyTables, networkpolicies });

/** The policies without what they say of egress, so that only one end decides. */
const inboundOnly = (table: Table<NetworkPolicy>): Table<NetworkPolicy> =>
  new Map(
    [...table].map(([name, byName]) => [
      name,
      new Map(
        [...byName].flatMap(([key, one]): [string, NetworkPolicy][] => {
          const types = one.policyTypes ?? [];
          if (types.length > 0 && !types.includes('Ingress')) return [];
          return [[key, { ...one, policyTypes: ['Ingress'] }]];
        }),
      ),
    ]),
  );
