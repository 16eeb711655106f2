/** Is the operator alive, and are its reports to be trusted? */
import type { Observer } from '../../observe/cluster.ts';
import type { Writer } from '../../publish/writer.ts';
import type { Answer, Route } from './http.ts';

export interface Readiness {
  readonly routes: Readonly<Record<string, Route>>;
  /** From now on readiness is about these. */
  observe(observer: Observer, writer: Writer): void;
  /** The operator is stopping: no longer ready. */
  stop(): void;
  /** Resolves when every report is as wanted; at once if nothing was observed yet. */
  settled(): Promise<void>;
}

/** What an anonymous caller may know: nothing but whether. */
const yes: Answer = { status: 200, body: 'ok\n' };
const no: Answer = { status: 503, body: 'not ready\n' };

/** @param maxStale seconds for which data of an API server that does not answer is still good */
export function readiness(maxStale: number): Readiness {
  let parts: { readonly observer: Observer; readonly writer: Writer } | undefined;
  let written = false;
  let stopping = false;
  const isFresh = ({ observer }: { readonly observer: Observer }) =>
    observer.unwell().every(({ since }) => Date.now() - since < maxStale * 1000);
  return {
    routes: {
      '/healthz': () => yes,
      '/readyz': () => (parts !== undefined && written && !stopping && isFresh(parts) ? yes : no),
    },
    observe(observer, writer) {
      parts = { observer, writer };
      void writer.settled().then(() => (written = true));
    },
    stop() {
      stopping = true;
    },
    settled: () => parts?.writer.settled() ?? Promise.resolve(),
  };
}
