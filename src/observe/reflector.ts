/**
 * Keeps a sink equal to one resource of the API server: list in pages, then watch from there, for ever. In the sense
 * of client-go's reflector. It ends only when its signal is aborted; whatever else happens, it goes on.
 */
import { type Backoff, backoff, pause } from './backoff.ts';
import type { Connection } from './connection.ts';
import { faultOf, isSilence, StatusError } from './fault.ts';
import { pagesOf } from './list.ts';
import { isRecord } from './shapes/shape.ts';

/** What a reflector tells. Calls come one after the other; each is awaited. */
export interface Sink {
  /** All objects there are, page by page as they arrive: what the sink has and these lack is gone. */
  replace(pages: AsyncIterable<readonly unknown[]>): Promise<void>;
  /** Changes in order. */
  change(events: readonly WatchEvent[]): Promise<void>;
  /** The resource cannot be had: nothing of it is known any more. Said once until `replace` is called again. */
  missing(why: string): void;
  /** The server is unwell; what the sink has stays. `since` counts failures in a row. */
  unwell(why: string): void;
  /** The server answers again. */
  well(): void;
}

export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: unknown;
}

export interface ReflectorOptions {
  readonly connection: Connection;
  /** `/apis/apps/v1/deployments`. */
  readonly path: string;
  readonly resource: string;
  readonly sink: Sink;
  readonly signal: AbortSignal;
  /** A restart of the watch, for the metric: why. */
  readonly onRestart?: (reason: string) => void;
  /** Silence after which a watch counts as half-open; bookmarks come about once a minute. */
  readonly idleTimeout?: number;
  /** How often a missing resource is asked for again. */
  readonly missingRetry?: number;
}

const IDLE_TIMEOUT = 90_000;
const MISSING_RETRY = 15_000;
/** An API server that comes back after a restart should not be waited out for long. */
const LONGEST_WAIT = 8_000;
/** A watch that ends sooner than this is not restarted at once. */
const SHORT_WATCH = 1_000;

/** Runs until the signal is aborted. Never rejects. */
export async function reflect(options: ReflectorOptions): Promise<void> {
  const { signal, sink, resource, onRestart } = options;
  const wait = backoff({ most: LONGEST_WAIT });
  let version: string | undefined;
  while (!signal.aborted) {
    try {
      if (version === undefined) version = await list(options);
      wait.reset();
      sink.well();
      version = await watch(options, version, (newer) => (version = newer));
      onRestart?.('ended');
    } catch (error) {
      if (signal.aborted) return;
      if (version !== undefined && isSilence(error)) onRestart?.('silence');
      else version = await recover(faultOf(error, resource), version, options, wait);
    }
  }
}

/** @returns the version to watch from, or undefined to list again */
async function recover(
  fault: ReturnType<typeof faultOf>,
  version: string | undefined,
  { signal, sink, onRestart, missingRetry = MISSING_RETRY }: ReflectorOptions,
  wait: Backoff,
): Promise<string | undefined> {
  onRestart?.(fault.kind);
  switch (fault.kind) {
    case 'relist':
      await pause(wait.next(), signal);
      return undefined;
    case 'missing':
      sink.missing(fault.why);
      await pause(missingRetry * (0.75 + Math.random() / 2), signal);
      return undefined;
    case 'retry':
      sink.unwell(fault.why);
      await pause(wait.next(fault.after), signal);
      return version;
  }
}

/** @returns the resourceVersion of the list */
async function list({ connection, path, signal, sink }: ReflectorOptions): Promise<string> {
  let version = '';
  const pages = async function* (): AsyncIterable<readonly unknown[]> {
    for await (const { items, resourceVersion } of pagesOf(connection, path, signal)) {
      version = resourceVersion;
      yield items;
    }
  };
  await sink.replace(pages());
  return version;
}

/** Follows one watch to its end. @returns the version to go on from */
async function watch(
  { connection, path, signal, sink, idleTimeout = IDLE_TIMEOUT }: ReflectorOptions,
  from: string,
  reached: (version: string) => void,
): Promise<string> {
  const begun = performance.now();
  const query = new URLSearchParams({
    watch: '1',
    resourceVersion: from,
    allowWatchBookmarks: 'true',
    // not all watches at once: the server ends each after a time of its own
    timeoutSeconds: String(240 + Math.floor(Math.random() * 240)),
  });
  const body = await connection.stream({ path: `${path}?${query}`, signal, bodyTimeout: idleTimeout });
  let version = from;
  for await (const lines of linesOf(body)) {
    const events = lines.map(eventOf);
    const changes = events.flatMap(({ type, object }) => (type === 'BOOKMARK' ? [] : [{ type, object }]));
    if (changes.length > 0) await sink.change(changes);
    version = events.at(-1)?.version ?? version;
    reached(version);
  }
  // ended by the server, which it does under load: go on from here, but not in a tight loop
  const lasted = performance.now() - begun;
  if (lasted < SHORT_WATCH) await pause(SHORT_WATCH - lasted, signal);
  return version;
}

interface Line {
  readonly type: WatchEvent['type'] | 'BOOKMARK';
  readonly object: unknown;
  readonly version: string | undefined;
}

/** @throws StatusError for an ERROR event; SyntaxError for a truncated line */
function eventOf(line: string): Line {
  const event: unknown = JSON.parse(line);
  if (!isRecord(event) || !isRecord(event['object']))
    throw new Error('a watch sent something else than an event');
  const { type, object } = event;
  if (type === 'ERROR')
    throw new StatusError(Number(object['code']), String(object['message']), String(object['reason']));
  if (type !== 'ADDED' && type !== 'MODIFIED' && type !== 'DELETED' && type !== 'BOOKMARK') {
    throw new Error(`a watch sent an event of type ${String(type)}`);
  }
  const metadata = isRecord(object['metadata']) ? object['metadata'] : {};
  const version = typeof metadata['resourceVersion'] === 'string' ? metadata['resourceVersion'] : undefined;
  return { type, object, version };
}

/** The whole lines of each chunk, together, so that a burst is handled at once. */
async function* linesOf(body: AsyncIterable<Uint8Array>): AsyncIterable<readonly string[]> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of body) {
    rest += decoder.decode(chunk, { stream: true });
    const end = rest.lastIndexOf('\n');
    if (end < 0) continue;
    const lines = rest
      .slice(0, end)
      .split('\n')
      .filter((line) => line !== '');
    rest = rest.slice(end + 1);
    if (lines.length > 0) yield lines;
  }
  if (rest.trim() !== '') throw new Error('the watch broke off in the middle of an event');
}
