/** /metrics: in plain on loopback; else over TLS, and only to whom the API server lets read it. */
import type { IncomingMessage } from 'node:http';
import type { Connection } from '../../../observe/connection.ts';
import { messageOf, StatusError } from '../../../observe/fault.ts';
import { type Logger, once } from '../../log.ts';
import { type Address, type Answer, isLoopback, type Route, serve, type Served } from '../http.ts';
import { authorizer, type Verdict } from './authorizer.ts';
import { type KeyPair, onNewKeyPair, readKeyPair } from './certificate.ts';
import { reviewMetricsReader } from './reviews.ts';

export interface MetricsEndpoint {
  readonly address: Address;
  /** A folder with tls.crt and tls.key. */
  readonly tlsDir?: string;
  /** TLS and authorization on loopback, too. */
  readonly auth: boolean;
}

const FLAG = '--metrics-address';

/** @throws CommandError when the address cannot be had or the certificate is none */
export async function serveMetrics(
  { address, tlsDir, auth }: MetricsEndpoint,
  route: Route,
  connection: Connection,
  logger: Logger,
): Promise<Served> {
  if (isLoopback(address) && tlsDir === undefined && !auth) {
    return serve(address, { '/metrics': route }, { flag: FLAG });
  }
  const pair = tlsDir === undefined ? await ownKeyPair() : await readKeyPair(tlsDir);
  const guarded = await serve(
    address,
    { '/metrics': authorized(connection, route, logger) },
    { flag: FLAG, tls: pair },
  );
  if (tlsDir === undefined) return guarded;
  const end = onNewKeyPair(tlsDir, pair, guarded.renew, logger);
  return {
    ...guarded,
    close: () => {
      end();
      return guarded.close();
    },
  };
}

async function ownKeyPair(): Promise<KeyPair> {
  const { selfSigned } = await import('./self-signed.ts');
  return selfSigned();
}

const refusals: Readonly<Record<Exclude<Verdict, 'allowed'>, Answer>> = {
  unknown: { status: 401, body: 'unauthorized\n', headers: { 'www-authenticate': 'Bearer' } },
  forbidden: { status: 403, body: 'forbidden\n' },
  busy: { status: 429, body: 'too many requests\n', headers: { 'retry-after': '1' } },
  unavailable: { status: 503, body: 'unavailable\n', headers: { 'retry-after': '5' } },
};

function authorized(connection: Connection, route: Route, logger: Logger): Route {
  const said = once();
  const judge = authorizer({
    review: async (token) => {
      const verdict = await reviewMetricsReader(connection, token);
      said.forget('trouble');
      return verdict;
    },
    onTrouble: (error) => said.say('trouble', () => logger.warn(troubleOf(error))),
    now: () => performance.now(),
  });
  return async (request) => {
    const token = bearerOf(request);
    const verdict = token === undefined ? 'unknown' : await judge(token);
    return verdict === 'allowed' ? route(request) : refusals[verdict];
  };
}

function troubleOf(error: unknown): string {
  return error instanceof StatusError && error.code === 403
    ? `metrics are refused to all: not allowed to ask who may read them (${error.message}): apply the ClusterRole in manifests/`
    : `metrics are refused: the API server cannot be asked who may read them: ${messageOf(error)}`;
}

const bearerOf = ({ headers }: IncomingMessage): string | undefined =>
  /^Bearer +([^\s]+) *$/i.exec(headers.authorization ?? '')?.[1];
