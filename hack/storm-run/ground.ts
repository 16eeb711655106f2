/** What all rounds of a storm stand on. */
import type { Log } from '../cluster/progress.ts';
import type { Means, Memory, Operator } from './operator.ts';
import type { Proxy } from './proxy.ts';
import type { StormWorld } from './world.ts';

export interface Ground {
  /** Of the operator before the first round. */
  readonly memory: Memory;
  readonly means: Means;
  readonly world: StormWorld;
  readonly proxy: Proxy;
  readonly operator: () => Operator;
  /** So many faults are under way at once. */
  readonly atOnce: number;
  /** Only faults with this in their name. */
  readonly only: string;
  readonly log: Log;
}
