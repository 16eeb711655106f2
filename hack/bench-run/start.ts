/** From the start of the process to the last report, beside the least time that the same writes can take. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Connection } from '../../src/observe/connection.ts';
import { lastLines } from '../cluster/children.ts';
import { Problem } from '../cluster/problem.ts';
import { type Log } from '../cluster/progress.ts';
import { writesSince } from './audit.ts';
import { COMPILE_CACHE, startMeasured, type BundleWorkshop } from './measured.ts';
import { type Operator, startOperator } from './operator.ts';
import { OPERATOR_USER } from './populate.ts';
import { cpuSeconds, peakMemory } from './proc.ts';
import { applied, deleteReports, type StoredReport, storedReports } from './reports.ts';
import { mean, rounded } from './statistics.ts';

/** Seconds since the process began. */
interface Timing {
  readonly firstWrite: number;
  readonly lastWrite: number;
  readonly writes: number;
  /** Writes of a report that had been written before. */
  readonly again: number;
  readonly failed: number;
  /** Of the API server and etcd meanwhile: on a busy machine more telling than time. */
  readonly serverCpuSeconds: number;
}

export interface OperatorTiming extends Timing {
  readonly cpuSeconds: number;
  readonly rssPeakMiB: number;
  readonly eventLoopDelayMs: { readonly p50: number; readonly p99: number; readonly max: number };
}

export interface Stage {
  readonly connection: Connection;
  /** Of the operator's account. */
  readonly kubeconfig: string;
  readonly auditLog: string;
  readonly workloads: number;
  /** Process ids of the API server and etcd. */
  readonly servers: readonly number[];
  readonly workshop: BundleWorkshop;
  readonly log: Log;
}

const seconds = (ms: number): number => rounded(ms / 1000, 2);

const serverCpu = ({ servers }: Stage): number => servers.reduce((sum, pid) => sum + cpuSeconds(pid), 0);

async function timingSince(since: number, serverCpuBefore: number, stage: Stage): Promise<Timing> {
  const serverCpuSeconds = rounded(serverCpu(stage) - serverCpuBefore, 1);

  const writes = (await writesSince(stage.auditLog, OPERATOR_USER, since)).filter(
    ({ resource }) => resource === 'riskreports',
  );
  const good = writes.filter(({ ok }) => ok);
  return {
    firstWrite: seconds((good[0]?.at ?? Number.NaN) - since),
    lastWrite: seconds((good.at(-1)?.at ?? Number.NaN) - since),
    writes: good.length,
    again: good.length - new Set(good.map(({ object }) => object)).size,
    failed: writes.length - good.length,
    serverCpuSeconds,
  };
}

const timeoutFor = ({ workloads }: Stage): number => 60_000 + workloads * 50;

async function operatorRun(
  name: string,
  stage: Stage,
): Promise<{ readonly operator: Operator; readonly timing: OperatorTiming }> {
  const { kubeconfig, workshop, log } = stage;
  const serverCpuBefore = serverCpu(stage);
  const operator = await startOperator(name, { kubeconfig, timeoutMs: timeoutFor(stage) }, workshop);
  const { pid } = operator.child;
  const timing = {
    cpuSeconds: cpuSeconds(pid),
    rssPeakMiB: rounded(peakMemory(pid)),
    eventLoopDelayMs: (await operator.read()).eventLoopDelay,
    ...(await timingSince(operator.since, serverCpuBefore, stage)),
  };
  log(`${name}: ${timing.writes} reports ${timing.lastWrite} s after the start of the process`);
  return { operator, timing };
}

async function bareRun(name: string, bodies: string, stage: Stage): Promise<Timing> {
  const { kubeconfig, workshop, log } = stage;
  const script = fileURLToPath(import.meta.resolve('./bare-loop.ts'));
  const args = [script, kubeconfig, bodies];
  const serverCpuBefore = serverCpu(stage);
  const {
    child,
    since,
    log: output,
  } = startMeasured({ name, path: process.execPath, args, environment: [COMPILE_CACHE] }, workshop);
  const overdue = setTimeout(() => void child.end('SIGKILL'), timeoutFor(stage));
  const end = () => void child.end('SIGKILL');
  workshop.signal.addEventListener('abort', end, { once: true });
  const how = await child.ended;
  workshop.signal.removeEventListener('abort', end);
  clearTimeout(overdue);
  workshop.signal.throwIfAborted();
  if (how !== 'exit code 0') throw new Problem(`${name}: ${how}\n${lastLines(output, 10)}`);
  const timing = await timingSince(since, serverCpuBefore, stage);
  log(`${name}: ${timing.writes} reports ${timing.lastWrite} s after the start of the process`);
  return timing;
}

function bodiesOf(reports: readonly StoredReport[], { workshop }: Stage): string {
  const file = join(workshop.folder, 'bodies');
  const lines = reports.map((report) => {
    const { namespace, name } = report.metadata;
    return JSON.stringify({ namespace, name, body: JSON.stringify(applied(report)) });
  });
  writeFileSync(file, lines.join('\n'));
  return file;
}

/** Time for the server to be done with what was before. */
const REST_MS = 3000;

/**
 * The first run warms the server and gives the bodies; then operator, bare, bare, operator, so that neither profits
 * from coming later. The reports are deleted between, so that every write creates.
 * @returns the last operator, which goes on
 */
export async function compareStarts(stage: Stage) {
  const { connection, workshop, workloads } = stage;
  const clear = async () => {
    await deleteReports(connection, workshop.signal);
    await sleep(REST_MS, undefined, { signal: workshop.signal });
  };
  const first = await operatorRun('operator-first', stage);
  await first.operator.stop();
  const reports = await storedReports(connection);
  if (reports.length !== workloads)
    throw new Problem(`${reports.length} reports of ${workloads} workloads: ${first.operator.log}`);
  const bodies = bodiesOf(reports, stage);
  await clear();
  const second = await operatorRun('operator-second', stage);
  await second.operator.stop();
  await clear();
  const bare = [await bareRun('bare-first', bodies, stage)];
  await clear();
  bare.push(await bareRun('bare-second', bodies, stage));
  await clear();
  const third = await operatorRun('operator-third', stage);
  const runs = [second.timing, third.timing];
  const [ours, limit] = [runs, bare].map((timings) => mean(timings.map(({ lastWrite }) => lastWrite)));
  const writing = (timings: readonly Timing[]) =>
    mean(timings.map(({ firstWrite, lastWrite }) => lastWrite - firstWrite));
  return {
    operator: third.operator,
    result: {
      secondsToAllReports: rounded(ours ?? Number.NaN, 2),
      bareLoopSeconds: rounded(limit ?? Number.NaN, 2),
      ratio: rounded((ours ?? Number.NaN) / (limit ?? Number.NaN), 2),
      ratioOfWritingAlone: rounded(writing(runs) / writing(bare), 2),
      onFreshServer: first.timing,
      runs,
      bareLoops: bare,
    },
  };
}
