/**
 * Policies of every kind as rules: whom a rule includes, on which ports, and what becomes of that. Rules are made once
 * for each policy, whichever pods it selects, so that what they include can be remembered by them.
 */
import type {
  ClusterWidePeer,
  ClusterWidePolicy,
  ClusterWidePort,
  ClusterWideRule,
  Labels,
  NamespacedPods,
  NetworkPolicy,
  NetworkPolicyRule,
  PodSpec,
  PolicyAction,
  Ref,
} from '../objects.ts';
import { isEmptySelector, isInvalidSelector, selects } from '../selector.ts';
import { refOf } from '../world.ts';
import { type Addresses, noAddresses, parseCidr } from './addresses.ts';
import * as intervals from './intervals.ts';
import {
  blockOf,
  type Direction,
  type Endpoint,
  isValidPeer,
  namedPorts,
  peerSelects,
  portsOf,
  resolve,
} from './policies.ts';
import { allPorts, isProtocol, noPorts, portRange, type Ports, protocols, unionPorts } from './ports.ts';

/** A pod, or an address outside the cluster: as a range, of addresses that no policy tells apart. */
export type Party = Endpoint | { readonly outside: Addresses };

export const isPod = (party: Party): party is Endpoint => !('outside' in party);

export interface Rule {
  readonly policy: Ref;
  /** `/spec/ingress/0`. */
  readonly path: string;
  readonly action: PolicyAction;
  /** What it names by address, outside the cluster or not. */
  readonly addresses: Addresses;
  /** The peers of the rule include this one, whatever the ports. */
  readonly includes: (other: Party) => boolean;
  /** @param destination undefined for an address, where no name of a port means anything */
  readonly ports: (destination: PodSpec | undefined) => Ports;
}

/** A rule of a cluster-wide policy. */
export interface TierRule extends Rule {
  /** Its peers, as they are written; none if the rule failed closed. */
  readonly peers: readonly ClusterWidePeer[];
  /** It includes every pod of a namespace with these labels; undefined: of all namespaces. */
  readonly includesAllOf: (namespaceLabels: Labels | undefined) => boolean;
}

type Rules<R extends Rule> = Readonly<Record<Direction, readonly R[]>>;

function memoised<K extends object, V>(make: (key: K) => V): (key: K) => V {
  const known = new WeakMap<K, V>();
  return (key) => {
    const before = known.get(key);
    if (before !== undefined) return before;
    const value = make(key);
    known.set(key, value);
    return value;
  };
}

/** Once for each destination: names are looked up again and again. */
const onDestination = (
  hasNames: boolean,
  ports: (destination: PodSpec | undefined) => Ports,
): Rule['ports'] => {
  const nowhere = ports(undefined);
  if (!hasNames) return () => nowhere;
  const somewhere = memoised<PodSpec, Ports>(ports);
  return (destination) => (destination === undefined ? nowhere : somewhere(destination));
};

// --- NetworkPolicy

/** The rules of a NetworkPolicy, which can only accept. */
export const networkRules: (policy: NetworkPolicy) => Rules<Rule> = memoised((policy) => {
  const of = (direction: Direction) =>
    policy[direction].map((rule, index) => networkRule(policy, rule, `/spec/${direction}/${index}`));
  return { ingress: of('ingress'), egress: of('egress') };
});

function networkRule(
  policy: NetworkPolicy,
  { peers, ports: written }: NetworkPolicyRule,
  path: string,
): Rule {
  const home = policy.metadata.namespace;
  const ports = portsOf(written);
  const valid = peers.filter(isValidPeer);
  const selecting = valid.filter(({ ipBlock }) => ipBlock === undefined);
  const addresses = intervals.canonical(
    valid.flatMap(({ ipBlock }) => (ipBlock === undefined ? [] : blockOf(ipBlock))),
  );
  return {
    policy: refOf(policy),
    path,
    action: 'Accept',
    addresses,
    includes: (other) =>
      peers.length === 0 ||
      isAmong(addresses, other) ||
      (isPod(other) && selecting.some((peer) => peerSelects(peer, home, other))),
    ports: onDestination(ports.named.length > 0, (pod) =>
      pod === undefined ? ports.numbered : resolve(ports, pod),
    ),
  };
}

/** A pod by one of its addresses, if they are known; addresses outside by all of them. */
const isAmong = (addresses: Addresses, party: Party): boolean =>
  addresses.length > 0 &&
  (isPod(party)
    ? intervals.intersection(addresses, party.addresses).length > 0
    : intervals.contains(addresses, party.outside));

// --- cluster-wide policies

/** The addresses of the nodes that a selector selects. */
export type NodesOf = (selector: ClusterWidePeer['nodes'] & object) => Addresses;

/** @returns the rules of a policy; pure in its arguments, so the caller remembers them as long as its nodes stay */
export function clusterWideRules(policy: ClusterWidePolicy, nodesOf: NodesOf): Rules<TierRule> {
  const of = (direction: Direction) =>
    policy[direction].map((rule, index) =>
      clusterWideRule(policy, rule, `/spec/${direction}/${index}`, nodesOf),
    );
  return { ingress: of('ingress'), egress: of('egress') };
}

