/** What is wrong in an object that the API server would refuse, or that means nothing: the rule then allows nothing. */
import type {
  LabelSelector,
  NetworkPolicy,
  NetworkPolicyPeer,
  NetworkPolicyPort,
  Service,
} from '../objects.ts';
import { isInvalidSelector } from '../selector.ts';
import { pointer } from '../workload/variants.ts';
import { parseCidr } from './addresses.ts';
import { isProtocol, portRange } from './ports.ts';

export interface Flaw {
  readonly path: string;
  /** `10.0.0.0/99 is no CIDR`. */
  readonly problem: string;
}

type Segments = readonly (string | number)[];

const flaw = (segments: Segments, problem: string): Flaw => ({ path: pointer(segments), problem });

const known = new WeakMap<NetworkPolicy, readonly Flaw[]>();

export function flawsOf(policy: NetworkPolicy): readonly Flaw[] {
  const before = known.get(policy);
  if (before !== undefined) return before;
  const found = [
    ...inSelector(policy.podSelector, ['spec', 'podSelector']),
    ...(policy.policyTypes ?? []).flatMap((type, index) =>
      type === 'Ingress' || type === 'Egress'
        ? []
        : [flaw(['spec', 'policyTypes', index], `${type} is neither Ingress nor Egress`)],
    ),
    ...(['ingress', 'egress'] as const).flatMap((direction) =>
      policy[direction].flatMap(({ peers, ports }, rule) => {
        const at = ['spec', direction, rule];
        const side = direction === 'ingress' ? 'from' : 'to';
        return [
          ...peers.flatMap((peer, index) => inPeer(peer, [...at, side, index])),
          ...ports.flatMap((port, index) => inPort(port, [...at, 'ports', index])),
        ];
      }),
    ),
  ];
  known.set(policy, found);
  return found;
}

/** Of ranges that cannot be read, what they would let in is unknown: the others count, or without any, everybody. */
export const flawsOfService = ({ loadBalancerSourceRanges }: Service): readonly Flaw[] =>
  loadBalancerSourceRanges.flatMap((range, index) =>
    parseCidr(range.trim()) === undefined
      ? [flaw(['spec', 'loadBalancerSourceRanges', index], `${range} is no CIDR`)]
      : [],
  );

function inSelector(selector: LabelSelector | undefined, at: Segments): readonly Flaw[] {
  return (selector?.matchExpressions ?? []).flatMap((expression, index) => {
    const { key, operator, values } = expression;
    if (!isInvalidSelector({ matchLabels: {}, matchExpressions: [expression] })) return [];
    return [
      flaw(
        [...at, 'matchExpressions', index],
        `${key} ${operator} (${values.join()}) is no label expression`,
      ),
    ];
  });
}

function inPeer(
  { podSelector, namespaceSelector, ipBlock }: NetworkPolicyPeer,
  at: Segments,
): readonly Flaw[] {
  const hasSelector = podSelector !== undefined || namespaceSelector !== undefined;
  if (ipBlock === undefined && !hasSelector) return [flaw(at, 'the peer names nobody')];
  if (ipBlock !== undefined && hasSelector) return [flaw(at, 'the peer names both addresses and pods')];
  const cidrs = [
    { cidr: ipBlock?.cidr, segments: ['ipBlock', 'cidr'] },
    ...(ipBlock?.except ?? []).map((cidr, index) => ({ cidr, segments: ['ipBlock', 'except', index] })),
  ];
  return [
    ...inSelector(podSelector, [...at, 'podSelector']),
    ...inSelector(namespaceSelector, [...at, 'namespaceSelector']),
    ...cidrs.flatMap(({ cidr, segments }) =>
      cidr === undefined || parseCidr(cidr) !== undefined
        ? []
        : [flaw([...at, ...segments], `${cidr} is no CIDR`)],
    ),
  ];
}

function inPort({ protocol = 'TCP', port, endPort }: NetworkPolicyPort, at: Segments): readonly Flaw[] {
  if (!isProtocol(protocol)) return [flaw([...at, 'protocol'], `${protocol} is no protocol`)];
  if (typeof port === 'string') {
    return endPort === undefined
      ? []
      : [flaw([...at, 'endPort'], `a range cannot begin at the name ${port}`)];
  }
  if (port === undefined) {
    return endPort === undefined ? [] : [flaw([...at, 'endPort'], 'a range without a first port')];
  }
  if (portRange(protocol, port)[protocol].length === 0) return [flaw([...at, 'port'], `${port} is no port`)];
  return portRange(protocol, port, endPort)[protocol].length > 0
    ? []
    : [flaw([...at, 'endPort'], `${port}-${endPort} is no range of ports`)];
}
