/** Turns bursts of changes into sweeps over the world, one at a time, without holding up the event loop. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Assessment } from '../../score/assess.ts';
import type { Assessor } from '../../score/assessor.ts';
import type { RiskPolicy } from '../../policy/policy.ts';
import type { World } from '../../world/world.ts';
import type { Workload } from '../../world/workload/workloads.ts';

interface Options {
  readonly assessor: Assessor;
  readonly world: () => World;
  readonly policy: () => RiskPolicy;
  /**
   * An assessment that is not that of the last sweep.
   * @param since when the first change that this sweep shows was seen, in milliseconds of `performance.now()`
   */
  readonly onAssessed: (assessment: Assessment, since: number) => void;
  /** A workload of the last sweep that is gone. */
  readonly onGone: (workload: Workload) => void;
  /** A sweep has come to its end. */
  readonly onSwept: (seconds: number) => void;
  readonly onError: (error: unknown) => void;
}

export interface Sweeper {
  /** The world is complete: sweep it, and from now on after each change. A part of it would look like deletions. */
  begin(): void;
  /** Something has changed: sweep soon. */
  touch(): void;
  /** No sweep begins any more. */
  stop(): void;
}

/** How long the world must be quiet before a sweep, and how long a stream of changes may put it off. */
const QUIET = 40;
const LONGEST = 250;
/**
 * A sweep is followed by this many times its own time without one, so that an endless stream of changes (a rollout after
 * the other) takes a quarter of a core at most; and for how long at the longest.
 */
const REST = 3;
const LONGEST_REST = 1000;
/** The longest time that the event loop is held. */
const SLICE = 8;

export function startSweeper(options: Options): Sweeper {
  let seen: ReadonlyMap<string, Workload> = new Map();
  let first: number | undefined;
  let rested = 0;
  let timer: NodeJS.Timeout | undefined;
  let sweeping = false;
  let begun = false;
  let stopped = false;

  const schedule = () => {
    if (!begun || stopped || sweeping || first === undefined) return;
    clearTimeout(timer);
    const now = performance.now();
    const left = Math.max(0, first + LONGEST - now);
    timer = setTimeout(() => void run(), Math.max(Math.min(QUIET, left), rested - now));
  };
  const run = async () => {
    const since = first ?? performance.now();
    first = undefined;
    sweeping = true;
    try {
      const { present, seconds } = await sweepOnce(options, since);
      for (const workload of seen.values()) if (!present.has(workload.key)) options.onGone(workload);
      seen = present;
      rested = performance.now() + Math.min(LONGEST_REST, REST * seconds * 1000);
      options.onSwept(seconds);
    } catch (error) {
      options.onError(error);
    } finally {
      sweeping = false;
      schedule();
    }
  };
  const touch = () => {
    first ??= performance.now();
    schedule();
  };
  return {
    begin() {
      begun = true;
      touch();
    },
    touch,
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}

async function sweepOnce({ assessor, world, policy, onAssessed, onError }: Options, since: number) {
  const present = new Map<string, Workload>();
  let begun = performance.now();
  let busy = 0;
  const rest = async (): Promise<void> => {
    busy += performance.now() - begun;
    await nextTurn();
    begun = performance.now();
  };
  const isLong = () => performance.now() - begun >= SLICE;
  const [seen, by] = [world(), policy()];
  for (const _ of assessor.prepare(seen, by)) if (isLong()) await rest();
  for (const step of assessor.each(seen, by)) {
    present.set(step.workload.key, step.workload);
    if (step.changed && step.assessment !== undefined) onAssessed(step.assessment, since);
    if (step.changed && step.error !== undefined) onError(step.error);
    if (isLong()) await rest();
  }
  return { present, seconds: (busy + performance.now() - begun) / 1000 };
}
