import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Child, lastLines, startChild, Watchdog } from '../cluster/children.ts';
import { Problem } from '../cluster/problem.ts';
import { waitFor } from '../cluster/wait.ts';
import { root } from './kubectl.ts';
import { hexarisk } from './manifests.ts';
import type { Session } from './session.ts';

export interface RunningOperator {
  readonly log: string;
  /** http://127.0.0.1:PORT/metrics */
  readonly metrics: string;
  /** Has it said that every report is written? */
  readonly hasWrittenAll: () => boolean;
}

const LISTENS_WITHIN_MS = 30_000;
/** It writes what is pending for 5 s at most. */
const ENDS_WITHIN_MS = 8000;

/** Starts the operator as a user would, on free ports. Its log goes to a file that is kept only if it fails. */
export async function startOperator(
  clusterFlags: readonly string[],
  session: Session,
): Promise<RunningOperator> {
  const folder = mkdtempSync(join(tmpdir(), 'hexarisk-demo-'));
  const log = join(folder, 'operator.log');
  const watchdog = new Watchdog(folder);
  const anyPort = ['--metrics-address', '127.0.0.1:0', '--health-address', '127.0.0.1:0'];
  const args = ['operator', ...clusterFlags, ...anyPort, '--log-format', 'json'];
  let failed = false;
  session.cleanup.defer(() => watchdog.close({ keepFolder: failed }));
  const child = startChild({ name: 'operator', path: hexarisk, args, log, cwd: root }, watchdog);
  session.cleanup.defer(() => child.end('SIGTERM', ENDS_WITHIN_MS));
  void child.ended.then((how) => {
    if (child.isEnding()) return;
    failed = true;
    session.fail(earlyEnd(how, log));
  });
  const metrics = await metricsAddress(child, log, session.signal).catch((error: unknown) => {
    failed = true;
    throw error;
  });
  return { log, metrics, hasWrittenAll: () => entries(log).some(({ message }) => message === WRITTEN) };
}

const WRITTEN = 'all reports are written';

interface LogEntry {
  readonly message?: string;
  readonly metrics?: string;
}

/** The JSON lines of the log; the last may be half written. */
const entries = (log: string): readonly LogEntry[] =>
  readFileSync(log, 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('{') && line.endsWith('}'))
    .map((line) => JSON.parse(line) as LogEntry);

const metricsAddress = (child: Child, log: string, signal: AbortSignal): Promise<string> =>
  waitFor(
    async () => {
      if (child.hasEnded()) throw earlyEnd(await child.ended, log);
      return entries(log).find(({ message }) => message === 'listening')?.metrics;
    },
    { what: `the operator to listen (its log: ${log})`, timeoutMs: LISTENS_WITHIN_MS, signal },
  );

const earlyEnd = (how: string, log: string): Problem =>
  new Problem(`the operator ended: ${how}. The end of ${log}:\n${lastLines(log, 10)}`);
