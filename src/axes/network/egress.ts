/** What the outbound checks share: which grants lead out, beyond name resolution. */
import {
  portRange,
  type Ports,
  subtractPorts,
  unionPorts,
  isEmptyPorts,
} from '../../world/exposure/ports.ts';
import { breadthOf } from '../../world/exposure/addresses.ts';
import type { Grant } from '../../world/exposure/reach.ts';

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
