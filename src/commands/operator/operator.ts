/** `hexarisk operator`: watches a cluster, and keeps reports and metrics equal to what it assesses. */
import { hostname } from 'node:os';
import type { KubeConfig } from '@kubernetes/client-node';
import { checks } from '../../axes/index.ts';
import { backoff, pause } from '../../observe/backoff.ts';
import { observe, type Observer } from '../../observe/cluster.ts';
import { connect, type Connection } from '../../observe/connection.ts';
import { messageOf, StatusError } from '../../observe/fault.ts';
import { defaultPolicy } from '../../policy/policy.ts';
import { eventSender } from '../../publish/events.ts';
import { createMetrics, type Metrics } from '../../publish/metrics.ts';
import { reportName } from '../../publish/names.ts';
import { reportOf } from '../../publish/render.ts';
import type { RiskReport } from '../../publish/report.ts';
import { startWriter, type Writer } from '../../publish/writer.ts';
import { assessor } from '../../score/assessor.ts';
import { CommandError } from '../error.ts';
import { type Logger, once } from '../log.ts';
import { VERSION } from '../version.ts';
import { crdProblem } from './crd.ts';
import { type Address, isLoopback, serve } from './http.ts';
import { readiness } from './readiness.ts';
import { OperatorShell } from './shell.ts';
import { startSweeper } from './sweeper.ts';

export interface OperatorOptions {
  readonly config: KubeConfig;
  readonly logger: Logger;
  readonly metricsAddress: Address;
  readonly healthAddress: Address;
  /** Seconds of life before a bare Pod or a lone Job is reported. */
  readonly youngAfter: number;
  /** Seconds that the data may be old before the operator turns unready. */
  readonly maxStale: number;
  /** Aborted to stop: what is pending is still written, for a bounded time. */
  readonly stop: AbortSignal;
}

const DRAIN = 5_000;
const CRD_RETRY = 5_000;
const MINUTE = 60_000;

/** Resolves when it has stopped. @throws CommandError when it cannot start */
export async function runOperator(options: OperatorOptions): Promise<void> {
  const { config, logger, stop } = options;
  const connection = connect(config);
  const ending = new AbortController();
  const ready = readiness(options.maxStale);
  if (!isLoopback(options.metricsAddress)) {
    throw new CommandError(
      '--metrics-address: metrics are plain text without authentication, so only on loopback (127.0.0.1:PORT)',
    );
  }
  let observer: Observer | undefined;
  const metrics = createMetrics(VERSION, (resource) => observer?.count(resource) ?? 0);
  const servers = [
    await serve(
      options.metricsAddress,
      {
        '/metrics': async () => ({
          status: 200,
          contentType: metrics.contentType,
          body: await metrics.text(),
        }),
      },
      '--metrics-address',
    ),
    await serve(options.healthAddress, ready.routes, '--health-address'),
  ];
  logger.info('listening', {
    metrics: `http://${options.metricsAddress.host}:${servers[0]?.port}/metrics`,
    health: `http://${options.healthAddress.host}:${servers[1]?.port}/readyz`,
  });
  try {
    await authenticated(connection, logger, stop);
    await currentCrd(connection, logger, stop);
    if (stop.aborted) return;
    const shell = new OperatorShell({
      config,
      connection,
      logger,
      onRestart: (resource, reason) => metrics.watchRestarts.inc({ resource, reason }),
      init: (watching) => {
        const parts = assemble(options, connection, metrics, ending.signal);
        observer = parts.observer;
        ready.observe(parts.observer, parts.writer);
        watching.watch(
          'hexarisk.dev',
          'v1alpha1',
          'riskreports',
          async ({ type, object }) => parts.writer.observed(type, object),
          parts.reportsListed,
        );
        return parts.start();
      },
    });
    await shell.start();
    await aborted(stop);
    logger.info('stopping: writing what is pending');
    ready.stop();
    await Promise.race([ready.settled(), pause(DRAIN, ending.signal)]);
    ending.abort();
    await shell.drain();
    await observer?.done;
  } finally {
    ending.abort();
    await Promise.all(servers.map((server) => server.close()));
  }
  logger.info('stopped');
}

interface Parts {
  readonly observer: Observer;
  readonly writer: Writer;
  readonly reportsListed: () => void;
  start(): Promise<void>;
}

