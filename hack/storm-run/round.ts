/** One round: everything goes wrong, then it is quiet. */
import { seeded } from '../bench-run/random.ts';
import { startChurn } from './churn.ts';
import { shuffled } from './faults/choice.ts';
import { faults } from './faults/index.ts';
import type { Ground } from './ground.ts';
import { outcome, type Round, secondsSince } from './outcome.ts';
import { type Fault, stageOf } from './stage.ts';
import { replenish } from './world.ts';

export async function roundOf(seed: number, ground: Ground): Promise<Round> {
  const { means, world, only } = ground;
  const begun = performance.now();
  await replenish(means.api, world);
  const chosen = faults.filter(({ name }) => name.includes(only));
  const order = shuffled(seeded(seed), chosen);
  const churn = startChurn({ api: means.api, world, random: seeded(seed + 1) });
  let unmet: readonly string[];
  try {
    unmet = await injectAll(order, seed, ground);
  } finally {
    await churn.stop();
  }
  const round = await outcome(
    seed,
    begun,
    order.map(({ name }) => name),
    ground,
  );
  return { ...round, differences: [...unmet, ...round.differences] };
}

/** In this order, some at once, so that one meets what another has left. @returns what could not be done */
async function injectAll(order: readonly Fault[], seed: number, ground: Ground): Promise<readonly string[]> {
  const left = order.entries();
  const unmet: string[] = [];
  const lane = async () => {
    for (const [index, fault] of left) {
      const begun = performance.now();
      await fault.inject(stageOf(seeded(seed * 1000 + index), ground)).catch((error: unknown) => {
        ground.means.api.signal.throwIfAborted();
        unmet.push(`fault "${fault.name}": ${String(error)}`);
      });
      ground.log(`  ${fault.name}: ${secondsSince(begun)} s`);
    }
  };
  await Promise.all(Array.from({ length: ground.atOnce }, lane));
  return unmet;
}
