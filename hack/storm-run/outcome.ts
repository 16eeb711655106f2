/** What came of a round: are the reports those of a fresh start, and is the memory back? */
import { setTimeout as sleep } from 'node:timers/promises';
import { Problem } from '../cluster/problem.ts';
import { freshReports } from './fresh.ts';
import type { Ground } from './ground.ts';
import type { Memory, Operator } from './operator.ts';
import { isStill, quiet } from './quiet.ts';
import { differences, reportsOf } from './reports.ts';

export interface Round {
  readonly seed: number;
  readonly seconds: number;
  /** In the order in which they were injected; `differences` says if one was not met. */
  readonly faults: readonly string[];
  /** From the last fault until the reports were those of a fresh start. */
  readonly settledAfter: number;
  readonly reports: number;
  /** Empty, or what is wrong: with reports, with what the log says, with the memory. */
  readonly differences: readonly string[];
  readonly memory: Memory;
}

/** A report that was refused is tried again after 30 s at the latest. */
const SETTLES_WITHIN_MS = 60_000;
/** MiB of heap above the level before the first round: no two worlds are equal, and what leaks adds up in a few rounds. */
const SLACK = 16;
/** How often at most the cluster may go on after a fresh start has seen it. */
const AGAIN = 4;
/** What an object of 1.4 MB has left to do may outlast the reports. */
const CALM_WITHIN_MS = 45_000;

/** Waits for the cluster to come to rest, and then, bounded, for the reports to be those of a fresh start. */
export async function outcome(
  seed: number,
  begun: number,
  injected: readonly string[],
  ground: Ground,
): Promise<Round> {
  const { means, operator, log } = ground;
  const over = performance.now();
  let compared = await compare(seed, means);
  // what a fresh start saw is no measure for a cluster that went on afterwards
  for (let left = AGAIN; left > 0 && compared.isOver; left -= 1) compared = await compare(seed, means);
  const { wrong, reports } = compared;
  const settledAfter = secondsSince(over);
  if (operator().hasEnded()) {
    means.keepFolder();
    throw new Problem(`seed ${seed}: the operator has ended; its log: ${operator().log}`);
  }
  const memory = await memoryAtRest(operator(), ground.memory.heap + SLACK);
  const grown =
    memory.heap > ground.memory.heap + SLACK
      ? [`heap ${memory.heap} MiB, ${ground.memory.heap} at first`]
      : [];
  const all = [...wrong, ...operator().defects(), ...grown];
  if (all.length > 0) {
    means.keepFolder();
    log(`seed ${seed}: the operator's log is kept: ${operator().log}`);
  }
  return {
    seed,
    seconds: secondsSince(begun),
    faults: injected,
    settledAfter,
    reports,
    differences: all,
    memory,
  };
}

interface Compared {
  readonly wrong: readonly string[];
  /** How many there should be. */
  readonly reports: number;
  /** They differ, and the cluster is not any more what the fresh start saw. */
  readonly isOver: boolean;
}

/** Waits, bounded, for the reports to be those of a fresh start, or for the cluster to change. */
async function compare(seed: number, means: Ground['means']): Promise<Compared> {
  const picture = await quiet(means.api);
  const expected = await freshReports(means, `fresh-${seed}-${Math.round(performance.now())}`);
  const deadline = performance.now() + SETTLES_WITHIN_MS;
  for (;;) {
    const wrong = differences(await reportsOf(means.api), expected);
    const isOver = wrong.length > 0 && !(await isStill(means.api, picture));
    if (wrong.length === 0 || isOver || performance.now() >= deadline)
      return { wrong, reports: expected.size, isOver };
    await sleep(200);
  }
}

/** @returns the memory once its heap is below `most` MiB, or after a bounded time */
async function memoryAtRest(operator: Operator, most: number): Promise<Memory> {
  const deadline = performance.now() + CALM_WITHIN_MS;
  let memory = await operator.memory();
  while (memory.heap > most && performance.now() < deadline) {
    await sleep(1000);
    memory = await operator.memory();
  }
  return memory;
}

export const secondsSince = (begun: number): number => Math.round((performance.now() - begun) / 100) / 10;
