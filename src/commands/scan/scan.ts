/** `hexarisk scan`: the same core over files. */
import { checks } from '../../axes/index.ts';
import { loadWorld, type Message } from '../../observe/files/load.ts';
import { readSources } from '../../observe/files/sources.ts';
import { defaultPolicy } from '../../policy/policy.ts';
import { reportOf } from '../../publish/render.ts';
import type { RiskReport } from '../../publish/report.ts';
import { assessor } from '../../score/assessor.ts';
import { type Level, levels } from '../../score/model.ts';
import { clean } from '../table.ts';
import { reportTable, worstFirst } from './report-table.ts';

export interface ScanFlags {
  readonly output: 'table' | 'wide' | 'json' | 'yaml';
  readonly allFindings: boolean;
  readonly failOn?: Level;
}

/** @returns the exit code: 2 if something could not be read, 1 if `failOn` is reached, else 0 */
export async function scan(paths: readonly string[], flags: ScanFlags): Promise<number> {
  const { sources, errors: unread } = await readSources(paths, process.stdin);
  const loaded = await loadWorld(sources, Math.floor(Date.now() / 60_000));
  const failures: Message[] = [];
  const reports: RiskReport[] = [];
  for (const { workload, assessment, error } of assessor(checks).each(loaded.world, defaultPolicy)) {
    if (assessment !== undefined)
      reports.push(reportOf(assessment, { live: false, allFindings: flags.allFindings }));
    else failures.push({ where: workload.key, message: String(error) });
  }
  const sorted = reports.toSorted(worstFirst);
  process.stdout.write(`${await shown(sorted, flags)}\n`);
  const errors = [...unread, ...loaded.errors, ...failures];
  for (const { where, message } of loaded.warnings) say(`warning: ${where}: ${message}`);
  for (const { where, message } of errors) say(`error: ${where}: ${message}`);
  if (loaded.passedOver > 0)
    say(`${loaded.passedOver} documents without apiVersion and kind were passed over`);
  if (errors.length > 0) return 2;
  const { failOn } = flags;
  const reaches = ({ report }: RiskReport) =>
    failOn !== undefined && levels.indexOf(report.level) >= levels.indexOf(failOn);
  return sorted.some(reaches) ? 1 : 0;
}

async function shown(reports: readonly RiskReport[], { output }: ScanFlags): Promise<string> {
  switch (output) {
    case 'json':
      return JSON.stringify(reports, undefined, 2);
    case 'yaml': {
      const { dump } = await import('js-yaml');
      return dump(reports).trimEnd();
    }
    default:
      return reports.length === 0 ? 'nothing to score' : reportTable(reports, { isWide: output === 'wide' });
  }
}

const say = (line: string): void => void process.stderr.write(`${clean(line)}\n`);
