/** What `--from`, `--to` and `--port` name. */
import type { Connectivity } from '../../world/connectivity/connectivity.ts';
import type { Site } from '../../world/connectivity/sites.ts';
import { type Addresses, addressesText, parseAddress, parseCidr } from '../../world/exposure/addresses.ts';
import * as intervals from '../../world/exposure/intervals.ts';
import { isProtocol, noPorts, portRange, type Ports } from '../../world/exposure/ports.ts';
import { CommandError } from '../error.ts';
import { clean } from '../table.ts';

/** A workload, or addresses outside. */
export type End = Site | { readonly outside: Addresses };

export const isSite = (end: End): end is Site => 'workload' in end;

export const textOfEnd = (end: End): string => (isSite(end) ? end.name : addressesText(end.outside));

/** The addresses that a flag names; undefined for the name of a workload. */
export const addressesIn = (text: string): Addresses | undefined => parseAddress(text) ?? parseCidr(text);

/**
 * @param text an address, a CIDR, `namespace/kind/name` or, where that is one workload, `namespace/name`
 * @throws CommandError if that is nothing, or several
 */
export function endOf(text: string, flag: string, { sites }: Connectivity): End {
  const outside = addressesIn(text);
  if (outside !== undefined) return podsAt(outside, sites) ?? { outside };
  const parts = text.split('/');
  const wanted = parts.length === 3 ? withLowerKind(parts) : text;
  const found = sites.filter(
    (site) => site.name === wanted || (parts.length === 2 && shortName(site) === text),
  );
  const [first, second] = found;
  if (first === undefined) throw refused(`${flag} ${text}: ${hintFor(text, sites)}`);
  if (second !== undefined)
    throw refused(`${flag} ${text}: several are named so: ${found.map(({ name }) => name).join(', ')}`);
  return first;
}

/** Names come from outside. */
const refused = (message: string): CommandError => new CommandError(clean(message));

const withLowerKind = ([namespace = '', kind = '', name = '']: readonly string[]): string =>
  `${namespace}/${kind.toLowerCase()}/${name}`;

const shortName = ({ workload: { ref } }: Site): string => `${ref.namespace}/${ref.name}`;

/** An address that a workload's pods have is not outside. */
function podsAt(address: Addresses, sites: readonly Site[]): Site | undefined {
  const having = sites.filter(({ endpoints }) =>
    endpoints.some(
      ({ pod, addresses }) => pod.hostNetwork !== true && intervals.contains(addresses, address),
    ),
  );
  return having.length === 1 ? having[0] : undefined;
}

function hintFor(text: string, sites: readonly Site[]): string {
  const expected = 'expected namespace/kind/name, an address or a CIDR';
  const name = text.slice(text.lastIndexOf('/') + 1);
  const alike = sites.filter(({ workload }) => workload.ref.name === name).map((site) => site.name);
  const shown = alike.length > 0 ? alike : sites.map((site) => site.name);
  const more = shown.length > 5 ? ', ...' : '';
  return shown.length === 0
    ? `there are no workloads; ${expected}`
    : `there is no such workload; ${expected}, such as ${shown.slice(0, 5).join(', ')}${more}`;
}

/** @param text `80`, which is TCP, `53/udp` or `8000-8080/tcp` @throws CommandError */
export function portsIn(text: string): Ports {
  const match = /^(\d{1,5})(?:-(\d{1,5}))?(?:\/([a-z]+))?$/i.exec(text);
  const [, first = '', last = first, name = 'TCP'] = match ?? [];
  const protocol = name.toUpperCase();
  const ports = isProtocol(protocol) ? portRange(protocol, Number(first), Number(last)) : noPorts;
  if (ports === noPorts)
    throw new CommandError(
      `--port ${text}: expected a port such as 80, 53/udp or 8000-8080/tcp, from 1 to 65535, of TCP, UDP or SCTP`,
    );
  return ports;
}
