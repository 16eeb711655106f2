/** Competes for the Lease for as long as the process runs: follows, leads, and goes back to following. */
import { pause } from '../../../observe/backoff.ts';
import { messageOf, StatusError } from '../../../observe/fault.ts';
import { type Logger, once } from '../../log.ts';
import { type Candidate, TIMING } from './candidate.ts';

export interface Leadership {
  /** May we write, at this very moment? */
  readonly leads: () => boolean;
  /** Is it known that another one writes? */
  follows(): boolean;
  /** From now on we compete. `onLead` is called each time that we begin to lead. */
  compete(onLead: () => void): void;
  /** Ends it; a Lease that we hold is given up. Nothing may be written any more, nor be under way. */
  end(): Promise<void>;
}

/** For an operator that has no others beside it. */
export const alone: Leadership = {
  leads: () => true,
  follows: () => false,
  compete: (onLead) => onLead(),
  end: () => Promise.resolve(),
};

export function election(candidate: Candidate, identity: string, logger: Logger): Leadership {
  const ending = new AbortController();
  let running: Promise<void> = Promise.resolve();
  const told = tell(logger, identity);

  const run = async (onLead: () => void) => {
    while (!ending.signal.aborted) {
      try {
        const outcome = await candidate.attempt();
        told.answered();
        if (outcome === 'begins') {
          told.leads();
          onLead();
        }
      } catch (error) {
        told.trouble(error);
      }
      if (!candidate.leads()) told.follows(candidate.holder());
      await pause(waitOf(candidate), ending.signal);
    }
  };
  return {
    leads: () => candidate.leads(),
    follows: () => {
      const holder = candidate.holder();
      return !candidate.leads() && holder !== undefined && holder !== identity;
    },
    compete(onLead) {
      running = run(onLead);
    },
    async end() {
      ending.abort();
      await running;
      await candidate.release().catch((error: unknown) => {
        logger.warn(`the Lease could not be given up, others wait until it is over: ${messageOf(error)}`);
      });
    },
  };
}

/** A leader renews in time; a follower looks when the Lease may be free, and not all at the same moment. */
function waitOf(candidate: Candidate): number {
  if (candidate.leads()) return TIMING.retry;
  const retry = TIMING.retry * (0.8 + Math.random() * 0.2);
  const free = candidate.freeAt() - performance.now();
  return free > 0 ? Math.min(retry, free + 5) : retry;
}

function tell(logger: Logger, identity: string) {
  const said = once();
  /** Who leads, as we said last. */
  let last = '';
  return {
    leads: () => {
      last = identity;
      logger.info('leading: this process writes the reports', { identity });
    },
    follows: (holder = '') => {
      if (last === identity) logger.warn('the Lease is lost: this process writes nothing any more');
      const other = holder === identity ? '' : holder;
      if (other !== '' && other !== last)
        logger.info('following: another process writes the reports', { leader: other });
      last = other;
    },
    answered: () => said.forget('trouble'),
    trouble: (error: unknown) =>
      said.say('trouble', () =>
        logger.warn(
          error instanceof StatusError && error.code === 403
            ? `not allowed to take part in the election (${error.message}): apply the Role in manifests/`
            : `the Lease cannot be read or renewed: ${messageOf(error)}`,
        ),
      ),
  };
}
