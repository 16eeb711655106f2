import type { Random } from '../../bench-run/random.ts';

/** In an order that the seed decides. */
export function shuffled<T>(random: Random, items: readonly T[]): readonly T[] {
  const left = [...items];
  return items.map(() => left.splice(random.int(left.length), 1)).flat();
}

/** At least one, often few, sometimes all. */
export function someOf<T>(random: Random, items: readonly T[]): readonly T[] {
  const count = random.chance(0.2) ? items.length : 1 + random.int(Math.min(4, items.length));
  return shuffled(random, items).slice(0, count);
}
