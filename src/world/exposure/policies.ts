/** What single NetworkPolicies say: whom they isolate, which peers and ports their rules name. */
import type {
  ContainerPort,
  Labels,
  NetworkPolicy,
  NetworkPolicyPeer,
  NetworkPolicyPort,
  PodSpec,
} from '../objects.ts';
import { isInvalidSelector, selects } from '../selector.ts';
import { type Addresses, noAddresses, parseCidr } from './addresses.ts';
import * as intervals from './intervals.ts';
import { allPorts, everyPortOf, isProtocol, noPorts, portRange, type Ports, unionPorts } from './ports.ts';

export type Direction = 'ingress' | 'egress';

/** A pod as policies see it. */
export interface Endpoint {
  readonly namespace: string;
  readonly namespaceLabels: Labels;
  readonly labels: Labels;
  readonly pod: PodSpec;
  /** Its addresses, if it runs and they are known. */
  readonly addresses: Addresses;
}

const TYPE: Readonly<Record<Direction, string>> = { ingress: 'Ingress', egress: 'Egress' };

/**
 * The policy isolates the pods that it selects in this direction.
 * @see SetDefaults_NetworkPolicy: without policyTypes, Ingress always, and Egress if there are egress rules
 */
export function isolates({ policyTypes = [], egress }: NetworkPolicy, direction: Direction): boolean {
  if (policyTypes.length > 0) return policyTypes.includes(TYPE[direction]);
  return direction === 'ingress' || egress.length > 0;
}

/** The policies that isolate a pod in one direction; none means that it accepts everything. By name. */
export function isolating(
  policies: ReadonlyMap<string, NetworkPolicy>,
  labels: Labels,
  direction: Direction,
): readonly NetworkPolicy[] {
  return [...policies.values()]
    .filter((policy) => isolates(policy, direction) && selects(policy.podSelector, labels))
    .sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
}

/** The labels of a namespace as selectors see them: the API server always sets the one with its name. */
export const namespaceLabels = (name: string, labels: Labels | undefined): Labels => ({
  ...labels,
  'kubernetes.io/metadata.name': name,
});

/** The API refuses a peer that says nothing, names both addresses and pods, or an address block that is none. */
export function isValidPeer({ podSelector, namespaceSelector, ipBlock }: NetworkPolicyPeer): boolean {
  const pods = [podSelector, namespaceSelector].filter((selector) => selector !== undefined);
  return ipBlock === undefined
    ? pods.length > 0 && !pods.some(isInvalidSelector)
    : pods.length === 0 && [ipBlock.cidr, ...ipBlock.except].every((cidr) => parseCidr(cidr) !== undefined);
}

const blocks = new WeakMap<NonNullable<NetworkPolicyPeer['ipBlock']>, Addresses>();

/** The addresses of an ipBlock without its exceptions. */
export function blockOf(ipBlock: NonNullable<NetworkPolicyPeer['ipBlock']>): Addresses {
  const known = blocks.get(ipBlock);
  if (known !== undefined) return known;
  const except = intervals.canonical(ipBlock.except.flatMap((cidr) => parseCidr(cidr) ?? []));
  const addresses = intervals.difference(parseCidr(ipBlock.cidr) ?? noAddresses, except);
  blocks.set(ipBlock, addresses);
  return addresses;
}

/**
 * The peer includes the pod. A pod on the node's network has no address of its own, and is no pod to selectors.
 * @param home the namespace of the policy
 */
export function peerSelects(peer: NetworkPolicyPeer, home: string, pod: Endpoint): boolean {
  const { podSelector, namespaceSelector, ipBlock } = peer;
  if (!isValidPeer(peer)) return false;
  if (ipBlock !== undefined) return intervals.intersection(blockOf(ipBlock), pod.addresses).length > 0;
  if (pod.pod.hostNetwork === true) return false;
  const inNamespace =
    namespaceSelector === undefined
      ? pod.namespace === home
      : selects(namespaceSelector, pod.namespaceLabels);
  return inNamespace && (podSelector === undefined || selects(podSelector, pod.labels));
}

/** What the ports of a rule say before it is known which pod they are asked of. */
export interface RulePorts {
  readonly numbered: Ports;
  readonly named: readonly { readonly protocol: string; readonly name: string }[];
}

/** No list, or an empty one, means every port. */
export function portsOf(ports: readonly NetworkPolicyPort[]): RulePorts {
  if (ports.length === 0) return { numbered: allPorts, named: [] };
  return {
    numbered: ports.map(numbersOf).reduce(unionPorts, noPorts),
    named: ports.flatMap(({ protocol = 'TCP', port, endPort }) =>
      typeof port === 'string' && endPort === undefined ? { protocol, name: port } : [],
    ),
  };
}

function numbersOf({ protocol = 'TCP', port, endPort }: NetworkPolicyPort): Ports {
  if (!isProtocol(protocol) || typeof port === 'string') return noPorts;
  if (port === undefined) return endPort === undefined ? everyPortOf(protocol) : noPorts;
  return portRange(protocol, port, endPort ?? port);
}

/** The ports of a rule on one destination pod. */
export function resolve({ numbered, named }: RulePorts, destination: PodSpec): Ports {
  return named.reduce(
    (ports, { protocol, name }) =>
      namedPorts(destination, protocol, name).reduce(
        (sum, number) => (isProtocol(protocol) ? unionPorts(sum, portRange(protocol, number)) : sum),
        ports,
      ),
    numbered,
  );
}

/** The containers that serve for as long as the pod lives, in the order in which names are looked up. */
export const servingContainers = (pod: PodSpec): readonly PodSpec['containers'][number][] => [
  ...pod.containers,
  ...pod.initContainers.filter(({ restartPolicy }) => restartPolicy === 'Always'),
];

export const servedPorts = (pod: PodSpec): readonly ContainerPort[] =>
  servingContainers(pod).flatMap(({ ports }) => ports);

/** The numbers that a pod's containers give a port name, the first that counts for a Service first. */
export function namedPorts(pod: PodSpec, protocol: string, name: string): readonly number[] {
  return servedPorts(pod)
    .filter((port) => port.name === name && (port.protocol ?? 'TCP') === protocol)
    .map(({ containerPort }) => containerPort);
}
