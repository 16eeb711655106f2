/** `hexarisk operator`: watches a cluster, and keeps reports and metrics equal to what it assesses. */
import type { KubeConfig } from '@kubernetes/client-node';
import { pause } from '../../observe/backoff.ts';
import { connect } from '../../observe/connection.ts';
import type { Patience } from '../../observe/reflector.ts';
import { createMetrics } from '../../publish/metrics.ts';
import type { Logger } from '../log.ts';
import { VERSION } from '../version.ts';
import { assemble, type Parts } from './assemble.ts';
import { type Address, serve, type Served } from './http.ts';
import { type LeaseOptions, leadershipOf, newIdentity } from './leader/leadership.ts';
import { newerModel } from './leader/newer-model.ts';
import { type MetricsEndpoint, serveMetrics } from './metrics/endpoint.ts';
import { type Readiness, readiness } from './readiness.ts';
import { OperatorShell } from './shell.ts';
import { aborted, authenticated, currentCrd } from './wait.ts';

export interface OperatorOptions {
  readonly config: KubeConfig;
  readonly logger: Logger;
  readonly metrics: MetricsEndpoint;
  readonly healthAddress: Address;
  /** The Lease that replicas compete for; without it there are no others. */
  readonly lease?: LeaseOptions;
  /** Seconds of life before a bare Pod or a lone Job is reported. */
  readonly youngAfter: number;
  /** Seconds that the data may be old before the operator turns unready. */
  readonly maxStale: number;
  readonly patience: Patience;
  /** Aborted to stop: what is pending is still written, for a bounded time. */
  readonly stop: AbortSignal;
}

const DRAIN = 5_000;

/** Resolves when it has stopped. @throws CommandError when it cannot start */
export async function runOperator(options: OperatorOptions): Promise<void> {
  const { config, logger, stop } = options;
  const identity = newIdentity();
  const connection = connect(config, `hexarisk/${VERSION} (${identity})`);
  const ending = new AbortController();
  const newer = newerModel(logger);
  const { standBack } = newer;
  const leadership = leadershipOf(options.lease, { connection, identity, logger, standBack });
  const ready = readiness(options.maxStale, leadership);
  let parts: Parts | undefined;
  const metrics = createMetrics(VERSION, {
    count: (resource) => parts?.observer.count(resource) ?? 0,
    leads: leadership.leads,
  });
  const text = async () => ({
    status: 200,
    contentType: metrics.contentType,
    body: await metrics.text(),
  });
  const servers: Served[] = [];
  try {
    servers.push(await serveMetrics(options.metrics, text, connection, logger));
    servers.push(await serve(options.healthAddress, ready.routes, { flag: '--health-address' }));
    sayWhere(options, servers);
    await authenticated(connection, logger, stop);
    await currentCrd(connection, logger, stop);
    if (stop.aborted) return;
    const shell = new OperatorShell({
      config,
      connection,
      logger,
      patience: options.patience,
      onRestart: (resource, reason) => metrics.watchRestarts.inc({ resource, reason }),
      init: (watching) => {
        const made = assemble({ ...options, connection, metrics, leadership, signal: ending.signal });
        parts = made;
        ready.observe(made);
        watching.watch(
          'hexarisk.dev',
          'v1alpha1',
          'riskreports',
          async ({ type, object }) => {
            newer.observed(type, object);
            made.writer.observed(type, object);
          },
          made.reportsListed,
        );
        return made.start();
      },
    });
    await shell.start();
    await aborted(stop);
    logger.info('stopping: writing what is pending');
    await finish(ready, ending);
    await shell.drain();
    await parts?.done();
    await leadership.end(); // not before the last write has ended
  } finally {
    ending.abort();
    await Promise.all(servers.map((server) => server.close()));
  }
  logger.info('stopped');
}

/** Lets be written what is pending, then ends everything. */
async function finish(ready: Readiness, ending: AbortController): Promise<void> {
  ready.stop();
  await Promise.race([ready.settled(), pause(DRAIN, ending.signal)]);
  ending.abort();
}

function sayWhere(
  { logger, metrics, healthAddress }: OperatorOptions,
  [atMetrics, atHealth]: readonly Served[],
): void {
  const origin = ({ host }: Address, served: Served | undefined) => {
    const name = host === '' ? '::' : host; // all addresses
    return `${served?.scheme}://${name.includes(':') ? `[${name}]` : name}:${served?.port}`;
  };
  logger.info('listening', {
    metrics: `${origin(metrics.address, atMetrics)}/metrics`,
    health: `${origin(healthAddress, atHealth)}/readyz`,
  });
}
