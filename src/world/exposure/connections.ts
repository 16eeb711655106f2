/**
 * Which connections one party may open to another, by all policies there are: the Admin tier in the order of its
 * priorities, then the NetworkPolicies if any selects the pod, else the Baseline tier, else everything.
 * @see https://kubernetes.io/docs/concepts/services-networking/network-policies/
 * @see https://network-policy-api.sigs.k8s.io/api-overview/
 */
import type { ClusterWidePolicy, LabelSelector, NetworkPolicy, Node } from '../objects.ts';
import { selects } from '../selector.ts';
import { all, inNamespace, type Table, type Tables } from '../world.ts';
import { type Addresses, parseAddress } from './addresses.ts';
import * as intervals from './intervals.ts';
import { type Direction, type Endpoint, isolating } from './policies.ts';
import {
  allPorts,
  intersectPorts,
  isEmptyPorts,
  noPorts,
  type Ports,
  subtractPorts,
  unionPorts,
} from './ports.ts';
import {
  clusterWideRules,
  isPod,
  networkRules,
  type Party,
  type Rule,
  selectsPods,
  type TierRule,
} from './rules.ts';

export type { Party } from './rules.ts';

/** All that decides who may connect to whom. */
export interface Policies {
  readonly network: Table<NetworkPolicy>;
  /** Both in the order in which they are asked. */
  readonly admin: readonly TierPolicy[];
  readonly baseline: readonly TierPolicy[];
}

interface TierPolicy {
  readonly policy: ClusterWidePolicy;
  readonly rules: ReturnType<typeof clusterWideRules>;
}

/** The cluster-wide ones among them. */
export type ClusterWide = Pick<Policies, 'admin' | 'baseline'>;

export const noClusterWide: ClusterWide = { admin: [], baseline: [] };

export const policiesIn = (tables: Tables): Policies => ({
  network: tables.networkpolicies,
  ...clusterWideOf(
    tables.clusternetworkpolicies,
    tables.adminnetworkpolicies,
    tables.baselineadminnetworkpolicies,
    tables.nodes,
  ),
});

export function clusterWideOf(
  current: Table<ClusterWidePolicy>,
  older: Table<ClusterWidePolicy>,
  olderBaseline: Table<ClusterWidePolicy>,
  nodes: Table<Node>,
): ClusterWide {
  const clusterWide = [...all(current), ...all(older), ...all(olderBaseline)].sort(byPriority);
  if (clusterWide.length === 0) return noClusterWide;
  const nodesOf = (selector: LabelSelector): Addresses =>
    intervals.canonical(
      [...all(nodes)]
        .filter(({ metadata }) => selects(selector, metadata.labels))
        .flatMap(({ addresses }) => addresses.flatMap(({ address }) => parseAddress(address) ?? [])),
    );
  const tier = (name: ClusterWidePolicy['tier']) =>
    clusterWide
      .filter((policy) => policy.tier === name)
      .map((policy) => ({ policy, rules: clusterWideRules(policy, nodesOf) }));
  return { admin: tier('Admin'), baseline: tier('Baseline') };
}

/** Which comes first of two with the same priority is left open by the specification: here it is by kind and name. */
const byPriority = (a: ClusterWidePolicy, b: ClusterWidePolicy): number =>
  a.priority - b.priority || compare(b.kind, a.kind) || compare(a.metadata.name, b.metadata.name);

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** The rules that apply to one pod in one direction, tier by tier, each in the order in which they are asked. */
export interface Stack {
  readonly admin: readonly Rule[];
  /** Of the NetworkPolicies that isolate the pod; undefined if none does. */
  readonly network: readonly Rule[] | undefined;
  readonly isolatedBy: readonly NetworkPolicy[];
  readonly baseline: readonly Rule[];
}

const nothing: Stack = { admin: [], network: undefined, isolatedBy: [], baseline: [] };

