/** Sets of ports: intervals for each protocol that a NetworkPolicy knows. */
import * as intervals from './intervals.ts';
import type { Intervals } from './intervals.ts';

export const protocols = ['TCP', 'UDP', 'SCTP'] as const;
export type Protocol = (typeof protocols)[number];

/** Canonical: equal sets are deep-equal. */
export type Ports = Readonly<Record<Protocol, Intervals<number>>>;

const FIRST = 1;
const LAST = 65535;
const whole: Intervals<number> = [{ from: FIRST, end: LAST + 1 }];

export const noPorts: Ports = { TCP: [], UDP: [], SCTP: [] };
export const allPorts: Ports = { TCP: whole, UDP: whole, SCTP: whole };

export const isProtocol = (name: string): name is Protocol => (protocols as readonly string[]).includes(name);

/** @returns no port for numbers that are no ports or the wrong way round */
export function portRange(protocol: Protocol, from: number, to = from): Ports {
  const valid = Number.isInteger(from) && Number.isInteger(to) && from >= FIRST && to <= LAST && from <= to;
  return valid ? { ...noPorts, [protocol]: [{ from, end: to + 1 }] } : noPorts;
}

export const everyPortOf = (protocol: Protocol): Ports => ({ ...noPorts, [protocol]: whole });

type Operation = (a: Intervals<number>, b: Intervals<number>) => Intervals<number>;

/** Applies an operation protocol by protocol, and keeps `a` itself where nothing changes. */
function perProtocol(a: Ports, b: Ports, operation: Operation): Ports {
  const TCP = operation(a.TCP, b.TCP);
  const UDP = operation(a.UDP, b.UDP);
  const SCTP = operation(a.SCTP, b.SCTP);
  return TCP === a.TCP && UDP === a.UDP && SCTP === a.SCTP ? a : { TCP, UDP, SCTP };
}

export const unionPorts = (a: Ports, b: Ports): Ports => perProtocol(a, b, intervals.union);
export const intersectPorts = (a: Ports, b: Ports): Ports =>
  a === allPorts ? b : b === allPorts ? a : perProtocol(a, b, intervals.intersection);
export const subtractPorts = (a: Ports, b: Ports): Ports => perProtocol(a, b, intervals.difference);

export const equalPorts = (a: Ports, b: Ports): boolean =>
  a === b || protocols.every((protocol) => intervals.equal(a[protocol], b[protocol]));

export const isEmptyPorts = (ports: Ports): boolean =>
  protocols.every((protocol) => ports[protocol].length === 0);

export const isAllPorts = (ports: Ports): boolean => equalPorts(ports, allPorts);

export const overlapPorts = (a: Ports, b: Ports): boolean => !isEmptyPorts(intersectPorts(a, b));

export const hasPort = (ports: Ports, protocol: Protocol, port: number): boolean =>
  intervals.has(ports[protocol], port);

/** `TCP 80,8000-8080; UDP 53`, `all ports` or `no port`. */
export function portsText(ports: Ports): string {
  if (isAllPorts(ports)) return 'all ports';
  const parts = protocols.flatMap((protocol) => {
    const ranges = ports[protocol].map(({ from, end }) =>
      end - from === 1 ? `${from}` : `${from}-${end - 1}`,
    );
    return ranges.length === 0 ? [] : [`${protocol} ${ranges.join(',')}`];
  });
  return parts.length === 0 ? 'no port' : parts.join('; ');
}
