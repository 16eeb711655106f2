/**
 * What policies leave open to one pod in one direction, by region: addresses outside, the whole cluster, its own
 * namespace, and peers that a rule lists. Peers are described, never enumerated, so that the result depends on the
 * policies of one namespace only, whatever the size of the cluster.
 */
import type { Labels, NetworkPolicy, NetworkPolicyPeer, Ref } from '../objects.ts';
import { isEmptySelector, selects, selectorText } from '../selector.ts';
import { refOf } from '../world.ts';
import { type Addresses, addressesText, allAddresses, noAddresses, privateNetworks } from './addresses.ts';
import { namesIngressController } from './controllers.ts';
import { allFlows, type Flows, noFlows, product, unionFlows } from './flows.ts';
import * as intervals from './intervals.ts';
import type { ExposureLevel } from './levels.ts';
import {
  blockOf,
  type Direction,
  type Endpoint,
  isValidPeer,
  portsOf,
  resolve,
  type RulePorts,
} from './policies.ts';
import { allPorts, isEmptyPorts, noPorts, type Ports, unionPorts } from './ports.ts';

/** One peer of one rule, or a rule without peers, and what it lets through. */
export interface Grant {
  readonly policy: Ref;
  /** Of the peer, or of the rule: `/spec/ingress/0/from/1`. */
  readonly path: string;
  readonly scope: 'everyone' | 'cluster' | 'namespace' | 'pods' | 'addresses';
  /** The widest region of which it opens all. */
  readonly region: 'cluster' | 'namespace' | 'listed';
  /** In words: `pods app=web of this namespace`. */
  readonly whom: string;
  /** Addresses outside the cluster that it allows. */
  readonly addresses: Addresses;
  readonly ports: Ports;
  /** Port names that only the destination's pods can resolve: on egress. */
  readonly named: RulePorts['named'];
  /** The peer that names pods or addresses. */
  readonly peer?: NetworkPolicyPeer;
  /** It names the pods of a well-known ingress controller. */
  readonly ingressController: boolean;
}

export interface Reach {
  /** The policies that isolate the pod; without one, everything is open. */
  readonly isolatedBy: readonly Ref[];
  /** The pod is on its node's network, where policies do not apply. */
  readonly onNode: boolean;
  readonly grants: readonly Grant[];
  readonly outside: Flows;
  /** Ports open to, or at, every pod of the cluster; and of the pod's own namespace. */
  readonly cluster: Ports;
  readonly namespace: Ports;
}

const everything: Reach = {
  isolatedBy: [],
  onNode: false,
  grants: [],
  outside: allFlows,
  cluster: allPorts,
  namespace: allPorts,
};
const nodeReach: Reach = { ...everything, onNode: true };

export const isOpen = ({ isolatedBy }: Reach): boolean => isolatedBy.length === 0;

/** @param isolatedBy the policies that isolate the pod in this direction */
export function reachOf(
  direction: Direction,
  subject: Endpoint,
  isolatedBy: readonly NetworkPolicy[],
): Reach {
  if (subject.pod.hostNetwork === true) return nodeReach;
  if (isolatedBy.length === 0) return everything;
  const grants = isolatedBy.flatMap((policy) => grantsOf(policy, direction, subject));
  const within = (...regions: readonly Grant['region'][]) =>
    grants
      .filter(({ region }) => regions.includes(region))
      .reduce((ports, grant) => unionPorts(ports, grant.ports), noPorts);
  return {
    isolatedBy: isolatedBy.map(refOf),
    onNode: false,
    grants,
    outside: grants.reduce(
      (flows, { addresses, ports }) => unionFlows(flows, product(addresses, ports)),
      noFlows,
    ),
    cluster: within('cluster'),
    namespace: within('cluster', 'namespace'),
  };
}

/** Pods have addresses of a private network; a block that holds such a network whole may hold all of them. */
export const coversPrivateNetwork = (addresses: Addresses): boolean =>
  privateNetworks.some((network) => intervals.contains(addresses, network));

/** What a rule grants to one peer, before it is known which pod its port names are asked of. */
interface Template {
  readonly grant: Grant;
  readonly rule: RulePorts;
}

