/**
 * Sets of (address, protocol, port): the product of addresses and ports, and unions of such products. The form is a
 * table from address ranges to ports, sorted, without empty rows, neighbours with equal ports merged; so each set
 * has exactly one form, and every operation gives a new value.
 */
import { type Addresses, allAddresses } from './addresses.ts';
import { canonical, intersection } from './intervals.ts';
import {
  allPorts,
  equalPorts,
  intersectPorts,
  isEmptyPorts,
  noPorts,
  overlapPorts,
  type Ports,
  subtractPorts,
  unionPorts,
} from './ports.ts';

export interface Row {
  readonly from: bigint;
  readonly end: bigint;
  readonly ports: Ports;
}

/** Canonical: equal sets are deep-equal. */
export type Flows = readonly Row[];

export const product = (addresses: Addresses, ports: Ports): Flows =>
  isEmptyPorts(ports) ? noFlows : addresses.map((interval) => ({ ...interval, ports }));

export const noFlows: Flows = [];
export const allFlows: Flows = allAddresses.map((interval) => ({ ...interval, ports: allPorts }));

/** The flows of ranges of addresses, which are in order and do not overlap, with the ports of each. */
export function flowsOf(parts: readonly { readonly range: Addresses; readonly ports: Ports }[]): Flows {
  const rows: Row[] = [];
  for (const { range, ports } of parts) {
    if (isEmptyPorts(ports)) continue;
    for (const { from, end } of range) {
      const last = rows.at(-1);
      if (last?.end === from && equalPorts(last.ports, ports)) rows[rows.length - 1] = { ...last, end };
      else rows.push({ from, end, ports });
    }
  }
  return rows;
}

/** Cuts both tables at every edge of either, applies the operation to each piece, and merges what is alike. */
function pieceByPiece(a: Flows, b: Flows, operation: (x: Ports, y: Ports) => Ports): Flows {
  const edges = [...new Set([...a, ...b].flatMap(({ from, end }) => [from, end]))].sort((x, y) =>
    x < y ? -1 : 1,
  );
  const out: Row[] = [];
  for (const [index, from] of edges.entries()) {
    const end = edges[index + 1];
    if (end === undefined) break;
    const ports = operation(portsAt(a, from), portsAt(b, from));
    const last = out.at(-1);
    if (isEmptyPorts(ports)) continue;
    if (last !== undefined && last.end === from && equalPorts(last.ports, ports)) {
      out[out.length - 1] = { ...last, end };
    } else out.push({ from, end, ports });
  }
  return out;
}

export const unionFlows = (a: Flows, b: Flows): Flows =>
  a === b || b.length === 0 ? a : a.length === 0 ? b : pieceByPiece(a, b, unionPorts);
export const intersectFlows = (a: Flows, b: Flows): Flows => pieceByPiece(a, b, intersectPorts);
export const subtractFlows = (a: Flows, b: Flows): Flows => pieceByPiece(a, b, subtractPorts);

export const equalFlows = (a: Flows, b: Flows): boolean =>
  a === b ||
  (a.length === b.length &&
    a.every((row, index) => {
      const other = b[index];
      return row.from === other?.from && row.end === other.end && equalPorts(row.ports, other.ports);
    }));

/** What one address may do. */
export const portsAt = (flows: Flows, address: bigint): Ports =>
  flows.find(({ from, end }) => from <= address && address < end)?.ports ?? noPorts;

/** The addresses that may use at least one of the ports. */
export const addressesUsing = (flows: Flows, ports: Ports): Addresses =>
  canonical(flows.filter((row) => overlapPorts(row.ports, ports)));

/** The ports that at least one of the addresses may use. */
export const portsUsedBy = (flows: Flows, addresses: Addresses): Ports =>
  flows
    .filter(({ from, end }) => intersection([{ from, end }], addresses).length > 0)
    .reduce((ports, row) => unionPorts(ports, row.ports), noPorts);
