/**
 * The specifications of NetworkPolicy and of cluster-wide policies, rule by rule and port by port, as naively as they
 * can be written: the yardstick for src/world/exposure and src/world/connectivity. It shares no code with them.
 */
import type {
  ClusterWidePeer,
  ClusterWidePolicy,
  ClusterWidePort,
  ClusterWideRule,
  Labels,
  LabelSelector,
  NetworkPolicy,
  NetworkPolicyPeer,
  NetworkPolicyPort,
} from '../../src/world/objects.ts';

export interface NaivePod {
  readonly namespace: string;
  readonly namespaceLabels: Labels;
  readonly labels: Labels;
  readonly ports: readonly { readonly name: string; readonly protocol: string; readonly number: number }[];
  readonly hostNetwork: boolean;
  /** Four octets; undefined if it has no known address. */
  readonly ip: string | undefined;
  readonly node?: string | undefined;
}

export type NaiveParty = NaivePod | { readonly ip: string };

const isPod = (party: NaiveParty): party is NaivePod => 'labels' in party;

export type NaiveNodes = readonly { readonly labels: Labels; readonly ip: string }[];

/** What there is beside NetworkPolicies. */
export interface NaiveRest {
  readonly clusterWide: readonly ClusterWidePolicy[];
  readonly nodes: NaiveNodes;
}

const nothingElse: NaiveRest = { clusterWide: [], nodes: [] };

interface Asked {
  readonly direction: 'ingress' | 'egress';
  readonly subject: NaivePod;
  readonly other: NaiveParty;
  readonly destination: NaiveParty;
  readonly protocol: string;
  readonly port: number;
}

export function mayConnect(
  from: NaiveParty,
  to: NaiveParty,
  protocol: string,
  port: number,
  policies: readonly NetworkPolicy[],
  rest: NaiveRest = nothingElse,
): boolean {
  if (from === to) return true;
  if (isPod(from) && isPod(to) && from.hostNetwork && from.node !== undefined && from.node === to.node)
    return true;
  const connection = { destination: to, protocol, port };
  if (isPod(from)) {
    const asked: Asked = { direction: 'egress', subject: from, other: to, ...connection };
    if (!mayPass(asked, policies, rest)) return false;
  }
  if (isPod(to)) {
    const asked: Asked = { direction: 'ingress', subject: to, other: from, ...connection };
    if (!mayPass(asked, policies, rest)) return false;
  }
  return true;
}

function mayPass(asked: Asked, policies: readonly NetworkPolicy[], rest: NaiveRest): boolean {
  if (asked.subject.hostNetwork) return true;
  const admin = decisionOf('Admin', asked, rest);
  if (admin === 'Accept') return true;
  if (admin === 'Deny') return false;
  const network = decisionOfNetworkPolicies(asked, policies);
  if (network === 'Accept') return true;
  if (network === 'Deny') return false;
  return decisionOf('Baseline', asked, rest) !== 'Deny';
}

/** Of the first rule that matches, in the order of priorities; undefined if none does. */
function decisionOf(
  tier: 'Admin' | 'Baseline',
  asked: Asked,
  { clusterWide, nodes }: NaiveRest,
): 'Accept' | 'Deny' | 'Pass' | undefined {
  const inOrder = clusterWide
    .filter((policy) => policy.tier === tier)
    .sort((a, b) => a.priority - b.priority || (a.metadata.name < b.metadata.name ? -1 : 1));
  for (const policy of inOrder) {
    const { namespaceSelector, podSelector } = policy.subject;
    if (!holds(namespaceSelector, asked.subject.namespaceLabels)) continue;
    if (podSelector !== undefined && !holds(podSelector, asked.subject.labels)) continue;
    for (const rule of policy[asked.direction]) {
      if (isStrange(rule)) {
        if (rule.action === 'Accept') continue;
        return 'Deny';
      }
      const peerFits = rule.peers.some((peer) => clusterWideFits(peer, asked.other, nodes));
      const portFits = rule.ports.length === 0 || rule.ports.some((port) => isClusterWidePort(port, asked));
      if (peerFits && portFits) return rule.action;
    }
  }
  return undefined;
}

function isStrange({ action, peers, ports }: ClusterWideRule): boolean {
  if (peers.length === 0) return true;
  for (const { pods, nodes, networks, domainNames } of peers) {
    if (pods === undefined && nodes === undefined && networks === undefined && domainNames === undefined)
      return true;
    if (domainNames !== undefined && action !== 'Accept') return true;
    if (networks?.some((cidr) => !cidr.includes('/'))) return true;
  }
  for (const { name, start, end } of ports) {
    if (name !== undefined) continue;
    if (start === undefined || end === undefined || start > end) return true;
  }
  return false;
}

