/** Faults of lists, of the begin of a watch, and of writes: what the answer is, or whether it comes. */
import { isReportWrite } from '../exchange.ts';
import type { Effect } from '../proxy.ts';
import type { Fault, Stage } from '../stage.ts';
import { someOf } from './choice.ts';
import { errorEvent } from './watches.ts';

const status = (code: number, reason: string, headers: Readonly<Record<string, string>> = {}): Effect => ({
  kind: 'answer',
  status: code,
  headers,
  body: { kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason, message: `injected ${code}` },
});

/** Lets some resources be listed anew, and has the first lists of each answered so. */
const onLists = (name: string, effect: Effect, times: number): Fault =>
  onReads(name, { verb: 'list', effect, times, end: (watch) => watch.endWith(errorEvent(410, 'Expired')) });

interface Reads {
  readonly verb: 'list' | 'watch';
  readonly effect: Effect;
  /** So many for each resource. */
  readonly times: number;
  readonly end: (watch: { end(): void; endWith(event: object): void }) => void;
}

function onReads(name: string, { verb, effect, times, end }: Reads): Fault {
  return {
    name,
    async inject({ proxy, random, until }) {
      await until('a watch to be open', () => proxy.watches.size > 0);
      const chosen = someOf(random, [...proxy.watches]);
      const left = new Map(chosen.map(({ resource }) => [resource, times]));
      const release = proxy.rule({
        apply(exchange) {
          const count = exchange.verb === verb ? (left.get(exchange.resource) ?? 0) : 0;
          if (count === 0) return undefined;
          left.set(exchange.resource, count - 1);
          return effect;
        },
      });
      try {
        await until(
          `each ${verb} to be answered so`,
          () => [...left.values()].every((count) => count === 0),
          () => {
            for (const watch of proxy.watches) if ((left.get(watch.resource) ?? 0) > 0) end(watch);
          },
        );
      } finally {
        release();
      }
    },
  };
}

/** The next writes of reports are answered so. */
function onWrites(name: string, effect: Effect, most: number): Fault {
  return {
    name,
    async inject(stage: Stage) {
      const { proxy, random, stir, until } = stage;
      let left = 1 + random.int(most);
      const release = proxy.rule({
        apply: (exchange) => (isReportWrite(exchange) && left-- > 0 ? effect : undefined),
      });
      try {
        await until('reports to be written', () => left <= 0, stir);
      } finally {
        release();
      }
    },
  };
}

export const answerFaults: readonly Fault[] = [
  onReads('410 on watch', {
    verb: 'watch',
    effect: status(410, 'Expired'),
    times: 1,
    end: (watch) => watch.end(),
  }),
  onLists('list answered 500', status(500, 'InternalError'), 2),
  onLists('list answered 429', status(429, 'TooManyRequests', { 'retry-after': '1' }), 2),
  onLists('list slow', { kind: 'slow', milliseconds: 1500 }, 1),
  onWrites('write answered 409', status(409, 'Conflict'), 5),
  onWrites('write answered 422', status(422, 'Invalid'), 3),
  onWrites('write answered 429', status(429, 'TooManyRequests', { 'retry-after': '1' }), 5),
  onWrites('write applied, answer lost', { kind: 'lose' }, 2),
];
