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
  prepare(world: World, policy: RiskPolicy): Iterable<undefined>;
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

/** What the last pass gave for one namespace. */
interface Kept {
  /** Of the surroundings: while it is the same, so is everything here. */
  readonly state: object;
  readonly memos: ReadonlyMap<string, Memo>;
}

interface Memo {
  readonly around: Surroundings;
  readonly assessed: Assessed;
}

/** The memos live in this closure, one per world; references decide what is made again. */
export function assessor(checks: readonly Check[]): Assessor {
  const surroundings = surroundingsLayer();
  let kept: ReadonlyMap<string, Kept> = new Map();
  return {
    prepare: (world, policy) => surroundings.prepare(world, policy),
    *each(world, policy) {
      const now = new Map<string, Kept>();
      for (const [namespace, workloads] of surroundings.byNamespace(world)) {
        const state = surroundings.state(namespace, world, policy);
        const before = kept.get(namespace);
        if (before?.state === state) {
          now.set(namespace, before);
          for (const { assessed } of before.memos.values()) yield assessed;
          continue;
        }
        const memos = new Map<string, Memo>();
        for (const [key, workload] of workloads) {
          const around = surroundings.of(workload, world, policy);
          const old = before?.memos.get(key);
          const isSame = old?.assessed.workload === workload && old.around === around;
          const memo = isSame ? old : made(workload, around, checks);
          memos.set(key, memo);
          yield isSame ? memo.assessed : { ...memo.assessed, changed: true };
        }
        now.set(namespace, { state, memos });
      }
      kept = now;
    },
  };
}

const made = (workload: Workload, around: Surroundings, checks: readonly Check[]): Memo => ({
  around,
  assessed: { workload, ...attempt(workload, around, checks), changed: false },
});

/** One workload on which a check fails must not cost the others their reports. */
function attempt(workload: Workload, around: Surroundings, checks: readonly Check[]) {
  try {
    return { assessment: assess(workload, around, checks) };
  } catch (error) {
    return { error };
  }
}
