import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf, Problem } from './problem.ts';

export interface WaitOptions {
  /** Completes the sentence "waited N s for ...". */
  readonly what: string;
  readonly timeoutMs: number;
  readonly everyMs?: number;
  readonly signal?: AbortSignal | undefined;
}

/** Asks until the answer is not undefined. Every wait of this folder ends: by an answer, by time, or by the signal. */
export async function waitFor<T>(
  ask: () => Promise<T | undefined> | T | undefined,
  { what, timeoutMs, everyMs = 50, signal }: WaitOptions,
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  let last = 'no answer';
  for (;;) {
    signal?.throwIfAborted();
    try {
      const answer = await ask();
      if (answer !== undefined) return answer;
    } catch (error) {
      if (error instanceof Problem) throw error; // it will not get better by asking again
      last = messageOf(error);
    }
    if (Date.now() >= deadline) throw new Problem(`waited ${timeoutMs / 1000} s for ${what} (last: ${last})`);
    // an interrupted sleep is reported by the next round, with the signal's own reason
    await sleep(everyMs, undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
  }
}
