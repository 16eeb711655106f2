/**
 * Sets of IP addresses, both families on one line: IPv4 from 0, IPv6 from 2^128, so that the two never touch.
 * CIDRs are read as the API server reads them in NetworkPolicies and Services (`ParseCIDRSloppy`): leading zeros are
 * decimal, host bits are masked away, and an IPv4 address that is mapped into IPv6 is that IPv4 address.
 */
import * as intervals from './intervals.ts';
import type { Intervals } from './intervals.ts';

/** Canonical: equal sets are deep-equal. */
export type Addresses = Intervals<bigint>;

const V4_BITS = 32;
const V6_BITS = 128;
const V6_START = 1n << 128n;
/** The first 96 bits of an IPv4 address that is mapped into IPv6: `::ffff:0:0/96`. */
const MAPPED = 0xffffn;

export const noAddresses: Addresses = [];
export const allAddresses: Addresses = [
  { from: 0n, end: 1n << BigInt(V4_BITS) },
  { from: V6_START, end: V6_START + (1n << BigInt(V6_BITS)) },
];

/** @returns undefined for what the API server refuses */
export function parseCidr(text: string): Addresses | undefined {
  const slash = text.indexOf('/');
  if (slash < 0) return undefined;
  const length = /^\d+$/.test(text.slice(slash + 1)) ? Number(text.slice(slash + 1)) : Number.NaN;
  const address = text.slice(0, slash);
  const v4 = parseV4(address);
  if (v4 !== undefined) return length <= V4_BITS ? block(v4, V4_BITS - length, 0n) : undefined;
  const v6 = parseV6(address);
  if (v6 === undefined || !(length <= V6_BITS)) return undefined;
  // a mask that leaves the prefix of mapped addresses whole makes it an IPv4 network
  const isV4 = v6 >> 32n === MAPPED && length >= V6_BITS - V4_BITS;
  return isV4 ? block(v6 & 0xffffffffn, V6_BITS - length, 0n) : block(v6, V6_BITS - length, V6_START);
}

/** A single address as a set. @returns undefined for what is no IP address */
export const parseAddress = (text: string): Addresses | undefined =>
  text.includes('/') ? undefined : parseCidr(`${text}/${text.includes(':') ? V6_BITS : V4_BITS}`);

function block(address: bigint, hostBits: number, start: bigint): Addresses {
  const bits = BigInt(hostBits);
  const from = start + ((address >> bits) << bits);
  return [{ from, end: from + (1n << bits) }];
}

function parseV4(text: string): bigint | undefined {
  const octets = text.split('.');
  if (octets.length !== 4 || octets.some((octet) => !/^\d+$/.test(octet) || Number(octet) > 255))
    return undefined;
  return octets.reduce((address, octet) => (address << 8n) | BigInt(Number(octet)), 0n);
}

function parseV6(text: string): bigint | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const groups = halves.map((half, index) => groupsOf(half, index === halves.length - 1));
  const [left, right] = groups;
  if (left === undefined || (halves.length === 2 && right === undefined)) return undefined;
  const given = left.length + (right?.length ?? 0);
  // the gap stands for at least one group
  if (halves.length === 1 ? given !== 8 : given > 7) return undefined;
  const gap = Array.from({ length: 8 - given }, () => 0n);
  return [...left, ...gap, ...(right ?? [])].reduce((address, group) => (address << 16n) | group, 0n);
}

/** Groups of 16 bits; the last may be an IPv4 address, which makes two. */
function groupsOf(text: string, isEnd: boolean): readonly bigint[] | undefined {
  if (text === '') return [];
  const groups: bigint[] = [];
  const parts = text.split(':');
  for (const [index, part] of parts.entries()) {
    const v4 = isEnd && index === parts.length - 1 && part.includes('.') ? parseV4(part) : undefined;
    if (v4 !== undefined) groups.push(v4 >> 16n, v4 & 0xffffn);
    else if (/^0*[0-9a-fA-F]{1,4}$/.test(part)) groups.push(BigInt(`0x${part}`));
    else return undefined;
  }
  return groups;
}

/** Reads constants of this folder. */
function cidrs(...texts: readonly string[]): Addresses {
  return intervals.canonical(texts.flatMap((text) => parseCidr(text) ?? []));
}

