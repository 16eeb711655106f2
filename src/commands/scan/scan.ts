/** `hexarisk scan`: the same core over files. */
import { checks } from '../../axes/index.ts';
import { loadWorld, type Message } from '../../observe/files/load.ts';
import { readSources } from '../../observe/files/sources.ts';
import { defaultPolicy } from '../../policy/policy.ts';
import { reportOf } from '../../publish/render.ts';
import type { RiskReport } from '../../publish/report.ts';
import { assessor } from '../../score/assessor.ts';
import { type Level, levels } from '../../score/model.ts';
import type { World } from '../../world/world.ts';
import { type Streams, write } from '../output.ts';
import { messageLines } from './messages.ts';
import { type Format, NOTHING, printed } from './print.ts';
import { type Progress, progressOn } from './progress.ts';
import { worstFirst } from './report-table.ts';

export interface ScanFlags {
  readonly output: Format;
  readonly allFindings: boolean;
  readonly failOn?: Level;
}

/** @returns the exit code: 2 if something could not be read, 1 if `failOn` is reached, else 0 */
export async function scan(
  paths: readonly string[],
  flags: ScanFlags,
  { stdin, stdout, stderr }: Streams = process,
): Promise<number> {
  const progress = progressOn(stderr);
  const { sources, errors: unread } = await readSources(paths, stdin, () =>
    progress.tick(() => 'finding files'),
  );
  const loaded = await loadWorld(sources, Math.floor(Date.now() / 60_000), () =>
    progress.tick(() => 'reading documents'),
  );
  const { reports, failures } = assessAll(loaded.world, flags.allFindings, progress);
  progress.done();
  const errors = [...unread, ...loaded.errors, ...failures];

  await write(stdout, printed(reports, flags.output, stdout));
  for (const line of messageLines(loaded.warnings, errors, loaded.passedOver)) stderr.write(`${line}\n`);
  const isForMachines = flags.output === 'json' || flags.output === 'yaml';
  if (isForMachines && reports.length === 0) stderr.write(`${NOTHING}\n`);
  if (errors.length > 0) return 2;
  return reports.some(({ report }) => reaches(report.level, flags.failOn)) ? 1 : 0;
}

/** All reports, the worst first, and the workloads on which a check failed, which is a defect of ours. */
function assessAll(world: World, allFindings: boolean, progress: Progress) {
  const failures: Message[] = [];
  const reports: RiskReport[] = [];
  for (const { workload, assessment, error } of assessor(checks).each(world, defaultPolicy)) {
    if (assessment !== undefined) reports.push(reportOf(assessment, { live: false, allFindings }));
    else failures.push({ where: workload.key, message: String(error) });
    progress.tick(() => `scoring: ${reports.length} workloads`);
  }
  return { reports: reports.toSorted(worstFirst), failures };
}

const reaches = (level: Level, failOn: Level | undefined): boolean =>
  failOn !== undefined && levels.indexOf(level) >= levels.indexOf(failOn);
