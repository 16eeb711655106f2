/**
 * What cluster-wide policies make of a pod's reach. A region counts as closed only where a rule includes all of it: one
 * that denies some pods leaves the region open to the others.
 */
import type { PodSpec } from '../objects.ts';
import { type Addresses, addressesText, allAddresses } from './addresses.ts';
import { type ClusterWide, decideTiers, tiersOf } from './connections.ts';
import { equalFlows, type Flows, flowsOf, portsAt } from './flows.ts';
import * as intervals from './intervals.ts';
import type { Direction, Endpoint } from './policies.ts';
import { equalPorts, intersectPorts, isEmptyPorts, noPorts, type Ports, unionPorts } from './ports.ts';
import { type Grant, type Reach, regionOf } from './reach.ts';
import type { TierRule } from './rules.ts';

type Tiers = ReturnType<typeof tiersOf>;

/** @param reach what NetworkPolicies leave open */
export function underTiers(
  reach: Reach,
  direction: Direction,
  subject: Endpoint,
  clusterWide: ClusterWide,
): Reach {
  if (reach.onNode) return reach;
  const tiers = tiersOf(direction, subject, clusterWide);
  const isIsolated = reach.isolatedBy.length > 0;
  const rules = isIsolated ? tiers.admin : [...tiers.admin, ...tiers.baseline];
  if (rules.length === 0) return reach;
  // names of ports can be looked up only where the destination is known
  const destination = direction === 'ingress' ? subject.pod : undefined;
  const regions = regionsUnder(reach, subject, tiers, destination);
  const accepted = rules.flatMap((rule) => grantsOf(rule, subject, destination));
  if (isIsolated) {
    const granted = reach.grants.flatMap((grant) => stillOpen(grant, regions));
    return { ...reach, ...regions, grants: [...granted, ...accepted] };
  }
  if (isSame(regions, reach)) return reach;
  const closing = rules.filter(({ action }) => action === 'Deny');
  return {
    ...reach,
    ...regions,
    isolatedBy: distinct(closing.map(({ policy }) => policy)),
    grants: [...closing.slice(0, 1).flatMap((rule) => notDenied(rule, regions)), ...accepted],
  };
}

type Regions = Pick<Reach, 'cluster' | 'namespace' | 'outside'>;

const isSame = (a: Regions, b: Regions): boolean =>
  equalPorts(a.cluster, b.cluster) &&
  equalPorts(a.namespace, b.namespace) &&
  equalFlows(a.outside, b.outside);

function regionsUnder(
  { isolatedBy, cluster, namespace, outside }: Reach,
  { namespaceLabels }: Endpoint,
  tiers: Tiers,
  destination: PodSpec | undefined,
): Regions {
  const left = (before: Ports, includes: (rule: TierRule) => boolean): Ports =>
    decideTiers(tiers, isolatedBy.length > 0 ? before : undefined, (rule) =>
      includes(rule) ? rule.ports(destination) : noPorts,
    );
  return {
    cluster: left(cluster, (rule) => rule.includesAllOf(undefined)),
    namespace: left(namespace, (rule) => rule.includesAllOf(namespaceLabels)),
    outside: flowsOf(
      rangesOf(outside, [...tiers.admin, ...tiers.baseline]).map((range) => ({
        range,
        ports: left(portsAt(outside, startOf(range)), (rule) => rule.includes({ outside: range })),
      })),
    ),
  };
}

const startOf = ([first]: Addresses): bigint => first?.from ?? 0n;

/** Ranges that neither the flows nor a rule divides. */
function rangesOf(flows: Flows, rules: readonly TierRule[]): readonly Addresses[] {
  const sets = [allAddresses, flows, ...rules.map(({ addresses }) => addresses)];
  return intervals.divided(
    allAddresses,
    sets.flatMap((set) => set.flatMap(({ from, end }) => [from, end])),
  );
}

const distinct = (refs: Reach['isolatedBy']): Reach['isolatedBy'] => [
  ...new Map(refs.map((ref) => [`${ref.kind}/${ref.name}`, ref])).values(),
];

/** What the Admin tier leaves of what a NetworkPolicy grants. */
function stillOpen(grant: Grant, { cluster, namespace, outside }: Regions): readonly Grant[] {
  const pods = grant.region === 'namespace' ? namespace : grant.region === 'cluster' ? cluster : undefined;
  const used = outside.filter(
    ({ from, end }) => intervals.intersection([{ from, end }], grant.addresses).length > 0,
  );
  const open = [pods ?? grant.ports, ...used.map((row) => row.ports)];
  const isListed = pods === undefined && grant.addresses.length === 0;
  const ports = isListed ? grant.ports : intersectPorts(grant.ports, open.reduce(unionPorts, noPorts));
  const addresses = intervals.intersection(grant.addresses, intervals.canonical(used));
  return isEmptyPorts(ports) && grant.named.length === 0 ? [] : [{ ...grant, ports, addresses }];
}

/** What an Accept rule opens, peer by peer. */
function grantsOf(rule: TierRule, subject: Endpoint, destination: PodSpec | undefined): readonly Grant[] {
  if (rule.action !== 'Accept') return [];
  return rule.peers.map((peer) => ({
    policy: rule.policy,
    path: rule.path,
    ports: rule.ports(destination),
    named: [],
    ...(peer.pods === undefined
      ? { ...listed, whom: addressesText(rule.addresses), addresses: rule.addresses }
      : regionOf(peer.pods, subject.namespaceLabels)),
  }));
}

const listed = { scope: 'addresses', region: 'listed', ingressController: false } as const;

/** Where no NetworkPolicy selects the pod, open is whatever is not denied. */
function notDenied({ policy, path }: TierRule, { cluster, namespace, outside }: Regions): readonly Grant[] {
  const ports = outside.reduce((sum, row) => unionPorts(sum, row.ports), unionPorts(cluster, namespace));
  if (isEmptyPorts(ports)) return [];
  const region = !isEmptyPorts(cluster) ? 'cluster' : !isEmptyPorts(namespace) ? 'namespace' : 'listed';
  return [
    {
      policy,
      path,
      scope: region === 'listed' ? 'addresses' : region === 'cluster' ? 'everyone' : region,
      region,
      whom: 'whom no rule denies',
      addresses: intervals.canonical(outside),
      ports,
      named: [],
      ingressController: false,
    },
  ];
}
