/** How many requests are under way at once: as many as the operator's writer has, so that the two compare. */
const CONCURRENCY = 16;

/** Calls `job` for each item, so many at once, in order. The first failure ends it. */
export async function forEachOf<T>(items: readonly T[], job: (item: T) => Promise<void>): Promise<void> {
  const left = items.values();
  const worker = async () => {
    for (const item of left) await job(item);
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
}
