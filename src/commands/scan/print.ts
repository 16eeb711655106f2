/** What `scan` prints to stdout, in pieces: all reports of a large cluster are more than one string may hold. */
import type { Writable } from 'node:stream';
import type { RiskReport } from '../../publish/report.ts';
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
    // within a list, so that it is indented as an item of one
    yield before + escaped(JSON.stringify([report], undefined, 2)).slice('[\n'.length, -'\n]'.length);
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

/** JSON, with what a terminal obeys, or what hides or reorders text, as `\u` escapes: the value stays the same. */
const escaped = (text: string): string =>
  PLAIN.test(text)
    ? text
    : text.replaceAll(/[\u007f-\u009f\u2028\u2029\p{Cf}]/gu, (letter) =>
        Array.from({ length: letter.length }, (_, index) => unit(letter.charCodeAt(index))).join(''),
      );

/** Nearly every text, and far quicker to tell. */
const PLAIN = /^[\n -~]*$/;

const unit = (code: number): string => `\\u${code.toString(16).padStart(4, '0')}`;