function clusterWideFits(
  { pods, nodes, networks }: ClusterWidePeer,
  other: NaiveParty,
  all: NaiveNodes,
): boolean {
  if (pods !== undefined) {
    if (!isPod(other) || other.hostNetwork || !holds(pods.namespaceSelector, other.namespaceLabels))
      return false;
    return pods.podSelector === undefined || holds(pods.podSelector, other.labels);
  }
  const { ip } = other;
  if (nodes !== undefined) {
    if (isPod(other) && other.hostNetwork && isEmpty(nodes)) return true;
    return all.some((node) => holds(nodes, node.labels) && node.ip === ip);
  }
  return ip !== undefined && networks !== undefined && networks.some((cidr) => within(ip, cidr));
}

const isEmpty = ({ matchLabels, matchExpressions }: LabelSelector): boolean =>
  Object.keys(matchLabels).length === 0 && matchExpressions.length === 0;

function isClusterWidePort(
  { protocol, start, end, name }: ClusterWidePort,
  { destination, protocol: asked, port }: Asked,
): boolean {
  if (name === undefined)
    return protocol === asked && start !== undefined && end !== undefined && start <= port && port <= end;
  if (!isPod(destination)) return false;
  return destination.ports.some((one) => one.name === name && one.protocol === asked && one.number === port);
}

function decisionOfNetworkPolicies(
  { direction, subject, other, destination, protocol, port }: Asked,
  policies: readonly NetworkPolicy[],
): 'Accept' | 'Deny' | undefined {
  let isolated = false;
  for (const policy of policies) {
    if (policy.metadata.namespace !== subject.namespace) continue;
    if (!holds(policy.podSelector, subject.labels)) continue;
    const types = policy.policyTypes ?? [];
    const applies =
      types.length > 0
        ? types.includes(direction === 'ingress' ? 'Ingress' : 'Egress')
        : direction === 'ingress' || policy.egress.length > 0;
    if (!applies) continue;
    isolated = true;
    for (const rule of policy[direction]) {
      const peerFits = rule.peers.length === 0 || rule.peers.some((peer) => fits(peer, subject, other));
      const portFits =
        rule.ports.length === 0 || rule.ports.some((one) => isPort(one, destination, protocol, port));
      if (peerFits && portFits) return 'Accept';
    }
  }
  return isolated ? 'Deny' : undefined;
}

function fits(peer: NetworkPolicyPeer, subject: NaivePod, other: NaiveParty): boolean {
  const { podSelector, namespaceSelector, ipBlock } = peer;
  if (ipBlock !== undefined) {
    if (podSelector !== undefined || namespaceSelector !== undefined || other.ip === undefined) return false;
    const { ip } = other;
    return within(ip, ipBlock.cidr) && !ipBlock.except.some((cidr) => within(ip, cidr));
  }
  if (!isPod(other) || other.hostNetwork) return false;
  if (podSelector === undefined && namespaceSelector === undefined) return false;
  if (namespaceSelector === undefined && other.namespace !== subject.namespace) return false;
  if (namespaceSelector !== undefined && !holds(namespaceSelector, other.namespaceLabels)) return false;
  return podSelector === undefined || holds(podSelector, other.labels);
}

function isPort(
  { protocol = 'TCP', port, endPort }: NetworkPolicyPort,
  destination: NaiveParty,
  asked: string,
  number: number,
): boolean {
  if (protocol !== asked) return false;
  if (typeof port === 'string') {
    if (endPort !== undefined || !isPod(destination)) return false;
    return destination.ports.some(
      (one) => one.name === port && one.protocol === asked && one.number === number,
    );
  }
  if (port === undefined) return endPort === undefined;
  return endPort === undefined ? number === port : number >= port && number <= endPort;
}

function holds({ matchLabels, matchExpressions }: LabelSelector, labels: Labels): boolean {
  for (const [key, value] of Object.entries(matchLabels)) if (labels[key] !== value) return false;
  for (const { key, operator, values } of matchExpressions) {
    const value = labels[key];
    if (operator === 'In' && !(value !== undefined && values.includes(value))) return false;
    if (operator === 'NotIn' && value !== undefined && values.includes(value)) return false;
    if (operator === 'Exists' && value === undefined) return false;
    if (operator === 'DoesNotExist' && value !== undefined) return false;
  }
  return true;
}

/** Compares the leading bits as text. */
function within(ip: string, cidr: string): boolean {
  const [network = '', length] = cidr.split('/');
  const bits = (text: string) =>
    text
      .split('.')
      .map((octet) => Number(octet).toString(2).padStart(8, '0'))
      .join('');
  return bits(ip).startsWith(bits(network).slice(0, Number(length)));
}
