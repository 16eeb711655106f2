/** Assesses every workload of a world, and only those again whose surroundings have changed. */
import type { Check } from '../axes/check.ts';
import type { RiskPolicy } from '../policy/policy.ts';
import { type Surroundings, surroundingsLayer } from '../world/surroundings.ts';
import type { World } from '../world/world.ts';
import type { Workload } from '../world/workloads.ts';
import { type Assessment, assess } from './assess.ts';

export interface Assessed {
  readonly workload: Workload;
  /** Undefined if a check failed on this workload, which is a defect of ours: `error` names the check. */
  readonly assessment?: Assessment;
  readonly error?: unknown;
  /** It is not the object that the last pass gave for this workload. */
  readonly changed: boolean;
}

export interface Assessor {
  /** What `each` begins with, in steps that give nothing yet, so that the caller may rest there as well. */
  prepare(world: World): Iterable<undefined>;
  /**
   * All workloads, one step each, so that the caller may rest in between. To be run to its end: what it has not
   * come across by then is forgotten.
   */
  each(world: World, policy: RiskPolicy): Iterable<Assessed>;
}

/** The same for a world that is looked at once: nothing is kept. */
export function* assessOnce(
  world: World,
  policy: RiskPolicy,
  checks: readonly Check[],
): Iterable<Omit<Assessed, 'changed'>> {
  const surroundings = surroundingsLayer({ lasting: false });
  for (const workload of surroundings.workloads(world).values())
    yield { workload, ...attempt(workload, surroundings.of(workload, world, policy), checks) };
}

interface Memo extends Omit<Assessed, 'changed'> {
  readonly around: Surroundings;
}

/** The memo lives in this closure, one per world; references decide what is made again. */
export function assessor(checks: readonly Check[]): Assessor {
  const surroundings = surroundingsLayer();
  const memos = new Map<string, Memo>();
  return {
    prepare: (world) => surroundings.prepare(world),
    *each(world, policy) {
      const present = surroundings.workloads(world);
      for (const [key, workload] of present) {
        const around = surroundings.of(workload, world, policy);
        const before = memos.get(key);
        const changed = before?.workload !== workload || before.around !== around;
        const memo = changed ? { workload, around, ...attempt(workload, around, checks) } : before;
        memos.set(key, memo);
        const { around: _, ...assessed } = memo;
        yield { ...assessed, changed };
      }
      for (const key of memos.keys()) if (!present.has(key)) memos.delete(key);
      surroundings.sweep();
    },
  };
}

/** One workload on which a check fails must not cost the others their reports. */
function attempt(workload: Workload, around: Surroundings, checks: readonly Check[]) {
  try {
    return { assessment: assess(workload, around, checks) };
  } catch (error) {
    return { error };
  }
}