type Templates = { readonly home: Labels; readonly list: readonly Template[] };

const templates: Readonly<Record<Direction, WeakMap<NetworkPolicy, Templates>>> = {
  ingress: new WeakMap(),
  egress: new WeakMap(),
};

/** Most pods that a policy selects get the same grants, so they share them. */
function grantsOf(policy: NetworkPolicy, direction: Direction, subject: Endpoint): readonly Grant[] {
  const { namespaceLabels: home } = subject;
  let known = templates[direction].get(policy);
  if (known?.home !== home) {
    known = { home, list: templatesOf(policy, direction, home) };
    templates[direction].set(policy, known);
  }
  return known.list.flatMap(({ grant, rule }) => {
    const isNamed = direction === 'ingress' && rule.named.length > 0;
    const ports = isNamed ? resolve(rule, subject.pod) : grant.ports;
    if (isEmptyPorts(ports) && grant.named.length === 0) return [];
    return [isNamed ? { ...grant, ports } : grant];
  });
}

function templatesOf(policy: NetworkPolicy, direction: Direction, home: Labels): readonly Template[] {
  const side = direction === 'ingress' ? 'from' : 'to';
  return policy[direction].flatMap(({ peers, ports: written }, index) => {
    const path = `/spec/${direction}/${index}`;
    const rule = portsOf(written);
    const named = direction === 'ingress' ? [] : rule.named;
    const common = { policy: refOf(policy), ports: rule.numbered, named };
    if (peers.length === 0) return [{ rule, grant: { ...common, ...everyone, path } }];
    return peers.flatMap((peer, at) =>
      isValidPeer(peer)
        ? [{ rule, grant: { ...common, ...regionOf(peer, home), path: `${path}/${side}/${at}` } }]
        : [],
    );
  });
}

type Region = Pick<Grant, 'scope' | 'region' | 'whom' | 'addresses' | 'peer' | 'ingressController'>;

const everyone: Region = {
  scope: 'everyone',
  region: 'cluster',
  whom: 'everyone',
  addresses: allAddresses,
  ingressController: false,
};

/** @param home the labels of the policy's own namespace */
export function regionOf(peer: NetworkPolicyPeer, home: Labels): Region {
  const { podSelector, namespaceSelector, ipBlock } = peer;
  if (ipBlock !== undefined) {
    const addresses = blockOf(ipBlock);
    return {
      scope: 'addresses',
      region: coversPrivateNetwork(addresses) ? 'cluster' : 'listed',
      whom: addressesText(addresses),
      addresses,
      peer,
      ingressController: false,
    };
  }
  const everyPod = podSelector === undefined || isEmptySelector(podSelector);
  const everyNamespace = namespaceSelector !== undefined && isEmptySelector(namespaceSelector);
  const own = namespaceSelector === undefined || selects(namespaceSelector, home);
  const scope = !everyPod ? 'pods' : everyNamespace ? 'cluster' : own ? 'namespace' : 'pods';
  return {
    scope,
    region: scope === 'pods' ? 'listed' : scope,
    whom: peerText(peer),
    addresses: noAddresses,
    peer,
    ingressController: namesIngressController(peer),
  };
}

function peerText({ podSelector, namespaceSelector }: NetworkPolicyPeer): string {
  const pods =
    podSelector === undefined || isEmptySelector(podSelector)
      ? 'every pod'
      : `pods ${selectorText(podSelector)}`;
  if (namespaceSelector === undefined) return `${pods} of its namespace`;
  return isEmptySelector(namespaceSelector)
    ? `${pods} of the cluster`
    : `${pods} of namespaces ${selectorText(namespaceSelector)}`;
}

/** Who may connect over the pod network, whatever ways there are from outside. */
export function levelOfReach(reach: Reach): ExposureLevel {
  if (!isEmptyPorts(reach.cluster)) return 'cluster';
  if (!isEmptyPorts(reach.namespace)) return 'namespace';
  return reach.grants.some(({ addresses, scope }) => scope !== 'addresses' || addresses.length > 0)
    ? 'listed peers'
    : 'none';
}