/** The flow of docs/architecture.md: observer -> sweeper -> writer and metrics. */
function assemble(
  options: OperatorOptions,
  connection: Connection,
  metrics: Metrics,
  signal: AbortSignal,
): Parts {
  const { logger } = options;
  const said = once();
  const events = eventSender({
    connection,
    instance: hostname(),
    onTrouble: (why) => said.say(`event ${why}`, () => logger.warn(`an Event could not be written: ${why}`)),
  });
  // the first time that both are true, reports may be written and deleted
  const begun = { swept: false, listed: false };
  const mayBegin = () => {
    if (begun.swept && begun.listed) writer.begin();
  };

  const observer = observe({
    connection,
    signal,
    events: {
      changed: () => sweeper.touch(),
      missing: (resource, why) => {
        if (why === undefined) logger.info(`${resource} can be read again`);
        else logger.warn(`evidence is missing: ${why}`);
      },
      unwell: (resource, why) => logger.warn(`the API server does not answer: ${why}`, { resource }),
      well: (resource) => logger.info('the API server answers again', { resource }),
      skipped: (resource, name, problem) => {
        metrics.skipped.inc({ resource, reason: 'shape' });
        said.say(`${resource} ${name} ${problem}`, () =>
          logger.warn('an object of an unexpected shape is left out', { resource, name, problem }),
        );
      },
      restarted: (resource, reason) => metrics.watchRestarts.inc({ resource, reason }),
    },
  });
  const writer = startWriter({
    connection,
    signal,
    // a workload that cannot be seen is not a workload that is gone
    mayDelete: () => observer.blindTo().length === 0,
    onWrite: (result, report, since) => {
      metrics.writes.inc({ result });
      if (since !== undefined) metrics.changeToReport.observe((performance.now() - since) / 1000);
      if (result !== 'failed') said.forget(report);
    },
    onTrouble: (report, why) =>
      said.say(report, () => logger.warn(`a report could not be written: ${why}`, { report })),
    onChange: (report, before) => {
      events.levelMayHaveChanged(report, before);
      logChange(logger, report, before);
    },
  });
  const sweeper = startSweeper({
    assessor: assessor(checks),
    world: () => observer.world(Math.floor(Date.now() / MINUTE), options.youngAfter),
    policy: () => defaultPolicy,
    onError: (error) =>
      said.say(String(error), () =>
        logger.error(String(error), { cause: messageOf(error), ...stackOf(error) }),
      ),
    onAssessed: (assessment, since) => {
      metrics.series.show(assessment);
      writer.want(reportOf(assessment, { live: true }), since);
    },
    onGone: ({ key, ref }) => {
      metrics.series.hide(key);
      writer.unwant(ref.namespace, reportName(ref));
    },
    onSwept: (seconds) => {
      metrics.assessDuration.observe(seconds);
      begun.swept = true;
      mayBegin();
    },
  });
  signal.addEventListener('abort', () => sweeper.stop(), { once: true });
  return {
    observer,
    writer,
    reportsListed: () => {
      begun.listed = true;
      mayBegin();
    },
    async start() {
      await Promise.race([observer.synced, aborted(signal)]);
      if (signal.aborted) return;
      sweeper.begin();
      setInterval(() => sweeper.touch(), MINUTE).unref();
      void writer.settled().then(() => logger.info('all reports are written', { reports: writer.wanted() }));
    },
  };
}

function logChange(
  logger: Logger,
  { metadata, workload, report }: RiskReport,
  before: number | undefined,
): void {
  const name = `${workload.kind} ${metadata.namespace}/${workload.name}`;
  const [top] = report.findings;
  const score = before === undefined ? String(report.score) : `${before} -> ${report.score}`;
  logger.info(
    `risk ${score} (${report.level}): ${name}`,
    top === undefined ? {} : { first: top.check, ifFixed: top.ifFixed },
  );
}

/** Waits for a server that knows us. @throws CommandError if it does not */
async function authenticated(connection: Connection, logger: Logger, stop: AbortSignal): Promise<void> {
  const wait = backoff({ most: 10_000 });
  const said = once();
  while (!stop.aborted) {
    try {
      await connection.json({ path: '/version', signal: stop });
      return;
    } catch (error) {
      if (stop.aborted) return;
      if (error instanceof StatusError && error.code === 401) {
        throw new CommandError(
          'the API server does not accept the credentials of the kubeconfig: log in again',
          1,
        );
      }
      if (error instanceof StatusError && error.code === 403) return; // it knows us; what we may not read will be said
      const why = messageOf(error);
      said.say(why, () =>
        logger.warn(`the API server cannot be reached (${why}): trying again; is the context right?`),
      );
      await pause(wait.next(), stop);
    }
  }
}

/** Waits until the CRD is one that reports can be written to. */
async function currentCrd(connection: Connection, logger: Logger, stop: AbortSignal): Promise<void> {
  const said = once();
  while (!stop.aborted) {
    const problem = await crdProblem(connection).catch((error: unknown) => messageOf(error));
    if (problem === undefined) return;
    said.say(problem, () => logger.error(`nothing can be written: ${problem}`));
    await pause(CRD_RETRY, stop);
  }
}

/** Where our own defect is, for whoever reports it. */
const stackOf = (error: unknown) =>
  error instanceof Error && error.cause instanceof Error ? { stack: error.cause.stack } : {};

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
