/** Assesses every workload of a world, and only those again whose surroundings have changed. */
import type { Check } from '../axes/check.ts';
import type { RiskPolicy } from '../policy/policy.ts';
import { surroundingsLayer } from '../world/surroundings/layer.ts';
import type { Surroundings } from '../world/surroundings/surroundings.ts';
import type { Workload } from '../world/workload/workloads.ts';
import type { World } from '../world/world.ts';
import { type Assessment, assess } from './assess.ts';

export interface Assessed {
  readonly workload: Workload;
  /** Undefined if a check failed on this workload, which is a defect of ours: `error` names the check. */
  readonly assessment?: Assessment;
  readonly error?: unknown;
}

/** One workload in a pass; nothing is said of one that is as the last pass gave it. */
export type Step =
  | ({ readonly changed: true } & Assessed)
  | { readonly changed: false; readonly workload: Workload };

export interface Assessor {
  /** What `each` begins with, in steps that give nothing yet, so that the caller may rest there as well. */
  prepare(world: World, policy: RiskPolicy): Iterable<undefined>;
  /**
   * All workloads, one step each, so that the caller may rest in between. To be run to its end: what it has not
   * come across by then is forgotten.
   */
  each(world: World, policy: RiskPolicy): Iterable<Step>;
}

/** The same for a world that is looked at once: nothing is kept. */
export function* assessOnce(world: World, policy: RiskPolicy, checks: readonly Check[]): Iterable<Assessed> {
  const surroundings = surroundingsLayer({ lasting: false });
  for (const workload of surroundings.workloads(world).values())
    yield { workload, ...attempt(workload, surroundings.of(workload, world, policy), checks) };
}

/** What the last pass saw in one namespace. */
interface Seen {
  /** Of the surroundings: while it is the same, so is everything here. */
  readonly state: object;
  readonly workloads: ReadonlyMap<string, Memo>;
}

/** What an assessment is made of. The assessment itself is not kept: it is the largest of all. */
interface Memo {
  readonly workload: Workload;
  readonly around: Surroundings;
}

/** The memos live in this closure, one per world; references decide what is made again. */
export function assessor(checks: readonly Check[]): Assessor {
  const surroundings = surroundingsLayer();
  let seen: ReadonlyMap<string, Seen> = new Map();
  return {
    prepare: (world, policy) => surroundings.prepare(world, policy),
    *each(world, policy) {
      const now = new Map<string, Seen>();
      for (const [namespace, workloads] of surroundings.byNamespace(world)) {
        const state = surroundings.state(namespace, world, policy);
        const before = seen.get(namespace);
        if (before?.state === state) {
          now.set(namespace, before);
          for (const workload of workloads.values()) yield { workload, changed: false };
          continue;
        }
        const memos = new Map<string, Memo>();
        for (const [key, workload] of workloads) {
          const around = surroundings.of(workload, world, policy);
          const old = before?.workloads.get(key);
          const isSame = old?.workload === workload && old.around === around;
          memos.set(key, isSame ? old : { workload, around });
          if (isSame) yield { workload, changed: false };
          else yield { workload, ...attempt(workload, around, checks), changed: true };
        }
        now.set(namespace, { state, workloads: memos });
      }
      seen = now;
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
