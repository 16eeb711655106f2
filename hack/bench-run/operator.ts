/** The operator as a user runs it, with the probe in it. */
import { readFileSync } from 'node:fs';
import { lastLines } from '../cluster/children.ts';
import { Problem } from '../cluster/problem.ts';
import { waitFor } from '../cluster/wait.ts';
import { hexarisk } from '../demo-run/manifests.ts';
import { type Measured, startMeasured, type Workshop } from './measured.ts';

export interface Operator extends Measured {
  /** http://127.0.0.1:PORT/metrics */
  readonly metrics: string;
  /** What it has warned of so far, each once. */
  warnings(): readonly string[];
  stop(): Promise<void>;
}

interface LogEntry {
  readonly level?: string;
  readonly message?: string;
  readonly metrics?: string;
}

const WRITTEN = 'all reports are written';
/** It writes what is pending for 5 s at most. */
const ENDS_WITHIN_MS = 8000;

/** Starts it on free ports. @returns when it says that all reports are written */
export async function startOperator(
  name: string,
  { kubeconfig, timeoutMs }: { readonly kubeconfig: string; readonly timeoutMs: number },
  workshop: Workshop,
): Promise<Operator> {
  const anyPort = ['--metrics-address', '127.0.0.1:0', '--health-address', '127.0.0.1:0'];
  const args = ['operator', '--kubeconfig', kubeconfig, ...anyPort, '--log-format', 'json'];
  const measured = startMeasured({ name, path: hexarisk, args, isProfiled: true }, workshop);
  const { child, log } = measured;
  const metrics = await waitFor(
    async () => {
      if (child.hasEnded()) throw earlyEnd(await child.ended, log);
      const all = entries(log);
      if (!all.some(({ message }) => message === WRITTEN)) return undefined;
      return all.find(({ message }) => message === 'listening')?.metrics;
    },
    { what: 'the operator to write all reports', timeoutMs, everyMs: 200, signal: workshop.signal },
  ).catch(async (error: unknown) => {
    await child.end('SIGKILL');
    if (error instanceof Problem) throw new Problem(`${error.message}\n${lastLines(log, 5)}`);
    throw error;
  });
  return {
    ...measured,
    metrics,
    warnings: () => [
      ...new Set(
        entries(log)
          .filter(({ level }) => level === 'warn' || level === 'error')
          .map(({ message }) => message ?? ''),
      ),
    ],
    stop: () => child.end('SIGTERM', ENDS_WITHIN_MS),
  };
}

/** The JSON lines of the log; the last may be half written. */
const entries = (log: string): readonly LogEntry[] =>
  readFileSync(log, 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('{') && line.endsWith('}') && !line.includes('"message":"risk '))
    .map((line) => JSON.parse(line) as LogEntry);

const earlyEnd = (how: string, log: string): Problem =>
  new Problem(`the operator ended: ${how}. The end of ${log}:\n${lastLines(log, 10)}`);
