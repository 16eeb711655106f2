/** The connection map as a list: who may connect to whom, and on which ports. */
import type { Connectivity } from '../../world/connectivity/connectivity.ts';
import type { Site } from '../../world/connectivity/sites.ts';
import { type Addresses, allAddresses } from '../../world/exposure/addresses.ts';
import type { Flows } from '../../world/exposure/flows.ts';
import * as intervals from '../../world/exposure/intervals.ts';
import type { Direction } from '../../world/exposure/policies.ts';
import { equalPorts, intersectPorts, isEmptyPorts, type Ports } from '../../world/exposure/ports.ts';
import { type End, isSite } from './ends.ts';

export interface Entry {
  readonly from: End;
  readonly to: End;
  /** Never empty. */
  readonly ports: Ports;
}

export interface Narrowing {
  readonly from?: End | undefined;
  readonly to?: End | undefined;
  readonly ports: Ports;
}

/**
 * One entry for each pair of workloads and, for each workload, one for all addresses outside with the same ports. None
 * where nothing is allowed, and none from a workload to itself.
 */
export function* entriesOf(map: Connectivity, { from, to, ports }: Narrowing): Iterable<Entry> {
  const sources = sitesAt(map, from);
  const destinations = sitesAt(map, to);
  for (const source of sources) {
    for (const destination of destinations) {
      if (source === destination) continue;
      const open = intersectPorts(map.between(source, destination), ports);
      if (!isEmptyPorts(open)) yield { from: source, to: destination, ports: open };
    }
    for (const { outside, open } of outsideOf(map, 'egress', source, addressesAt(to), ports))
      yield { from: source, to: { outside }, ports: open };
  }
  for (const destination of destinations) {
    for (const { outside, open } of outsideOf(map, 'ingress', destination, addressesAt(from), ports))
      yield { from: { outside }, to: destination, ports: open };
  }
}

const sitesAt = ({ sites }: Connectivity, end: End | undefined): readonly Site[] =>
  end === undefined ? sites : isSite(end) ? [end] : [];

const addressesAt = (end: End | undefined): Addresses =>
  end === undefined ? allAddresses : isSite(end) ? [] : end.outside;

interface Outside {
  readonly outside: Addresses;
  readonly open: Ports;
}

function outsideOf(
  map: Connectivity,
  direction: Direction,
  site: Site,
  within: Addresses,
  ports: Ports,
): readonly Outside[] {
  if (within.length === 0) return [];
  return byPorts(map.outside(direction, site), ports).flatMap(({ outside, open }) => {
    const narrowed = intervals.intersection(outside, within);
    return narrowed.length === 0 ? [] : { outside: narrowed, open };
  });
}

/** Addresses with the same ports together, the lowest first. */
function byPorts(flows: Flows, asked: Ports): readonly Outside[] {
  const groups: Outside[] = [];
  for (const { from, end, ports } of flows) {
    const open = intersectPorts(ports, asked);
    if (isEmptyPorts(open)) continue;
    const at = groups.findIndex((group) => equalPorts(group.open, open));
    const outside = intervals.canonical([...(groups[at]?.outside ?? []), { from, end }]);
    if (at < 0) groups.push({ outside, open });
    else groups[at] = { outside, open };
  }
  return groups;
}
