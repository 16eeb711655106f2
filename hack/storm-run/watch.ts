/** One watch that passes through the proxy. */
import { constants, type Http2ServerResponse } from 'node:http2';
import type { IncomingMessage } from 'node:http';
import type { Exchange } from './exchange.ts';

export interface OpenWatch {
  readonly resource: string;
  /** Broken off: RST_STREAM. */
  drop(): void;
  /** As the server ends it under load: no error, no event. */
  end(): void;
  /** Half-open: nothing passes any more, and nobody says so. */
  freeze(): void;
  /** Ends after this line. */
  endWith(event: object): void;
  /** Ends in the middle of the next event. */
  truncate(): void;
}

interface Options {
  readonly exchange: Exchange;
  readonly watches: Set<OpenWatch>;
  readonly rewrite: (resource: string, object: unknown) => unknown;
}

/** Resolves when it is over. @throws if the server broke it off */
export async function followWatch(
  answer: IncomingMessage,
  response: Http2ServerResponse,
  { exchange: { resource }, watches, rewrite }: Options,
): Promise<void> {
  const state: { now: 'open' | 'truncating' | 'over' } = { now: 'open' };
  const leave = () => {
    state.now = 'over'; // what else comes belongs to the next watch
    watches.delete(open);
  };
  const finish = (text = '') => {
    leave();
    response.end(text);
  };
  const open: OpenWatch = {
    resource,
    drop: () => response.stream?.close(constants.NGHTTP2_INTERNAL_ERROR),
    end: finish,
    freeze: leave,
    endWith: (event) => finish(`${JSON.stringify(event)}\n`),
    truncate: () => void (state.now = 'truncating'),
  };
  watches.add(open);
  response.on('close', leave);
  for await (const line of linesOf(answer)) {
    if (state.now === 'truncating') finish(line.slice(0, line.length / 2));
    else if (state.now === 'open') response.write(`${rewritten(line, resource, rewrite)}\n`);
  }
  if (state.now !== 'over') finish();
}

async function* linesOf(answer: IncomingMessage): AsyncIterable<string> {
  let rest = '';
  for await (const text of answer.setEncoding('utf8') as AsyncIterable<string>) {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
}

function rewritten(line: string, resource: string, rewrite: Options['rewrite']): string {
  const event = JSON.parse(line) as { readonly type: string; readonly object: unknown };
  if (event.type === 'BOOKMARK' || event.type === 'ERROR') return line;
  const object = rewrite(resource, event.object);
  return object === event.object ? line : JSON.stringify({ ...event, object });
}
