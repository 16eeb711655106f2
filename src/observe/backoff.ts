/** How long to wait before trying again: longer each time, with jitter, so that clients do not come back in step. */

export interface Backoff {
  /** The next delay in milliseconds. @param atLeast what the server asked for */
  next(atLeast?: number): number;
  /** After success: start from the first delay again. */
  reset(): void;
}

export function backoff({ first = 500, most = 30_000, random = Math.random } = {}): Backoff {
  let delay = first;
  return {
    next(atLeast = 0) {
      const jittered = delay * (0.5 + random() / 2);
      delay = Math.min(most, delay * 2);
      return Math.max(atLeast, jittered);
    },
    reset() {
      delay = first;
    },
  };
}

/** Resolves after the time, or at once when the signal is aborted. */
export function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener('abort', done);
  });
}
