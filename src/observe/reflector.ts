/**
 * Keeps a sink equal to one resource of the API server: list in pages, then watch from there, for ever. In the sense
 * of client-go's reflector. It ends only when its signal is aborted; whatever else happens, it goes on.
 */
import { type Backoff, backoff, pause } from './backoff.ts';
import type { Connection } from './connection.ts';
import { faultOf, isRefusal, isSilence, StatusError } from './fault.ts';
import { pagesOf, selected } from './list.ts';
import { isRecord } from './shapes/shape.ts';

/** What a reflector tells. Calls come one after the other; each is awaited. */
export interface Sink {
  /** All objects there are, page by page as they arrive: what the sink has and these lack is gone. */
  replace(pages: AsyncIterable<readonly unknown[]>): Promise<void>;
  /** Changes in order. */
  change(events: readonly WatchEvent[]): Promise<void>;
  /**
   * The resource cannot be had: nothing of it is known any more. Said once until `replace` is called again.
   * @param absent the server does not have it, rather than not showing it
   */
  missing(why: string, absent: boolean): void;
  /** The server is unwell, or `busy`: it asks to wait. What the sink has stays. */
  unwell(why: string, busy: boolean): void;
  /** The server answers again. */
  well(): void;
}

export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: unknown;
}

/** In milliseconds. */
export interface Patience {
  /** Silence after which a watch counts as half-open; bookmarks come about once a minute. */
  readonly idleTimeout?: number;
  /** How often a missing resource is asked for again; and how long one that was there must be, to be missing. */
  readonly missingRetry?: number;
}

export interface ReflectorOptions extends Patience {
  readonly connection: Connection;
  /** `/apis/apps/v1/deployments`; or found anew before each list, where what is thrown counts like a failed list. */
  readonly path: string | (() => Promise<string>);
  /** Only objects with these labels. */
  readonly selector?: string | undefined;
  readonly resource: string;
  readonly sink: Sink;
  readonly signal: AbortSignal;
  /** A restart of the watch, for the metric: why. */
  readonly onRestart?: (reason: string) => void;
}

const IDLE_TIMEOUT = 90_000;
const MISSING_RETRY = 15_000;
/** An API server that comes back after a restart should not be waited out for long. */
const LONGEST_WAIT = 8_000;
/** So many refusals in a row of one version, and it is the version that is at fault. */
const REFUSALS = 3;
/** A watch that ends sooner than this is not restarted at once. */
const SHORT_WATCH = 1_000;

/** Runs until the signal is aborted. Never rejects. */
export async function reflect(options: ReflectorOptions): Promise<void> {
  const { signal, sink, resource, onRestart } = options;
  const wait = backoff({ most: LONGEST_WAIT });
  const loss = lossAfter(options.missingRetry ?? MISSING_RETRY);
  let version: string | undefined;
  let path = '';
  let refusals = 0;
  const reached = (newer: string) => {
    version = newer;
    refusals = 0;
    wait.reset();
  };
  while (!signal.aborted) {
    try {
      if (version === undefined) {
        path = typeof options.path === 'string' ? options.path : await options.path();
        version = await list(options, path);
        refusals = 0;
        loss.listed();
        sink.well();
      }
      version = await watch(options, path, version, reached);
      onRestart?.('ended');
    } catch (error) {
      if (signal.aborted) return;
      if (version !== undefined && isSilence(error)) onRestart?.('silence');
      else version = await recover(faultOf(error, resource), version, options, { wait, loss });
      refusals += isRefusal(error) ? 1 : 0;
      // of a server that was restored from a backup, say, which has not got so far yet
      if (refusals >= REFUSALS) version = undefined;
    }
  }
}

/** @returns the version to watch from, or undefined to list again */
async function recover(
  fault: ReturnType<typeof faultOf>,
  version: string | undefined,
  { signal, sink, onRestart, missingRetry = MISSING_RETRY }: ReflectorOptions,
  { wait, loss }: { readonly wait: Backoff; readonly loss: Loss },
): Promise<string | undefined> {
  onRestart?.(fault.kind);
  switch (fault.kind) {
    case 'relist':
      await pause(wait.next(), signal);
      return undefined;
    case 'missing':
      if (loss.isBelieved()) {
        sink.missing(fault.why, fault.absent === true);
        await pause(missingRetry * (0.75 + Math.random() / 2), signal);
      } else await pause(wait.next(), signal);
      return undefined;
    case 'retry':
      sink.unwell(fault.why, fault.busy === true);
      await pause(wait.next(fault.after), signal);
      return version;
  }
}

interface Loss {
  /** The resource is there. */
  listed(): void;
  /** The server says that it is not: is that so? */
  isBelieved(): boolean;
}

/**
 * An API server that has just started refuses everything until it has read its own rules. What could be read a moment
 * ago is not lost because of that.
 */
function lossAfter(milliseconds: number): Loss {
  let isThere = false;
  let since: number | undefined;
  return {
    listed() {
      isThere = true;
      since = undefined;
    },
    isBelieved() {
      since ??= performance.now();
      if (isThere && performance.now() - since < milliseconds) return false;
      isThere = false;
      return true;
    },
  };
}

/** @returns the resourceVersion of the list */
async function list({ connection, selector, signal, sink }: ReflectorOptions, path: string): Promise<string> {
  let version = '';
  const pages = async function* (): AsyncIterable<readonly unknown[]> {
    for await (const { items, resourceVersion } of pagesOf(connection, path, selector, signal)) {
      version = resourceVersion;
      yield items;
    }
  };
  await sink.replace(pages());
  return version;
}

/** Follows one watch to its end. @returns the version to go on from */
async function watch(
  { connection, selector, signal, sink, idleTimeout = IDLE_TIMEOUT }: ReflectorOptions,
  path: string,
  from: string,
  reached: (version: string) => void,
): Promise<string> {
  const begun = performance.now();
  const query = new URLSearchParams({
    watch: '1',
    resourceVersion: from,
    allowWatchBookmarks: 'true',
    ...selected(selector),
    // not all watches at once: the server ends each after a time of its own
    timeoutSeconds: String(240 + Math.floor(Math.random() * 240)),
  });
  const body = await connection.stream({ path: `${path}?${query}`, signal, bodyTimeout: idleTimeout });
  sink.well();
  let version = from;
  for await (const lines of linesOf(body)) {
    version = (await tell(lines, sink)) ?? version;
    reached(version);
  }
  // ended by the server, which it does under load: go on from here, but not in a tight loop
  const lasted = performance.now() - begun;
  if (lasted < SHORT_WATCH) await pause(SHORT_WATCH - lasted, signal);
  return version;
}

/**
 * A function of its own: while a watch waits, its loop holds on to what it had last, and that may be megabytes.
 * @returns the version of the last event
 */
async function tell(lines: readonly string[], sink: Sink): Promise<string | undefined> {
  const events = lines.map(eventOf);
  const changes = events.flatMap(({ type, object }) => (type === 'BOOKMARK' ? [] : [{ type, object }]));
  if (changes.length > 0) await sink.change(changes);
  return events.at(-1)?.version;
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