/** Policies do not apply to pods on the node's network, nor to what is outside the cluster. */
export function stackOf(direction: Direction, subject: Party, policies: Policies): Stack {
  if (!isPod(subject) || subject.pod.hostNetwork === true) return nothing;
  const isolatedBy = isolating(inNamespace(policies.network, subject.namespace), subject.labels, direction);
  return {
    ...tiersOf(direction, subject, policies),
    network:
      isolatedBy.length === 0 ? undefined : isolatedBy.flatMap((policy) => networkRules(policy)[direction]),
    isolatedBy,
  };
}

/** The rules of cluster-wide policies that apply to one pod in one direction. */
export function tiersOf(
  direction: Direction,
  subject: Endpoint,
  { admin, baseline }: ClusterWide,
): { readonly admin: readonly TierRule[]; readonly baseline: readonly TierRule[] } {
  const inTier = (tier: readonly TierPolicy[]) =>
    tier.flatMap(({ policy, rules }) => (selectsPods(policy.subject, subject) ? rules[direction] : []));
  return { admin: inTier(admin), baseline: inTier(baseline) };
}

/** What rules that are asked in turn make of some ports: the first that includes a port decides for it. */
interface Verdict {
  readonly accepted: Ports;
  /** What goes on to the next tier: passed on, or included by no rule. */
  readonly left: Ports;
}

function inTurn<R extends Rule>(ports: Ports, rules: readonly R[], on: (rule: R) => Ports): Verdict {
  let accepted = noPorts;
  let left = ports;
  for (const { rule, hit } of hits(ports, rules, on)) {
    if (rule.action === 'Accept') accepted = unionPorts(accepted, hit);
    if (rule.action !== 'Pass') left = subtractPorts(left, hit);
  }
  return { accepted, left };
}

/** The rules that decide some of the ports, and which: what one has decided, no later one is asked for. */
export function* hits<R extends Rule>(
  ports: Ports,
  rules: readonly R[],
  on: (rule: R) => Ports,
): Iterable<{ readonly rule: R; readonly hit: Ports }> {
  let undecided = ports;
  for (const rule of rules) {
    const hit = intersectPorts(on(rule), undecided);
    if (isEmptyPorts(hit)) continue;
    undecided = subtractPorts(undecided, hit);
    yield { rule, hit };
  }
}

/** @param on the ports of a rule that includes the other party, none if it does not */
export function decide({ admin, network, baseline }: Stack, on: (rule: Rule) => Ports): Ports {
  const open = network?.reduce((ports, rule) => unionPorts(ports, on(rule)), noPorts);
  return decideTiers({ admin, baseline }, open, on);
}

/** @param network what the NetworkPolicies allow; undefined if none selects the pod */
export function decideTiers<R extends Rule>(
  { admin, baseline }: { readonly admin: readonly R[]; readonly baseline: readonly R[] },
  network: Ports | undefined,
  on: (rule: R) => Ports,
): Ports {
  const first = inTurn(allPorts, admin, on);
  if (network !== undefined) return unionPorts(first.accepted, intersectPorts(first.left, network));
  const last = inTurn(first.left, baseline, on);
  return unionPorts(first.accepted, unionPorts(last.accepted, last.left));
}

/**
 * What the rules say of one other party. Names of ports are looked up at the destination: the subject on ingress, the
 * other party on egress.
 */
export const portsFor =
  (direction: Direction, subject: Party, other: Party) =>
  (rule: Rule): Ports => {
    const destination = direction === 'ingress' ? subject : other;
    return rule.includes(other) ? rule.ports(isPod(destination) ? destination.pod : undefined) : noPorts;
  };

/** A pod always reaches itself, and a node the pods that run on it, whatever policies say. */
const isAlwaysOpen = (from: Party, to: Party): boolean =>
  from === to ||
  (isPod(from) &&
    isPod(to) &&
    from.pod.hostNetwork === true &&
    from.node !== undefined &&
    from.node === to.node);

/** The ports of `to` that `from` may connect to: what the policies of both ends allow. */
export function connections(from: Party, to: Party, policies: Policies): Ports {
  if (isAlwaysOpen(from, to)) return allPorts;
  const end = (direction: Direction, subject: Party, other: Party): Ports =>
    decide(stackOf(direction, subject, policies), portsFor(direction, subject, other));
  return intersectPorts(end('egress', from, to), end('ingress', to, from));
}
