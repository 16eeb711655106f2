/** The benchmark, from the objects to the figures. */
import { mkdtempSync } from 'node:fs';
import { cpus, loadavg, tmpdir, totalmem } from 'node:os';
import { join, resolve } from 'node:path';
import { loadKubeConfig } from '../../src/commands/kubeconfig.ts';
import { type Connection, connect } from '../../src/observe/connection.ts';
import { bundle, ENTRY } from '../build-run/bundle.ts';
import { Watchdog } from '../cluster/children.ts';
import { type ControlPlane, startControlPlane } from '../cluster/control-plane.ts';
import { stderrLog, withProgress } from '../cluster/progress.ts';
import { type Session, startSession } from '../demo-run/session.ts';
import { writesSince } from './audit.ts';
import { generate, type Load, type LoadOptions } from './generate.ts';
import { CHANGES, changeToReport } from './latency.ts';
import type { BundleWorkshop } from './measured.ts';
import type { Operator } from './operator.ts';
import { createAll, installCrd, OPERATOR_USER, operatorKubeconfig, waitForPods } from './populate.ts';
import { cpuSeconds, peakMemory } from './proc.ts';
import { seeded } from './random.ts';
import { reportSizes, storedReports } from './reports.ts';
import { atRest, scrape } from './rest.ts';
import { measureScan, writeYaml } from './scan.ts';
import { compareStarts } from './start.ts';
import { rounded } from './statistics.ts';

export interface BenchFlags extends LoadOptions {
  readonly quietSeconds: number;
  /** No cluster. */
  readonly scanOnly: boolean;
  /** Where to put CPU profiles of the operator. */
  readonly cpuProf?: string;
}

const loadAverage = (): number => rounded(loadavg()[0] ?? 0, 1);

/** @returns the figures, ready to be printed @throws Problem; the signal's reason when it is aborted */
export async function runBench(flags: BenchFlags, interrupt: AbortSignal): Promise<object> {
  const session = startSession(interrupt);
  await using _ = session.cleanup;
  const folder = mkdtempSync(join(tmpdir(), 'hexarisk-bench-'));
  const watchdog = new Watchdog(folder);
  session.cleanup.defer(() => watchdog.close({ keepFolder: false }));
  const { signal } = session;
  const profiles = flags.cpuProf === undefined ? undefined : resolve(flags.cpuProf);
  const bundled = join((await bundle(join(folder, 'dist'))).folder, ENTRY);
  const workshop: BundleWorkshop = { folder, watchdog, signal, bundle: bundled, profiles };

  const begunAt = new Date();
  const load = generate(flags);
  const scan = await measureScan(writeYaml(load.objects, folder), workshop, stderrLog);
  const cluster = flags.scanOnly ? {} : await onCluster(flags, load, session, workshop);
  return {
    date: begunAt.toISOString(),
    minutes: rounded((Date.now() - begunAt.getTime()) / 60_000, 1),
    machine: {
      cpus: cpus().length,
      memoryGiB: rounded(totalmem() / 2 ** 30),
      node: process.version,
      loadAverageAtEnd: loadAverage(),
    },
    load: {
      workloads: flags.workloads,
      podsEach: flags.pods,
      seed: flags.seed,
      objects: load.objects.length,
    },
    scan,
    ...cluster,
  };
}

/** Rollouts bring a fourth pod for a while, and the scheduler needs room. */
const PODS_PER_NODE = 500;
const ROOM = 1.6;

async function onCluster(flags: BenchFlags, load: Load, session: Session, workshop: BundleWorkshop) {
  const { signal } = session;
  const nodes = Math.max(3, Math.ceil((flags.workloads * flags.pods * ROOM) / PODS_PER_NODE));
  const plane = await startControlPlane({
    nodes,
    podsPerNode: PODS_PER_NODE,
    audit: true,
    log: stderrLog,
    signal,
    onFailure: session.fail,
  });
  session.cleanup.defer(() => plane.stop());
  const connection = connect(loadKubeConfig({ kubeconfig: plane.kubeconfig }));
  await fill(connection, load, flags, signal);
  const stage = {
    connection,
    workshop,
    workloads: flags.workloads,
    log: stderrLog,
    kubeconfig: await operatorKubeconfig(connection, plane, join(workshop.folder, 'kubeconfig')),
    auditLog: plane.auditLog ?? '',
    servers: plane
      .processes()
      .filter(({ name }) => name === 'kube-apiserver' || name === 'etcd')
      .map(({ pid }) => pid),
  };
  const loadAtStart = loadAverage();
  const { operator, result: start } = await compareStarts(stage);
  session.cleanup.defer(() => operator.stop());
  void operator.child.ended.then((how) => {
    if (!operator.child.isEnding()) session.fail(new Error(`the operator ended: ${how}`));
  });
  return {
    nodes,
    start: { loadAverage: loadAtStart, ...start },
    ...(await whileItRuns(operator, { connection, plane, load, flags }, session)),
  };
}

async function fill(
  connection: Connection,
  load: Load,
  flags: BenchFlags,
  signal: AbortSignal,
): Promise<void> {
  const { workloads, pods } = flags;
  await installCrd(connection, signal);
  await withProgress(`creating ${load.objects.length} objects`, stderrLog, () =>
    createAll(connection, load.objects, signal),
  );
  await withProgress(`waiting for ${workloads * pods} pods to run`, stderrLog, () =>
    waitForPods(connection, workloads, signal),
  );
}

interface Running {
  readonly connection: Connection;
  readonly plane: ControlPlane;
  readonly load: Load;
  readonly flags: BenchFlags;
}

async function whileItRuns(operator: Operator, running: Running, session: Session) {
  const { connection, plane, flags } = running;
  const { signal } = session;
  const { pid } = operator.child;
  const reports = await storedReports(connection);
  stderrLog(`quiet for ${flags.quietSeconds} s ...`);
  const quiet = await atRest({
    operator,
    signal,
    auditLog: plane.auditLog ?? '',
    seconds: flags.quietSeconds,
  });
  const metrics = await scrape(operator, signal);
  const changes = await whileItChanges(operator, running, session);
  return {
    changeToReport: changes,
    operator: {
      rssPeakMiB: rounded(peakMemory(pid)),
      cpuSeconds: rounded(cpuSeconds(pid), 1),
      warnings: operator.warnings(),
    },
    reportBytes: reportSizes(reports),
    quiet,
    metrics,
  };
}

async function whileItChanges(
  operator: Operator,
  { connection, plane, load, flags }: Running,
  session: Session,
) {
  stderrLog(`${CHANGES} changes ...`);
  await operator.read(); // the delays from here on are those of the changes
  const begun = Date.now();
  const before = { loadAverage: loadAverage(), cpu: cpuSeconds(operator.child.pid) };
  const latency = await changeToReport({
    connection,
    session,
    log: stderrLog,
    workloads: flags.workloads,
    targets: load.changeable,
    random: seeded(flags.seed),
  });
  const { eventLoopDelay } = await operator.read();
  const writes = await writesSince(plane.auditLog ?? '', OPERATOR_USER, begun);
  return {
    loadAverage: before.loadAverage,
    ...latency,
    seconds: rounded((Date.now() - begun) / 1000),
    reportWrites: writes.filter(({ resource }) => resource === 'riskreports').length,
    eventWrites: writes.filter(({ resource }) => resource === 'events').length,
    cpuSeconds: rounded(cpuSeconds(operator.child.pid) - before.cpu, 1),
    eventLoopDelayMs: eventLoopDelay,
  };
}
