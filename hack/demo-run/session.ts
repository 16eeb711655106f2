/** One run of the demo. */
export interface Session {
  /** Aborted by Ctrl-C, and by `fail`: every wait listens to it. */
  readonly signal: AbortSignal;
  /** Something that the demo stands on has ended. */
  readonly fail: (reason: unknown) => void;
  /** What must not outlive it, the last started first. */
  readonly cleanup: AsyncDisposableStack;
}

export function startSession(interrupt: AbortSignal): Session {
  const failure = new AbortController();
  return {
    signal: AbortSignal.any([interrupt, failure.signal]),
    fail: (reason) => failure.abort(reason),
    cleanup: new AsyncDisposableStack(),
  };
}

/** As Promise.all, but one failure ends the others, and none of them still runs when this throws. */
export async function together<T extends readonly unknown[] | []>(
  session: Session,
  promises: T,
): Promise<{ -readonly [Index in keyof T]: Awaited<T[Index]> }> {
  try {
    return await Promise.all(promises);
  } catch (error) {
    session.fail(error);
    await Promise.allSettled(promises);
    throw error;
  }
}

export const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    // an event listener does not keep the process alive
    const alive = setInterval(() => undefined, 60_000);
    const done = () => {
      clearInterval(alive);
      resolve();
    };
    if (signal.aborted) done();
    else signal.addEventListener('abort', done, { once: true });
  });
