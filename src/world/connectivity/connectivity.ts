/**
 * Who may connect to whom in a world: every workload with every other, and with the addresses outside. Asked of each
 * kind of pod and each range of addresses that policies can tell apart; pairs are put together when they are asked for.
 */
import type { Addresses } from '../exposure/addresses.ts';
import { decide, type Policies, policiesIn, stackOf } from '../exposure/connections.ts';
import { type Flows, flowsOf } from '../exposure/flows.ts';
import type { Direction, Endpoint } from '../exposure/policies.ts';
import { allPorts, intersectPorts, noPorts, type Ports, unionPorts } from '../exposure/ports.ts';
import { isPod, type Party, type Rule } from '../exposure/rules.ts';
import type { PodSpec } from '../objects.ts';
import type { World } from '../world.ts';
import { distinctionsOf } from './distinctions.ts';
import { type Site, sitesIn } from './sites.ts';

export interface Connectivity {
  readonly policies: Policies;
  /** All workloads, by name. */
  readonly sites: readonly Site[];
  /** One pod of each kind that a workload has, as far as policies can tell kinds apart. */
  readonly kindsOf: (site: Site) => readonly Party[];
  /** A pod of the one is on the network of a node on which a pod of the other runs. */
  isNodeOf(from: Site, to: Site): boolean;
  /** What some pod of one may open to some pod of the other; of the same workload, to another of its pods. */
  between(from: Site, to: Site): Ports;
  /** The connections from addresses outside to the workload (ingress), or from it to them (egress). */
  outside(direction: Direction, site: Site): Flows;
  /** The addresses outside, in ranges that no policy divides. */
  readonly ranges: readonly Addresses[];
}

/** @param cuts addresses at whose edges the ranges outside are to be divided as well */
export function connectivityOf(world: World, cuts: Addresses = []): Connectivity {
  const policies = policiesIn(world.tables);
  const sites = sitesIn(world);
  const distinctions = distinctionsOf(policies, cuts);
  const { kinds, kindsOf } = kindsOfPods(sites, distinctions.keyOf);
  const { ranges } = distinctions;
  const parties: readonly Party[] = [...kinds, ...ranges.map((outside) => ({ outside }))];
  const ends = endsOf(parties, policies);

  const betweenKinds = (from: number, to: number): Ports =>
    intersectPorts(ends.of('egress', from).towards(to), ends.of('ingress', to).towards(from));
  const union = (some: readonly Ports[]) => some.reduce(unionPorts, noPorts);
  const isNodeOf = nodesOfSites();

  return {
    policies,
    sites,
    ranges,
    kindsOf: (site) => kindsOf(site).flatMap((kind) => kinds[kind] ?? []),
    isNodeOf,
    between(from, to) {
      if (isNodeOf(from, to)) return allPorts;
      let open = noPorts;
      for (const a of kindsOf(from)) for (const b of kindsOf(to)) open = unionPorts(open, betweenKinds(a, b));
      return open;
    },
    outside: (direction, site) =>
      flowsOf(
        ranges.map((range, index) => ({
          range,
          ports: union(kindsOf(site).map((kind) => ends.of(direction, kind).towards(kinds.length + index))),
        })),
      ),
  };
}

interface Kinds {
  /** One pod of each kind. */
  readonly kinds: readonly Party[];
  /** The kinds of pods that a workload has, by their index. */
  readonly kindsOf: (site: Site) => readonly number[];
}

function kindsOfPods(sites: readonly Site[], keyOf: (endpoint: Endpoint) => string): Kinds {
  const kinds: Party[] = [];
  const indices = new Map<string, number>();
  const ofSite = new Map<Site, readonly number[]>();
  for (const site of sites) {
    const own = new Set<number>();
    for (const endpoint of site.endpoints) {
      const key = keyOf(endpoint);
      const index = indices.get(key) ?? kinds.length;
      if (index === kinds.length) {
        indices.set(key, index);
        kinds.push({ ...endpoint, node: undefined }); // its node is no matter of its kind
      }
      own.add(index);
    }
    ofSite.set(site, [...own]);
  }
  return { kinds, kindsOf: (site) => ofSite.get(site) ?? [] };
}

/** What the policies of one party allow, in one direction, with each of the others. */
interface End {
  readonly towards: (other: number) => Ports;
}

function endsOf(parties: readonly Party[], policies: Policies) {
  const inclusions = new Map<Rule, ReadonlySet<number>>();
  const included = (rule: Rule): ReadonlySet<number> => {
    let known = inclusions.get(rule);
    if (known === undefined) {
      known = new Set(parties.flatMap((party, index) => (rule.includes(party) ? index : [])));
      inclusions.set(rule, known);
    }
    return known;
  };
  const podOf = (index: number): PodSpec | undefined => {
    const party = parties[index];
    return party !== undefined && isPod(party) ? party.pod : undefined;
  };
  const make = (direction: Direction, index: number): End => {
    const subject = parties[index];
    if (subject === undefined) return { towards: () => noPorts };
    const stack = stackOf(direction, subject, policies);
    const rules = [...stack.admin, ...(stack.network ?? []), ...stack.baseline];
    // whom no rule includes, all treat alike
    const usual = decide(stack, () => noPorts);
    const special = new Map<number, Ports>();
    for (const other of new Set(rules.flatMap((rule) => [...included(rule)]))) {
      const destination = podOf(direction === 'ingress' ? index : other);
      const on = (rule: Rule) => (included(rule).has(other) ? rule.ports(destination) : noPorts);
      special.set(other, decide(stack, on));
    }
    return { towards: (other) => special.get(other) ?? usual };
  };
  const known: Readonly<Record<Direction, Map<number, End>>> = { ingress: new Map(), egress: new Map() };
  return {
    of(direction: Direction, index: number): End {
      let end = known[direction].get(index);
      if (end === undefined) known[direction].set(index, (end = make(direction, index)));
      return end;
    },
  };
}

/** Whether a node of the one, by the pods that are on its network, runs a pod of the other. */
function nodesOfSites(): Connectivity['isNodeOf'] {
  const remembered = (isWanted: (endpoint: Endpoint) => boolean) => {
    const known = new Map<Site, ReadonlySet<string>>();
    return (site: Site): ReadonlySet<string> => {
      let names = known.get(site);
      if (names === undefined) {
        names = new Set(site.endpoints.filter(isWanted).flatMap(({ node }) => node ?? []));
        known.set(site, names);
      }
      return names;
    };
  };
  const onNetwork = remembered(({ pod }) => pod.hostNetwork === true);
  const running = remembered(() => true);
  return (from, to) => onNetwork(from).size > 0 && !onNetwork(from).isDisjointFrom(running(to));
}
