/** The endpoints: what a scraper and a kubelet ask. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import { CommandError } from '../error.ts';

export interface Address {
  readonly host: string;
  readonly port: number;
}

export interface Answer {
  readonly status: number;
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

export type Route = (request: IncomingMessage) => Promise<Answer> | Answer;

interface KeyPair {
  readonly key: string;
  readonly cert: string;
}

export interface Served {
  readonly port: number;
  readonly scheme: 'http' | 'https';
  /** For connections from now on; those that there are go on. */
  readonly renew: (tls: KeyPair) => void;
  close(): Promise<void>;
}

interface Options {
  /** The flag that the address came from. */
  readonly flag: string;
  readonly tls?: KeyPair;
}

/** More connections than that are closed: nobody scrapes with so many. */
const MOST_CONNECTIONS = 512;

/** @throws CommandError for what is no `host:port` */
export function parseAddress(text: string, flag: string): Address {
  const match = /^(?:\[([0-9a-fA-F:]+)\]|([^:]*)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (match === null || port > 65535)
    throw new CommandError(`${flag} ${text}: expected host:port, e.g. 127.0.0.1:8080`);
  return { host: match[1] ?? match[2] ?? '', port };
}

export const isLoopback = ({ host }: Address): boolean => /^(127\.\d+\.\d+\.\d+|::1|localhost)$/.test(host);

/** Listens, and answers what `routes` has. @throws CommandError when the address cannot be had */
export async function serve(
  { host, port }: Address,
  routes: Readonly<Record<string, Route>>,
  { flag, tls }: Options,
): Promise<Served> {
  const listener = (request: IncomingMessage, response: ServerResponse) =>
    void answer(request, response, routes);
  const secure: TlsServer | undefined =
    tls === undefined ? undefined : createTlsServer({ ...tls, handshakeTimeout: 10_000 }, listener);
  const server = secure ?? createServer(listener);
  server.requestTimeout = 10_000;
  server.maxConnections = MOST_CONNECTIONS;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(listenError(error, `${host}:${port}`, flag)),
    );
    server.listen(port, host === '' ? undefined : host, resolve);
  });
  return {
    port: portOf(server),
    scheme: secure === undefined ? 'http' : 'https',
    renew: (pair) => secure?.setSecureContext({ ...pair }),
    close: () => close(server),
  };
}
function listenError(error: NodeJS.ErrnoException, address: string, flag: string): CommandError {
  if (error.code === 'EADDRINUSE') {
    return new CommandError(
      `${address} is in use by another process: choose another with ${flag}, port 0 takes a free one`,
    );
  }
  return new CommandError(
    `cannot listen on ${address} (${error.code ?? error.message}): choose another with ${flag}`,
  );
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  routes: Readonly<Record<string, Route>>,
): Promise<void> {
  const path = (request.url ?? '').replace(/\?.*$/, '');
  const route = Object.hasOwn(routes, path) ? routes[path] : undefined;
  const { status, contentType, headers, body } = await answerOf(request, route);
  response.writeHead(status, { 'content-type': contentType ?? 'text/plain; charset=utf-8', ...headers });
  response.end(request.method === 'HEAD' ? undefined : body);
}

async function answerOf(request: IncomingMessage, route: Route | undefined): Promise<Answer> {
  if (request.method !== 'GET' && request.method !== 'HEAD') return { status: 405, body: 'only GET\n' };
  if (route === undefined) return { status: 404, body: 'not found\n' };
  try {
    return await route(request);
  } catch {
    return { status: 500, body: 'internal error\n' };
  }
}

const portOf = (server: Server): number => {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
};

const close = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
