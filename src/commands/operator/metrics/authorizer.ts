/**
 * Who may read the metrics. The API server decides; its answers are kept for a while, and it is asked so rarely that
 * a flood of made-up tokens neither fills the memory nor keeps the API server from our own work.
 */
import { hash } from 'node:crypto';

export type Verdict =
  | 'allowed'
  /** The API server does not know the token. */
  | 'unknown'
  /** It knows whose it is, and they may not. */
  | 'forbidden'
  /** Too many are asking: try again. */
  | 'busy'
  /** The API server cannot be asked: nobody may. */
  | 'unavailable';

export interface AuthorizerOptions {
  /** Asks the API server. @throws whatever asking throws */
  readonly review: (token: string) => Promise<'allowed' | 'unknown' | 'forbidden'>;
  readonly onTrouble: (error: unknown) => void;
  /** Milliseconds of a clock that only goes forward. */
  readonly now: () => number;
}

/** In milliseconds. */
const ALLOWED_FOR = 60_000;
const REFUSED_FOR = 10_000;
/** Answers that are kept. Those who may are few, and are not pushed out by those who may not. */
const MOST_ALLOWED = 256;
const MOST_REFUSED = 1_024;
/** Reviews at the same time, per second, and at once after a pause. */
const CONCURRENT = 4;
const RATE = 10;
const BURST = 20;

/** @returns a function that tells what a token is good for; it never throws */
export function authorizer(options: AuthorizerOptions): (token: string) => Promise<Verdict> {
  const { now } = options;
  const allowed = answers(MOST_ALLOWED, ALLOWED_FOR, now);
  const refused = answers(MOST_REFUSED, REFUSED_FOR, now);
  const asking = new Map<string, Promise<Verdict>>();
  const turn = turns(now);

  const ask = async (token: string, key: string): Promise<Verdict> => {
    try {
      const verdict = await options.review(token);
      allowed.forget(key);
      (verdict === 'allowed' ? allowed : refused).keep(key, verdict);
      return verdict;
    } catch (error) {
      options.onTrouble(error);
      return 'unavailable';
    } finally {
      asking.delete(key);
    }
  };
  return async (token) => {
    const key = hash('sha256', token, 'base64'); // a token itself is kept nowhere
    const answer = allowed.find(key) ?? refused.find(key) ?? asking.get(key);
    if (answer !== undefined) return answer;
    // whoever was allowed a moment ago need not queue up behind strangers: they are few, and ask once a minute
    if (!allowed.had(key) && (asking.size >= CONCURRENT || !turn())) return 'busy';
    const verdict = ask(token, key);
    asking.set(key, verdict);
    return verdict;
  };
}

function answers(most: number, lifetime: number, now: () => number) {
  const kept = new Map<string, { readonly verdict: Verdict; readonly until: number }>();
  return {
    find(key: string): Verdict | undefined {
      const found = kept.get(key);
      return found !== undefined && now() < found.until ? found.verdict : undefined;
    },
    /** Was it here, however long ago? */
    had: (key: string) => kept.has(key),
    keep(key: string, verdict: Verdict) {
      kept.delete(key);
      const [oldest] = kept.keys();
      if (kept.size >= most && oldest !== undefined) kept.delete(oldest);
      kept.set(key, { verdict, until: now() + lifetime });
    },
    forget: (key: string) => kept.delete(key),
  };
}

/** A token bucket that lets nobody wait. */
function turns(now: () => number): () => boolean {
  let left = BURST;
  let last = now();
  return () => {
    const time = now();
    left = Math.min(BURST, left + ((time - last) / 1000) * RATE);
    last = time;
    if (left < 1) return false;
    left -= 1;
    return true;
  };
}
