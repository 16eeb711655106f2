/** Host names of listeners and routes, by the rules of the Gateway API. */

/**
 * Those that both sides take: none on a side means all, `*.shop.example` is any name below it, however deep.
 * @returns undefined if nothing is common; an empty list for every name
 */
export function commonHosts(
  listener: string | undefined,
  route: readonly string[],
): readonly string[] | undefined {
  if (listener === undefined || listener === '') return route;
  if (route.length === 0) return [listener];
  const common = route.flatMap((host) => narrower(listener, host) ?? []);
  return common.length === 0 ? undefined : common;
}

function narrower(a: string, b: string): string | undefined {
  if (covers(a, b)) return b;
  return covers(b, a) ? a : undefined;
}

const covers = (wide: string, narrow: string): boolean =>
  wide === narrow ||
  (wide.startsWith('*.') && narrow.length >= wide.length && narrow.endsWith(wide.slice(1)));
