/** What an operator waits for before it can begin. */
import { backoff, pause } from '../../observe/backoff.ts';
import type { Connection } from '../../observe/connection.ts';
import { messageOf, StatusError } from '../../observe/fault.ts';
import { CommandError } from '../error.ts';
import { type Logger, once } from '../log.ts';
import { crdProblem } from './crd.ts';

const CRD_RETRY = 5_000;

/** Waits for a server that knows us. @throws CommandError if it does not */
export async function authenticated(
  connection: Connection,
  logger: Logger,
  stop: AbortSignal,
): Promise<void> {
  const wait = backoff({ most: 10_000 });
  const said = once();
  while (!stop.aborted) {
    try {
      await connection.json({ path: '/version', signal: stop });
      return;
    } catch (error) {
      if (stop.aborted) return;
      if (error instanceof StatusError && error.code === 401) {
        throw new CommandError(
          'the API server does not accept the credentials of the kubeconfig: log in again',
          1,
        );
      }
      if (error instanceof StatusError && error.code === 403) return; // it knows us; what we may not read will be said
      const why = messageOf(error);
      said.say(why, () =>
        logger.warn(`the API server cannot be reached (${why}): trying again; is the context right?`),
      );
      await pause(wait.next(), stop);
    }
  }
}

/** Waits until the CRD is one that reports can be written to. */
export async function currentCrd(connection: Connection, logger: Logger, stop: AbortSignal): Promise<void> {
  const said = once();
  while (!stop.aborted) {
    const problem = await crdProblem(connection).catch((error: unknown) => messageOf(error));
    if (problem === undefined) return;
    said.say(problem, () => logger.error(`nothing can be written: ${problem}`));
    await pause(CRD_RETRY, stop);
  }
}

export const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
