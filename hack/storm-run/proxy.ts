/**
 * Stands between the operator and the real API server, speaks what both speak (HTTP/2 over TLS, with the API server's
 * own certificate), and passes everything on as it is, but for what the rules in force say.
 */
import { constants, createSecureServer, type Http2ServerRequest, type Http2ServerResponse } from 'node:http2';
import type { IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import { Agent, request as requestOver } from 'node:https';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { KeyAndCertificate } from '../cluster/certificates.ts';
import { type Exchange, exchangeOf } from './exchange.ts';
import { type Relay, startRelay } from './relay.ts';
import { followWatch, type OpenWatch } from './watch.ts';

/** What becomes of a request instead of being passed on and answered. */
export type Effect =
  /** The server never hears of it. */
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly body: object;
      readonly headers?: OutgoingHttpHeaders;
    }
  /** Answered with 200, and then nothing: a watch on which nothing happens. */
  | { readonly kind: 'silence' }
  /** The server does it, but its answer gets lost. */
  | { readonly kind: 'lose' }
  /** The answer begins late and comes in pieces. */
  | { readonly kind: 'slow'; readonly milliseconds: number };

export interface Rule {
  /** @returns undefined to leave the request to the other rules */
  apply(exchange: Exchange, body: string): Effect | undefined;
}

/** Changes an object on its way to the operator, in lists and in watches. */
export type Rewrite = (resource: string, object: unknown) => unknown;

export interface Proxy {
  /** https://127.0.0.1:PORT */
  readonly server: string;
  readonly relay: Relay;
  /** What is asked now, and was until now. */
  readonly watches: ReadonlySet<OpenWatch>;
  /** How often a resource was listed or watched so far, or a group asked for its versions. */
  asked(resource: string): number;
  /** Puts a rule in force, until the function that it returns is called. */
  rule(rule: Rule): () => void;
  rewrite(rewrite: Rewrite): () => void;
  close(): Promise<void>;
}

interface Options {
  /** Of the API server: https://127.0.0.1:PORT */
  readonly server: string;
  readonly pair: KeyAndCertificate & { readonly ca: string };
}

const counted: ReadonlySet<Exchange['verb']> = new Set(['list', 'watch', 'discover']);

type Request = Http2ServerRequest;
type Response = Http2ServerResponse;

export async function startProxy({ server, pair }: Options): Promise<Proxy> {
  const agent = new Agent({ keepAlive: true, ca: pair.ca });
  const rules = new Set<Rule>();
  const rewrites = new Set<Rewrite>();
  const watches = new Set<OpenWatch>();
  const asked = new Map<string, number>();
  const target = new URL(server);

  const rewritten = (resource: string, object: unknown): unknown =>
    [...rewrites].reduce((value, rewrite) => rewrite(resource, value), object);

  const pass = (incoming: Request, response: Response, exchange: Exchange, body: string, effect?: Effect) => {
    const { method, url } = incoming;
    const headers = { ...forwarded(incoming.headers), 'content-length': Buffer.byteLength(body) };
    const outgoing = requestOver({
      agent,
      host: target.hostname,
      port: target.port,
      method,
      path: url,
      headers,
    });
    outgoing.on('error', () => breakOff(response));
    response.on('close', () => outgoing.destroy());
    outgoing.on('response', (answer) => {
      if (effect?.kind === 'lose') return void answer.resume();
      void answered(answer, response, exchange, effect).catch(() => breakOff(response));
    });
    outgoing.end(body);
  };

  const answered = async (
    answer: IncomingMessage,
    response: Response,
    exchange: Exchange,
    effect?: Effect,
  ) => {
    const { statusCode = 502 } = answer;
    if (effect?.kind === 'slow') await sleep(effect.milliseconds);
    response.writeHead(statusCode, forwarded(answer.headers));
    if (exchange.verb === 'watch' && statusCode === 200)
      return followWatch(answer, response, { exchange, watches, rewrite: rewritten });
    const text = await textOf(answer);
    const isList = exchange.verb === 'list' && statusCode === 200 && rewrites.size > 0;
    const sent = isList ? rewrittenList(text, (item) => rewritten(exchange.resource, item)) : text;
    if (effect?.kind === 'slow') return inPieces(sent, response, effect.milliseconds);
    response.end(sent);
  };

  const handle = async (incoming: Request, response: Response) => {
    const exchange = exchangeOf(incoming.method, new URL(incoming.url, server));
    if (counted.has(exchange.verb)) asked.set(exchange.resource, (asked.get(exchange.resource) ?? 0) + 1);
    const body = await textOf(incoming);
    const effect = firstEffect(rules, exchange, body);
    if (effect?.kind === 'answer') {
      response.writeHead(effect.status, { 'content-type': 'application/json', ...effect.headers });
      response.end(JSON.stringify(effect.body));
    } else if (effect?.kind === 'silence') {
      response.writeHead(200, { 'content-type': 'application/json' });
    } else pass(incoming, response, exchange, body, effect);
  };

  const secure = createSecureServer({ key: pair.key, cert: pair.cert }, (incoming, response) => {
    response.on('error', () => undefined);
    void handle(incoming, response).catch(() => breakOff(response));
  });
  // what broke, broke on purpose
  secure.on('sessionError', () => undefined);
  await new Promise<void>((resolve) => secure.listen(0, '127.0.0.1', resolve));
  const relay = await startRelay((secure.address() as AddressInfo).port);
  return {
    server: `https://127.0.0.1:${relay.port}`,
    relay,
    watches,
    asked: (resource) => asked.get(resource) ?? 0,
    rule: (rule) => inForce(rules, rule),
    rewrite: (rewrite) => inForce(rewrites, rewrite),
    async close() {
      await relay.close();
      secure.close();
      agent.destroy();
    },
  };
}

function inForce<T>(all: Set<T>, one: T): () => void {
  all.add(one);
  return () => void all.delete(one);
}

function firstEffect(rules: ReadonlySet<Rule>, exchange: Exchange, body: string): Effect | undefined {
  for (const rule of rules) {
    const effect = rule.apply(exchange, body);
    if (effect !== undefined) return effect;
  }
  return undefined;
}

/** As if the API server had died in the middle. */
function breakOff(response: Response): void {
  if (!response.writableEnded) response.stream?.close(constants.NGHTTP2_INTERNAL_ERROR);
}

/** HTTP/2 has pseudo headers, HTTP/1.1 has a connection: neither means anything to the other side. */
function forwarded(headers: IncomingHttpHeaders): OutgoingHttpHeaders {
  const own = new Set(['connection', 'transfer-encoding', 'keep-alive', 'host', 'content-length']);
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => !name.startsWith(':') && !own.has(name)),
  );
}

async function textOf(stream: AsyncIterable<Buffer>): Promise<string> {
  return Buffer.concat(await Array.fromAsync(stream)).toString('utf8');
}

function rewrittenList(text: string, rewrite: (item: unknown) => unknown): string {
  const list = JSON.parse(text) as { readonly items: readonly unknown[] | null };
  return JSON.stringify({ ...list, items: (list.items ?? []).map(rewrite) });
}

const PIECES = 8;

async function inPieces(text: string, response: Response, milliseconds: number): Promise<void> {
  const bytes = Buffer.from(text);
  const size = Math.ceil(bytes.length / PIECES);
  for (let from = 0; from < bytes.length; from += size) {
    if (response.writableEnded || response.stream === undefined || response.stream.destroyed) return;
    response.write(bytes.subarray(from, from + size));
    await sleep(milliseconds / PIECES);
  }
  response.end();
}
