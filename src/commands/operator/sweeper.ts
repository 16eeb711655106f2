/** Turns bursts of changes into sweeps over the world, one at a time, without holding up the event loop. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Assessment } from '../../score/assess.ts';
import type { Assessor } from '../../score/assessor.ts';
import type { RiskPolicy } from '../../policy/policy.ts';
import type { World } from '../../world/world.ts';
import type { Workload } from '../../world/workloads.ts';

export interface Sweep {
  /** Assessments that are not those of the last sweep. */
  readonly changed: readonly Assessment[];
  /** Workloads that are gone. */
  readonly gone: readonly Workload[];
  /** When the first change that this sweep shows was seen, in milliseconds of `performance.now()`. */
  readonly since: number;
}

interface Options {
  readonly assessor: Assessor;
  readonly world: () => World;
  readonly policy: () => RiskPolicy;
  readonly onSweep: (sweep: Sweep) => void;
  readonly onDuration: (seconds: number) => void;
  readonly onError: (error: unknown) => void;
}

export interface Sweeper {
  /** Something has changed: sweep soon. */
  touch(): void;
  /** No sweep begins any more. */
  stop(): void;
}

/** How long the world must be quiet before a sweep, and how long a stream of changes may put it off. */
const QUIET = 40;
const LONGEST = 250;
/** The longest time that the event loop is held. */
const SLICE = 8;

export function startSweeper(options: Options): Sweeper {
  let seen: ReadonlyMap<string, Workload> = new Map();
  let first: number | undefined;
  let timer: NodeJS.Timeout | undefined;
  let sweeping = false;
  let stopped = false;

  const schedule = () => {
    if (stopped || sweeping || first === undefined) return;
    clearTimeout(timer);
    const left = Math.max(0, first + LONGEST - performance.now());
    timer = setTimeout(() => void run(), Math.min(QUIET, left));
  };
  const run = async () => {
    const since = first ?? performance.now();
    first = undefined;
    sweeping = true;
    try {
      const { changed, present } = await sweepOnce(options);
      const gone = [...seen.values()].filter(({ key }) => !present.has(key));
      seen = present;
      if (!stopped) options.onSweep({ changed, gone, since });
    } catch (error) {
      options.onError(error);
    } finally {
      sweeping = false;
      schedule();
    }
  };
  return {
    touch() {
      first ??= performance.now();
      schedule();
    },
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}

async function sweepOnce({ assessor, world, policy, onDuration, onError }: Options) {
  const changed: Assessment[] = [];
  const present = new Map<string, Workload>();
  let begun = performance.now();
  let busy = 0;
  for (const { workload, assessment, error, changed: isNew } of assessor.each(world(), policy())) {
    present.set(workload.key, workload);
    if (isNew && assessment !== undefined) changed.push(assessment);
    if (isNew && error !== undefined) onError(error);
    if (performance.now() - begun < SLICE) continue;
    busy += performance.now() - begun;
    await nextTurn();
    begun = performance.now();
  }
  onDuration((busy + performance.now() - begun) / 1000);
  return { changed, present };
}
