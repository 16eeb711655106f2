/** What `scan` prints to stdout, in pieces: all reports of a large cluster are more than one string may hold. */
import type { Writable } from 'node:stream';
import type { RiskReport } from '../../publish/report.ts';
import { escaped } from '../output.ts';
import { reportTable } from './report-table.ts';

export type Format = 'table' | 'wide' | 'json' | 'yaml';

export const NOTHING = 'nothing to score';

/** @param stream decides about colour */
export async function* printed(
  reports: readonly RiskReport[],
  format: Format,
  stream: Writable,
): AsyncIterable<string> {
  if (format === 'json') yield* json(reports);
  else if (format === 'yaml') yield* yaml(reports);
  else if (reports.length === 0) yield `${NOTHING}\n`;
  else yield `${reportTable(reports, { isWide: format === 'wide', stream })}\n`;
}

function* json(reports: readonly RiskReport[]): Iterable<string> {
  let before = '[\n';
  for (const report of reports) {
    yield before + escaped(JSON.stringify(report, undefined, 2)).replaceAll(/^/gm, '  ');
    before = ',\n';
  }
  yield reports.length === 0 ? '[]\n' : '\n]\n';
}

async function* yaml(reports: readonly RiskReport[]): AsyncIterable<string> {
  const { dump } = await import('js-yaml');
  if (reports.length === 0) yield '[]\n';
  for (const report of reports) {
    const text = JSON.stringify(report);
    const safe = escaped(text);
    // JSON is YAML, and the form in which any character can be escaped
    yield safe === text ? dump([report], { noRefs: true, lineWidth: -1 }) : `- ${safe}\n`;
  }
}