/** Networks that are not routed on the internet: an organisation's own, and so nodes and pods as well. */
export const privateNetworks: readonly Addresses[] = [
  cidrs('10.0.0.0/8'),
  cidrs('172.16.0.0/12'),
  cidrs('192.168.0.0/16'),
  cidrs('100.64.0.0/10'),
  cidrs('fc00::/7'),
];
export const privateAddresses: Addresses = intervals.canonical(privateNetworks.flat());
/** Where everybody is: all but private, loopback, link-local, multicast and reserved addresses. */
export const publicAddresses: Addresses = intervals.difference(
  cidrs('0.0.0.0/0', '2000::/3'),
  intervals.union(
    privateAddresses,
    cidrs('0.0.0.0/8', '127.0.0.0/8', '169.254.0.0/16', '224.0.0.0/3', '2001:db8::/32'),
  ),
);
/** Where the clouds serve instance credentials: the link-local address, and AWS's over IPv6. */
export const metadataAddresses: Addresses = cidrs('169.254.169.254/32', 'fd00:ec2::254/128');

const sizeOf = (addresses: Addresses): bigint =>
  addresses.reduce((sum, { from, end }) => sum + (end - from), 0n);

/** A share of a family that is no list of known places any more: above a /8 of IPv4 or a /16 of IPv6. */
function isVast(addresses: Addresses): boolean {
  const v4 = addresses.filter(({ from }) => from < V6_START);
  const v6 = addresses.filter(({ from }) => from >= V6_START);
  return sizeOf(v4) > 1n << 24n || sizeOf(v6) > 1n << 112n;
}

/** What a set of addresses amounts to: everybody, a whole private network, a few known places, nobody. */
export function breadthOf(addresses: Addresses): 'public' | 'private' | 'few' | 'none' {
  if (addresses.length === 0) return 'none';
  if (isVast(intervals.intersection(addresses, publicAddresses))) return 'public';
  // as wide as a usual node network (/16)
  const own = intervals.intersection(addresses, privateAddresses);
  const v4 = own.filter(({ from }) => from < V6_START);
  return sizeOf(v4) >= 1n << 16n || sizeOf(own) >= 1n << 64n ? 'private' : 'few';
}

/** As CIDRs, as few and as large as can be, in order. */
export function cidrsOf(addresses: Addresses): readonly string[] {
  return addresses.flatMap((interval) => {
    const found: string[] = [];
    const isV6 = interval.from >= V6_START;
    const start = isV6 ? V6_START : 0n;
    const [bits, format] = isV6 ? [V6_BITS, v6Text] : [V4_BITS, v4Text];
    const end = interval.end - start;
    for (let from = interval.from - start; from < end; ) {
      let hostBits = bits;
      // the largest block that begins here and ends within
      while (from % (1n << BigInt(hostBits)) !== 0n || from + (1n << BigInt(hostBits)) > end) hostBits -= 1;
      found.push(`${format(from)}/${bits - hostBits}`);
      from += 1n << BigInt(hostBits);
    }
    return found;
  });
}

/** `10.0.0.0/8`, or `a-b` where no one CIDR says it; at most `most` of them. */
export function addressesText(addresses: Addresses, most = 3): string {
  if (intervals.equal(addresses, allAddresses)) return 'every address';
  const texts = addresses.map(({ from, end }) => {
    const size = end - from;
    const start = from >= V6_START ? from - V6_START : from;
    const format = from >= V6_START ? v6Text : v4Text;
    const bits = size.toString(2).length - 1;
    const total = from >= V6_START ? V6_BITS : V4_BITS;
    return size === 1n << BigInt(bits) && start % size === 0n
      ? `${format(start)}/${total - bits}`
      : `${format(start)}-${format(start + size - 1n)}`;
  });
  const shown = texts.slice(0, most).join(', ');
  return texts.length > most ? `${shown} and ${texts.length - most} more` : shown;
}

const v4Text = (address: bigint): string =>
  [24n, 16n, 8n, 0n].map((shift) => ((address >> shift) & 255n).toString()).join('.');

function v6Text(address: bigint): string {
  const groups = Array.from({ length: 8 }, (_, index) =>
    ((address >> BigInt(16 * (7 - index))) & 0xffffn).toString(16),
  );
  // the longest run of zero groups is written as a gap
  const runs = [...groups.join(':').matchAll(/(?<![0-9a-f])0(?::0(?![0-9a-f]))+/g)].map(([run]) => run);
  const longest = runs.toSorted((a, b) => b.length - a.length)[0];
  const text = groups.join(':');
  if (longest === undefined) return text;
  const at = text.search(new RegExp(`(?<![0-9a-f])${longest}(?![0-9a-f])`));
  const before = text.slice(0, at).replace(/:$/, '');
  const after = text.slice(at + longest.length).replace(/^:/, '');
  return `${before}::${after}`;
}
