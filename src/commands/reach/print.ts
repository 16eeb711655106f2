/** The connection map in words, and for machines. */
import { addressesText, allAddresses, cidrsOf } from '../../world/exposure/addresses.ts';
import * as intervals from '../../world/exposure/intervals.ts';
import { equalPorts, type Ports, portsText, protocols } from '../../world/exposure/ports.ts';
import { escaped } from '../output.ts';
import { type Column, table } from '../table.ts';
import { type End, isSite } from './ends.ts';
import type { Entry } from './entries.ts';

const NOTHING = 'no connection is allowed';

/** `[{from, to, ports: [{protocol, from, to}]}]`, a line each; addresses outside as CIDRs. */
export function* json(entries: Iterable<Entry>): Iterable<string> {
  const known = new WeakMap<Ports, string>();
  const portsJson = (ports: Ports): string => {
    const text = known.get(ports) ?? JSON.stringify(intervalsOf(ports));
    known.set(ports, text);
    return text;
  };
  let before = '[\n';
  for (const { from, to, ports } of entries) {
    for (const source of namesOf(from)) {
      for (const destination of namesOf(to)) {
        const ends = `"from":${JSON.stringify(source)},"to":${JSON.stringify(destination)}`;
        yield `${before}  ${escaped(`{${ends},"ports":${portsJson(ports)}}`)}`;
        before = ',\n';
      }
    }
  }
  yield before === '[\n' ? '[]\n' : '\n]\n';
}

const namesOf = (end: End): readonly string[] => (isSite(end) ? [end.name] : cidrsOf(end.outside));

const intervalsOf = (ports: Ports) =>
  protocols.flatMap((protocol) => ports[protocol].map(({ from, end }) => ({ protocol, from, to: end - 1 })));

interface Row {
  readonly from: string;
  readonly to: string;
  readonly ports: string;
}

const columns: readonly Column<Row>[] = [
  { title: 'FROM', text: ({ from }) => from },
  { title: 'TO', text: ({ to }) => to },
  { title: 'PORTS', text: ({ ports }) => ports },
];

/** @param others how many workloads there are to connect to, so that all of them can be said in one row */
export function mapTable(entries: Iterable<Entry>, others: number): string {
  const rows = [...Map.groupBy(entries, ({ from }) => from).values()].flatMap((some) => rowsOf(some, others));
  return rows.length === 0 ? `${NOTHING}\n` : `${table(columns, rows)}\n`;
}

/** Of one source: a row for each destination, or one for all workloads where each may be connected to alike. */
function rowsOf(entries: readonly Entry[], others: number): readonly Row[] {
  const inside = entries.filter(({ to }) => isSite(to));
  const [first] = inside;
  const isSame =
    others > 1 &&
    inside.length === others &&
    inside.every(({ ports }) => equalPorts(ports, first?.ports ?? ports));
  const shown = isSame ? entries.filter((entry) => entry === first || !inside.includes(entry)) : entries;
  return shown.map((entry) => ({
    from: nameOf(entry.from),
    to: isSame && entry === first ? `every other workload (${others})` : nameOf(entry.to),
    ports: portsText(entry.ports),
  }));
}

/** In few words: a list of many CIDRs is no help to a reader. */
export const nameOf = (end: End): string =>
  isSite(end)
    ? end.name
    : intervals.equal(end.outside, allAddresses)
      ? 'outside: every address'
      : `outside: ${addressesText(end.outside)}`;
