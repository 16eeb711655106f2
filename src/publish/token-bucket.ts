/** Limits a rate: so many per second, and so many at once after a pause. */
import { pause } from '../observe/backoff.ts';

export interface TokenBucket {
  /** Resolves when it is one's turn, or when the signal is aborted. */
  take(): Promise<void>;
}

export function tokenBucket(perSecond: number, burst: number, signal: AbortSignal): TokenBucket {
  let tokens = burst;
  let last = performance.now();
  return {
    async take() {
      const now = performance.now();
      tokens = Math.min(burst, tokens + ((now - last) / 1000) * perSecond);
      last = now;
      tokens -= 1;
      // a debt is paid by waiting, so that those who come later wait longer
      if (tokens < 0) await pause((-tokens / perSecond) * 1000, signal);
    },
  };
}
