/** Which rules of NetworkPolicies let in what a front passes on. */
import { breadthOf } from '../addresses.ts';
import { type Endpoint, peerSelects } from '../policies.ts';
import { overlapPorts, type Ports } from '../ports.ts';
import { type Grant, isOpen, type Reach } from '../reach.ts';
import type { Front } from './front.ts';

/** Whether it is known which rules count: nothing needs to be where none isolates. */
export const isDecided = (reach: Reach, { place }: Front): boolean =>
  reach.onNode || isOpen(reach) || place !== 'unknown';

/** @param home the namespace of the policies. @returns the first rule that lets the front in to one of the ports */
export function passOf(reach: Reach, home: string, front: Front, ports: Ports): Grant | undefined {
  const admits = (grant: Grant): boolean =>
    grant.scope === 'everyone' ||
    (front.place === 'outside'
      ? grant.addresses.length > 0
      : front.pods.some((pod) => includes(grant, home, pod)));
  return reach.grants.find((grant) => overlapPorts(grant.ports, ports) && admits(grant));
}

/** The address of a pod, or of its node, is not known here: a block that is as wide as a network may hold it. */
function includes({ peer, addresses }: Grant, home: string, pod: Endpoint): boolean {
  if (addresses.length > 0) return ['public', 'private'].includes(breadthOf(addresses));
  return peer !== undefined && peerSelects(peer, home, pod);
}
