/** What the outbound checks share: which grants lead out, beyond name resolution. */
import {
  portRange,
  portsText,
  type Ports,
  subtractPorts,
  unionPorts,
  isEmptyPorts,
} from '../../world/exposure/ports.ts';
import { breadthOf } from '../../world/exposure/addresses.ts';
import type { Destinations } from '../../world/exposure/destinations.ts';
import type { Grant } from '../../world/exposure/reach.ts';
import type { Check } from '../check.ts';

/** DNS, on its own port and the one that cluster resolvers and mDNS use. */
const nameResolution: Ports = [53, 5353]
  .flatMap((port) => [portRange('TCP', port), portRange('UDP', port)])
  .reduce(unionPorts);

/** The grant allows more than to look up names. */
export const isMoreThanNames = ({ ports, named }: Grant): boolean =>
  !isEmptyPorts(subtractPorts(ports, nameResolution)) ||
  named.some(({ name }) => !/^(dns|dns-tcp|domain)$/.test(name));

/** The grant leads to everybody on the internet. */
export const leadsOut = (grant: Grant): boolean =>
  breadthOf(grant.addresses) === 'public' && !isEmptyPorts(subtractPorts(grant.ports, nameResolution));

/** Finds the rules of egress policies that lead to a place. Those that lead everywhere network/open-egress tells. */
export function towards(
  grantsTo: (found: Destinations['variants'][number]) => readonly Grant[],
  { weight, what, remedy }: { readonly weight: number; readonly what: string; readonly remedy: string },
): Check['find'] {
  return (variant, workload, { network }) => {
    const found = network.destinations.variants[workload.variants.indexOf(variant)];
    const grants = found === undefined ? [] : grantsTo(found).filter((grant) => !leadsOut(grant));
    return grants.map(({ policy, path, whom, ports }) => ({
      weight,
      message: `an intruder can connect to ${what}: NetworkPolicy ${policy.name} allows ${whom} on ${portsText(ports)}`,
      evidence: [{ object: policy, path }],
      remediation: { text: remedy, patch: [] },
    }));
  };
}
