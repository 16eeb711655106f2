/** The flow of docs/architecture.md: observer -> sweeper -> writer and metrics. */
import { hostname } from 'node:os';
import { checks } from '../../axes/index.ts';
import { observe, type ObserveEvents, type Observer } from '../../observe/cluster.ts';
import type { Connection } from '../../observe/connection.ts';
import { messageOf } from '../../observe/fault.ts';
import type { Patience } from '../../observe/reflector.ts';
import { defaultPolicy } from '../../policy/policy.ts';
import { eventSender } from '../../publish/events.ts';
import type { Metrics } from '../../publish/metrics.ts';
import { reportName } from '../../publish/names.ts';
import { reportOf } from '../../publish/render.ts';
import type { RiskReport } from '../../publish/report.ts';
import { startWriter, type Writer } from '../../publish/writer.ts';
import { assessor } from '../../score/assessor.ts';
import { type Logger, type Once, once } from '../log.ts';
import type { Leadership } from './leader/election.ts';
import { fenced } from './leader/leadership.ts';
import { type Sight, sightOf } from './sight.ts';
import { startSweeper, type Sweeper } from './sweeper.ts';
import { aborted } from './wait.ts';

interface Options {
  readonly connection: Connection;
  readonly metrics: Metrics;
  readonly leadership: Leadership;
  readonly logger: Logger;
  /** Seconds of life before a bare Pod or a lone Job is reported. */
  readonly youngAfter: number;
  readonly patience: Patience;
  readonly signal: AbortSignal;
}

export interface Parts {
  readonly observer: Observer;
  readonly writer: Writer;
  /** Is all there is known and assessed? From then on we may lead. */
  isWarm(): boolean;
  readonly reportsListed: (present: ReadonlySet<string>) => void;
  start(): Promise<void>;
  /** Resolves when nothing is under way any more, after the signal was aborted. */
  done(): Promise<void>;
}

const MINUTE = 60_000;

export function assemble(options: Options): Parts {
  const { connection, signal, logger, leadership } = options;
  const said = once();
  const begun = { swept: false, listed: false, competing: false };
  let wasWhole = false;
  const isWarm = () => begun.swept && begun.listed;
  // reports may be written and deleted once both are true
  const mayBegin = () => {
    if (!isWarm()) return;
    const isWhole = sight.isWhole();
    // looking at every report is for when something about all of them has changed: here, what may be deleted
    if (!begun.competing || (isWhole && !wasWhole)) writer.begin();
    wasWhole = isWhole;
    if (begun.competing) return;
    begun.competing = true;
    leadership.compete(() => writer.begin());
  };

  const observer = observe({
    connection,
    signal,
    patience: options.patience,
    events: observeEvents(options, said, () => sweeper.touch()),
  });
  const sight = sightOf(observer);
  const writer = writerOf(options, said, sight);
  const sweeper = sweeperOf(options, { said, sight, writer }, () => {
    begun.swept = true;
    mayBegin();
  });
  signal.addEventListener('abort', () => sweeper.stop(), { once: true });
  return {
    observer,
    writer,
    isWarm,
    reportsListed(present) {
      writer.listed(present);
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
    done: async () => void (await Promise.all([observer.done, writer.done])),
  };
}

const observeEvents = ({ logger, metrics }: Options, said: Once, changed: () => void): ObserveEvents => ({
  changed,
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
});

function writerOf(options: Options, said: Once, sight: Sight): Writer {
  const { logger, metrics, leadership, signal } = options;
  const connection = fenced(options.connection, leadership);
  const events = eventSender({
    connection,
    instance: hostname(),
    onTrouble: (why) => said.say(`event ${why}`, () => logger.warn(`an Event could not be written: ${why}`)),
  });
  return startWriter({
    connection,
    signal,
    mayWrite: leadership.leads,
    mayDelete: sight.isWhole,
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
}

interface Ends {
  readonly said: Once;
  readonly sight: Sight;
  readonly writer: Writer;
}

function sweeperOf(options: Options, { said, sight, writer }: Ends, onSwept: () => void): Sweeper {
  const { logger, metrics } = options;
  return startSweeper({
    assessor: assessor(checks),
    world: () => sight.world(Math.floor(Date.now() / MINUTE), options.youngAfter),
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
      onSwept();
    },
  });
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

/** Where our own defect is, for whoever reports it. */
const stackOf = (error: unknown) =>
  error instanceof Error && error.cause instanceof Error ? { stack: error.cause.stack } : {};
