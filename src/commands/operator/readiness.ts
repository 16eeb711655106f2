/** Is the operator alive, and are its reports to be trusted? */
import type { Parts } from './assemble.ts';
import type { Answer, Route } from './http.ts';
import type { Leadership } from './leader/election.ts';

export interface Readiness {
  readonly routes: Readonly<Record<string, Route>>;
  /** From now on readiness is about these. */
  observe(parts: Pick<Parts, 'observer' | 'writer' | 'isWarm'>): void;
  /** The operator is stopping: no longer ready. */
  stop(): void;
  /** Resolves when every report is as wanted; at once if nothing may be written. */
  settled(): Promise<void>;
}

/** What an anonymous caller may know: nothing but whether. */
const yes: Answer = { status: 200, body: 'ok\n' };
const no: Answer = { status: 503, body: 'not ready\n' };

/** @param maxStale seconds for which data of an API server that does not answer is still good */
export function readiness(maxStale: number, leadership: Pick<Leadership, 'leads' | 'follows'>): Readiness {
  let parts: Pick<Parts, 'observer' | 'writer' | 'isWarm'> | undefined;
  let wasReady = false;
  let stopping = false;
  const isReady = () => {
    if (parts === undefined || stopping) return false;
    // beside a leader: ready to take its place
    wasReady ||= parts.isWarm() && leadership.follows();
    return wasReady && parts.observer.unwell().every(({ since }) => Date.now() - since < maxStale * 1000);
  };
  return {
    routes: {
      '/healthz': () => yes,
      '/readyz': () => (isReady() ? yes : no),
    },
    observe(observed) {
      parts = observed;
      void parts.writer.settled().then(() => (wasReady = true));
    },
    stop() {
      stopping = true;
    },
    settled: async () => {
      if (parts?.isWarm() === true && leadership.leads()) await parts.writer.settled();
    },
  };
}
