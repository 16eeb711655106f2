/**
 * A small HTTP server with the list and watch of one resource, for faults that a real API server cannot be made to
 * show on demand. What it does next is a script: one step per request, in order.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { KubeConfig } from '@kubernetes/client-node';
import { connect, type Connection, shareDispatcher } from '../../src/observe/connection.ts';

export type Step = (response: ServerResponse, url: URL) => void;

export interface ScriptedServer {
  readonly connection: Connection;
  /** The requests so far, as path and query. */
  readonly requests: readonly URL[];
  close(): Promise<void>;
}

/** Requests past the end of the script hang until the server is closed. */
export async function scriptedServer(...steps: readonly Step[]): Promise<ScriptedServer> {
  const requests: URL[] = [];
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    const url = new URL(request.url ?? '', 'http://server');
    const step = steps[requests.length];
    requests.push(url);
    step?.(response, url);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const config = new KubeConfig();
  // client-node speaks plain HTTP only to a cluster whose certificate is not verified
  config.loadFromClusterAndUser(
    { name: 'test', server: `http://127.0.0.1:${port}`, skipTLSVerify: true },
    { name: 'nobody' },
  );
  return {
    connection: connect(shareDispatcher(config)),
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const json = (
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
) => {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
};

export const named = (name: string, resourceVersion = '1') => ({ metadata: { name, resourceVersion } });

export const list =
  (names: readonly string[], resourceVersion: string, next?: string): Step =>
  (response) =>
    json(response, 200, {
      kind: 'ThingList',
      apiVersion: 'v1',
      metadata: { resourceVersion, ...(next === undefined ? {} : { continue: next }) },
      items: names.map((name) => named(name)),
    });

/** Any other document. */
export const answer =
  (body: unknown): Step =>
  (response) =>
    json(response, 200, body);

export const status =
  (code: number, headers: Record<string, string> = {}): Step =>
  (response) =>
    json(response, code, { kind: 'Status', code, message: `scripted ${code}`, reason: 'Scripted' }, headers);

export const event = (type: string, object: unknown): string => `${JSON.stringify({ type, object })}\n`;

/** A watch that sends these texts, and then ends, breaks, or stays silent. */
export const watch =
  (texts: readonly string[], then: 'end' | 'break' | 'silence' = 'end'): Step =>
  (response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.flushHeaders();
    for (const text of texts) response.write(text);
    if (then === 'end') response.end();
    if (then === 'break') setTimeout(() => response.destroy(), 20);
  };
