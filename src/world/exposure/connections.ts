/** Which connections one party may open to another: the NetworkPolicy specification, pair by pair. */
import type { NetworkPolicy, NetworkPolicyRule } from '../objects.ts';
import { inNamespace, type Table } from '../world.ts';
import type { Addresses } from './addresses.ts';
import * as intervals from './intervals.ts';
import {
  blockOf,
  type Direction,
  type Endpoint,
  isolating,
  isValidPeer,
  peerSelects,
  portsOf,
  resolve,
} from './policies.ts';
import { allPorts, intersectPorts, noPorts, type Ports, unionPorts } from './ports.ts';

/** A pod, or an address outside the cluster. */
export type Party = Endpoint | { readonly outside: Addresses };

const isPod = (party: Party): party is Endpoint => !('outside' in party);

/**
 * The ports of `to` that `from` may connect to: what the policies of both ends allow. A pod always reaches itself.
 * Policies do not apply to pods on the node's network. The address outside is allowed only if all of it is.
 * @see https://kubernetes.io/docs/concepts/services-networking/network-policies/
 */
export function connections(from: Party, to: Party, policies: Table<NetworkPolicy>): Ports {
  if (from === to) return allPorts;
  const sent = isPod(from) ? allowed('egress', from, to, to, policies) : allPorts;
  return isPod(to) ? intersectPorts(sent, allowed('ingress', to, from, to, policies)) : sent;
}

/** @param destination the pod that named ports are looked up in: addresses have none */
function allowed(
  direction: Direction,
  subject: Endpoint,
  other: Party,
  destination: Party,
  policies: Table<NetworkPolicy>,
): Ports {
  const isolatedBy =
    subject.pod.hostNetwork === true
      ? []
      : isolating(inNamespace(policies, subject.namespace), subject.labels, direction);
  if (isolatedBy.length === 0) return allPorts;
  return isolatedBy
    .flatMap((policy) => policy[direction])
    .filter((rule) => names(rule, subject.namespace, other))
    .map(({ ports }) => portsOf(ports))
    .map((ports) => (isPod(destination) ? resolve(ports, destination.pod) : ports.numbered))
    .reduce(unionPorts, noPorts);
}

function names({ peers }: NetworkPolicyRule, home: string, other: Party): boolean {
  if (peers.length === 0) return true;
  return peers.some((peer) =>
    isPod(other)
      ? peerSelects(peer, home, other)
      : peer.ipBlock !== undefined &&
        isValidPeer(peer) &&
        intervals.contains(blockOf(peer.ipBlock), other.outside),
  );
}
