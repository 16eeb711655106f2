/** The operator ends amid writing, by SIGKILL, and is started again. */
import { setTimeout as sleep } from 'node:timers/promises';
import { seeded } from '../bench-run/random.ts';
import { startChurn } from './churn.ts';
import { isReportWrite } from './exchange.ts';
import type { Ground } from './ground.ts';
import type { Operator } from './operator.ts';
import { outcome, type Round } from './outcome.ts';
import { type Stage, stageOf } from './stage.ts';
import { replenish } from './world.ts';

export async function killOf(seed: number, ground: Ground, start: () => Operator): Promise<Round> {
  const { means, world, operator } = ground;
  const begun = performance.now();
  const random = seeded(seed);
  await replenish(means.api, world);
  const churn = startChurn({ api: means.api, world, random: seeded(seed + 1) });
  const kills = 1 + random.int(3);
  try {
    for (let count = 0; count < kills; count += 1) {
      await killAmidWriting(operator(), stageOf(random, ground));
      await sleep(random.int(1000));
      start();
    }
  } finally {
    await churn.stop();
  }
  await operator().hasWrittenAll();
  return outcome(
    seed,
    begun,
    Array.from({ length: kills }, () => 'SIGKILL'),
    ground,
  );
}

/** At a write that the seed chooses: before the API server hears of it, or before the operator hears the answer. */
async function killAmidWriting(operator: Operator, { proxy, random, stir, until }: Stage): Promise<void> {
  const isDone = random.chance(0.5);
  let left = 1 + random.int(12);
  let isKilled = false;
  const release = proxy.rule({
    apply(exchange) {
      if (!isReportWrite(exchange) || left-- !== 1) return undefined;
      void operator.end('SIGKILL').then(() => (isKilled = true));
      return { kind: isDone ? 'lose' : 'silence' };
    },
  });
  try {
    await until('it to be killed', () => isKilled, stir);
  } finally {
    release();
  }
}
