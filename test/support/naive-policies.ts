/**
 * The NetworkPolicy specification, rule by rule and port by port, as naively as it can be written: the yardstick for
 * the evaluator in src/world/exposure. It shares no code with it.
 */
import type {
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
}

export type NaiveParty = NaivePod | { readonly ip: string };

const isPod = (party: NaiveParty): party is NaivePod => 'labels' in party;

export function mayConnect(
  from: NaiveParty,
  to: NaiveParty,
  protocol: string,
  port: number,
  policies: readonly NetworkPolicy[],
): boolean {
  if (from === to) return true;
  const leaves = !isPod(from) || mayPass('egress', from, to, to, protocol, port, policies);
  const enters = !isPod(to) || mayPass('ingress', to, from, to, protocol, port, policies);
  return leaves && enters;
}

function mayPass(
  direction: 'ingress' | 'egress',
  subject: NaivePod,
  other: NaiveParty,
  destination: NaiveParty,
  protocol: string,
  port: number,
  policies: readonly NetworkPolicy[],
): boolean {
  if (subject.hostNetwork) return true;
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
      if (peerFits && portFits) return true;
    }
  }
  return !isolated;
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
