/** The table of reports that `scan` and the demo print: the columns of `kubectl get riskreports`. */
import type { Writable } from 'node:stream';
import { type Axis, axes } from '../../axes/check.ts';
import type { RiskReport } from '../../publish/report.ts';
import { type Column, paintLevel, table } from '../table.ts';

const titles: Readonly<Record<Axis, string>> = {
  image: 'IMAGE',
  privileges: 'PRIVS',
  api: 'API',
  secrets: 'SECRETS',
  labels: 'LABELS',
  network: 'NETWORK',
};

const columnsFor = (stream: Writable): readonly Column<RiskReport>[] => [
  { title: 'NAMESPACE', text: ({ metadata }) => metadata.namespace },
  { title: 'KIND', text: ({ workload }) => workload.kind },
  { title: 'WORKLOAD', text: ({ workload }) => workload.name },
  { title: 'SCORE', text: ({ report }) => String(report.score), right: true },
  {
    title: 'LEVEL',
    text: ({ report }) => report.level,
    paint: ({ report }, text) => paintLevel(report.level, text, stream),
  },
  ...axes.map(
    (axis): Column<RiskReport> => ({
      title: titles[axis],
      text: ({ report }) => String(report.axes[axis].score),
      right: true,
    }),
  ),
  { title: 'OWNER', text: ({ report }) => report.owner.team ?? '' },
];

const wide: readonly Column<RiskReport>[] = [
  { title: 'TOP FINDING', text: ({ report }) => report.findings[0]?.check ?? '' },
  { title: 'IF FIXED', text: ({ report }) => report.findings[0]?.ifFixed ?? '', right: true },
];

/** Worst first, as a person wants to read them. */
export function reportTable(
  reports: readonly RiskReport[],
  { isWide = false, stream = process.stdout }: { readonly isWide?: boolean; readonly stream?: Writable } = {},
): string {
  const columns = columnsFor(stream);
  return table(isWide ? [...columns, ...wide] : columns, reports.toSorted(worstFirst));
}

export const worstFirst = (a: RiskReport, b: RiskReport): number =>
  Number(b.report.exact) - Number(a.report.exact) ||
  compare(a.metadata.namespace, b.metadata.namespace) ||
  compare(a.metadata.name, b.metadata.name);

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