function clusterWideRule(
  policy: ClusterWidePolicy,
  rule: ClusterWideRule,
  path: string,
  nodesOf: NodesOf,
): TierRule {
  const { action } = rule;
  const source = { policy: refOf(policy), path };
  if (!isKnown(rule)) return { ...source, ...failedClosed(action) };
  const addresses = intervals.canonical(rule.peers.flatMap((peer) => addressesOf(peer, nodesOf)));
  return {
    ...source,
    action,
    addresses,
    peers: rule.peers,
    includesAllOf: (labels) =>
      rule.peers.some(({ pods }) => pods !== undefined && selectsAllOf(pods, labels)),
    includes: (other) => isAmong(addresses, other) || rule.peers.some((peer) => selectsParty(peer, other)),
    ports: onDestination(
      rule.ports.some(({ name }) => name !== undefined),
      (pod) => clusterWidePorts(rule.ports, pod),
    ),
  };
}

/**
 * What the specification asks for where a peer is of a kind that is not known: an Accept rule matches nothing, and
 * any other is `Deny` for everyone. So it is for whatever else of a rule cannot be read.
 */
const failedClosed = (action: PolicyAction): Omit<TierRule, 'policy' | 'path'> => ({
  ...(action === 'Accept' ? nobody : everyone),
  addresses: noAddresses,
  peers: [],
});

const nobody = {
  action: 'Accept',
  includes: () => false,
  includesAllOf: () => false,
  ports: () => noPorts,
} as const;
const everyone = {
  action: 'Deny',
  includes: () => true,
  includesAllOf: () => true,
  ports: () => allPorts,
} as const;

/** Everything in the rule can be read, and means something together. */
function isKnown({ action, peers, ports }: ClusterWideRule): boolean {
  return peers.length > 0 && peers.every((peer) => isKnownPeer(peer, action)) && ports.every(isKnownPort);
}

function isKnownPeer({ pods, nodes, networks, domainNames }: ClusterWidePeer, action: PolicyAction): boolean {
  if (pods !== undefined) return !isInvalidPods(pods);
  if (nodes !== undefined) return !isInvalidSelector(nodes);
  if (networks !== undefined) return networks.every((cidr) => parseCidr(cidr) !== undefined);
  // names are for what is accepted only: what they stand for is not known before it is asked for
  return domainNames !== undefined && action === 'Accept';
}

const isInvalidPods = ({ namespaceSelector, podSelector }: NamespacedPods): boolean =>
  isInvalidSelector(namespaceSelector) || (podSelector !== undefined && isInvalidSelector(podSelector));

const isKnownPort = ({ protocol, start, end, name }: ClusterWidePort): boolean =>
  name !== undefined ||
  (protocol !== undefined &&
    isProtocol(protocol) &&
    start !== undefined &&
    end !== undefined &&
    portRange(protocol, start, end) !== noPorts);

function clusterWidePorts(written: readonly ClusterWidePort[], pod: PodSpec | undefined): Ports {
  if (written.length === 0) return allPorts;
  return written
    .flatMap(({ protocol, start, end, name }) => {
      if (name !== undefined) {
        return pod === undefined
          ? []
          : protocols.flatMap((one) => namedPorts(pod, one, name).map((number) => portRange(one, number)));
      }
      const isNumbered = protocol !== undefined && isProtocol(protocol) && start !== undefined;
      return isNumbered ? [portRange(protocol, start, end)] : [];
    })
    .reduce(unionPorts, noPorts);
}

/** Which pods are selected. Pods on the node's network are never. */
export const selectsPods = ({ namespaceSelector, podSelector }: NamespacedPods, pod: Endpoint): boolean =>
  pod.pod.hostNetwork !== true &&
  selects(namespaceSelector, pod.namespaceLabels) &&
  (podSelector === undefined || selects(podSelector, pod.labels));

const selectsAllOf = (
  { namespaceSelector, podSelector }: NamespacedPods,
  namespaceLabels: Labels | undefined,
): boolean =>
  (podSelector === undefined || isEmptySelector(podSelector)) &&
  (isEmptySelector(namespaceSelector) ||
    (namespaceLabels !== undefined && selects(namespaceSelector, namespaceLabels)));

/** Where a domain name leads cannot be seen in objects: it stands for no address. */
const addressesOf = ({ nodes, networks = [] }: ClusterWidePeer, nodesOf: NodesOf): Addresses =>
  nodes === undefined ? networks.flatMap((cidr) => parseCidr(cidr) ?? []) : nodesOf(nodes);

/** By what the party is, not by its addresses. */
const selectsParty = ({ pods, nodes }: ClusterWidePeer, other: Party): boolean =>
  isPod(other) &&
  ((pods !== undefined && selectsPods(pods, other)) ||
    // whichever node it is on, all of them are selected
    (nodes !== undefined && isEmptySelector(nodes) && other.pod.hostNetwork === true));
