/** The demo, from an empty cluster to changes as they happen. */
import { worstFirst } from '../../src/commands/scan/report-table.ts';
import { Problem } from '../cluster/problem.ts';
import { elapsed, stderrLog } from '../cluster/progress.ts';
import type { Prometheus } from '../cluster/prometheus.ts';
import { waitFor } from '../cluster/wait.ts';
import { changeLine } from './changes.ts';
import { type DemoCluster, ownCluster } from './cluster.ts';
import { existingCluster, markAsDemo } from './existing-cluster.ts';
import { type Feed, followReports } from './feed.ts';
import { applyHardenings, readHardenings } from './hardenings.ts';
import { shownPath } from './kubectl.ts';
import { crdFile, demoFolder, workloadsOf } from './manifests.ts';
import { monitoringProgram, showMonitoring, startMonitoring } from './monitoring.ts';
import { heading, plural, say, some } from './print.ts';
import { type RunningOperator, startOperator } from './operator.ts';
import { waitForRollout } from './rollout.ts';
import { aborted, type Session, startSession, together } from './session.ts';
import { explainWorst } from './worst.ts';

export interface DemoFlags {
  readonly once: boolean;
  readonly monitoring: boolean;
  readonly context?: string;
  readonly yes: boolean;
}

/** Ctrl-C, while there was still something to do. */
export class Interrupted extends Problem {
  constructor() {
    super('interrupted');
  }
}

/** @returns when all is shown and ended: with `once` by itself, else after Ctrl-C @throws Problem, Interrupted */
export async function runDemo(flags: DemoFlags, interrupt: AbortSignal): Promise<void> {
  const session = startSession(interrupt);
  await using _ = session.cleanup;
  const { context, yes } = flags;
  const [cluster, workloads, program] = await together(session, [
    context === undefined ? ownCluster(session) : existingCluster({ context, yes }, session),
    workloadsOf(session.signal),
    flags.monitoring ? monitoringProgram(session) : undefined,
  ]);
  await applyDemo(cluster, workloads, session.signal);
  const operator = await startOperator(cluster.flags, session);
  const prometheus = program === undefined ? undefined : await startMonitoring(program, operator, session);
  const feed = followReports(cluster.connection, session);
  await allWritten(operator, feed, workloads, session.signal);
  await showTable(cluster);
  showWorst(feed);
  await applyHardenings({ cluster, feed, signal: session.signal, log: operator.log });
  if (flags.once) return;
  await stay({ cluster, operator, feed, prometheus }, session, interrupt);
}

const PODS_RUN_WITHIN_MS = { ours: 60_000, theirs: 15_000 };

async function applyDemo(
  cluster: DemoCluster,
  workloads: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<void> {
  const { kubectl, connection, isOurs } = cluster;
  const begin = Date.now();
  await kubectl('apply', '-f', crdFile);
  await kubectl('apply', '-f', demoFolder);
  if (!isOurs) await markAsDemo(cluster);
  await kubectl('wait', '--for=condition=established', '--timeout=30s', '-f', crdFile);
  const timeoutMs = isOurs ? PODS_RUN_WITHIN_MS.ours : PODS_RUN_WITHIN_MS.theirs;
  const left = await waitForRollout(connection, workloads, { timeoutMs, signal });
  stderrLog(`${shownPath(demoFolder)} applied in ${elapsed(begin)}: ${plural(workloads.size, 'workload')}`);
  if (left.length === 0) return;
  const why = isOurs ? '' : ' (the images are made up, so real nodes cannot pull them)';
  stderrLog(`not all pods run, and the demo goes on without them: ${some(left)}${why}`);
}

const WRITTEN_WITHIN_MS = 60_000;

async function allWritten(
  { hasWrittenAll, log }: RunningOperator,
  { reports }: Feed,
  workloads: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<void> {
  const begin = Date.now();
  const ask = () => {
    const missing = [...workloads].filter((name) => !reports.has(name));
    if (missing.length > 0) throw new Error(`none of ${some(missing)}`);
    if (!hasWrittenAll()) throw new Error('the operator has not said that all are written');
    return true;
  };
  const what = `a report of each of ${plural(workloads.size, 'workload')}`;
  await waitFor(ask, { what, timeoutMs: WRITTEN_WITHIN_MS, signal }).catch((error: unknown) => {
    signal.throwIfAborted();
    throw error instanceof Problem ? new Problem(`${error.message}; the operator's log: ${log}`) : error;
  });
  stderrLog(`operator: ${plural(reports.size, 'report')} written in ${elapsed(begin)}; its log: ${log}`);
}

const TABLE = ['get', 'riskreports', '-A', '--sort-by=.report.score'] as const;

async function showTable({ kubectl, shownKubectl }: DemoCluster): Promise<void> {
  const table = await kubectl(...TABLE);
  heading(`${shownKubectl} ${TABLE.join(' ')}    (kubectl sorts upwards: the worst is at the bottom)`);
  say(table.trimEnd());
}

function showWorst({ reports }: Feed): void {
  const [worst] = [...reports.values()].toSorted(worstFirst);
  if (worst === undefined) return;
  heading('The worst:');
  for (const line of explainWorst(worst)) say(line);
}

interface Running {
  readonly cluster: DemoCluster;
  readonly operator: RunningOperator;
  readonly feed: Feed;
  readonly prometheus: Prometheus | undefined;
}

async function stay(running: Running, { signal }: Session, interrupt: AbortSignal): Promise<void> {
  showHowToTry(running);
  running.feed.onChange((change) => {
    const line = changeLine(change, new Date());
    if (line !== undefined) say(line);
  });
  await aborted(signal);
  if (!interrupt.aborted) signal.throwIfAborted();
  stderrLog('\nstopping ...');
}

function showHowToTry({ cluster, operator, feed, prometheus }: Running): void {
  const { shownKubectl: kubectl, preparation } = cluster;
  const [worst] = [...feed.reports.values()].toSorted(worstFirst);
  const last = readHardenings().at(-1);
  heading('Try it from another terminal:');
  for (const line of preparation) say(`  ${line}`);
  say(`  ${kubectl} get rr -A --sort-by=.report.score`);
  if (worst !== undefined)
    say(`  ${kubectl} get rr -n ${worst.metadata.namespace} ${worst.metadata.name} -o yaml`);
  if (last !== undefined) say(`  ${kubectl} delete -f ${shownPath(last.file)}    # undo the last hardening`);
  say(`  curl ${operator.metrics}`);
  if (prometheus !== undefined) showMonitoring(prometheus);
  heading('Changes, as they happen, until Ctrl-C:');
}
