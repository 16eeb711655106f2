/** The endpoints: metrics in plain text on loopback, and what a kubelet asks. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { CommandError } from '../error.ts';

export interface Address {
  readonly host: string;
  readonly port: number;
}

export interface Answer {
  readonly status: number;
  readonly contentType?: string;
  readonly body: string;
}

export type Route = () => Promise<Answer> | Answer;

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
  flag: string,
): Promise<{ readonly port: number; close(): Promise<void> }> {
  const server = createServer((request, response) => void answer(request, response, routes));
  server.requestTimeout = 10_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(listenError(error, `${host}:${port}`, flag)),
    );
    server.listen(port, host === '' ? undefined : host, resolve);
  });
  return { port: portOf(server), close: () => close(server) };
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
  const { status, contentType, body } =
    request.method !== 'GET' && request.method !== 'HEAD'
      ? { status: 405, contentType: undefined, body: 'only GET\n' }
      : route === undefined
        ? { status: 404, contentType: undefined, body: 'not found\n' }
        : await Promise.resolve()
            .then(route)
            .catch(() => ({ status: 500, contentType: undefined, body: 'internal error\n' }));
  response.writeHead(status, { 'content-type': contentType ?? 'text/plain; charset=utf-8' });
  response.end(request.method === 'HEAD' ? undefined : body);
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
