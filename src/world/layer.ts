/** Memoisation by reference: how derived state is kept without ever being invalidated by hand. */
import { isDeepStrictEqual } from 'node:util';

type Equal = (a: unknown, b: unknown) => boolean;

/** For a layer that only puts together parts which keep their own references: a new one is a different one. */
export const byReference: Equal = Object.is;

/**
 * Derives again only if an input is another object. If the result equals the last, the OLD object is returned, so
 * the layers below skip too. The memo is this closure's, one per world: nothing to invalidate.
 */
function layer<In extends readonly unknown[], Out>(
  derive: (...inputs: In) => Out,
  equal: Equal = isDeepStrictEqual,
): (...inputs: In) => Out {
  let memo: { readonly inputs: In; readonly out: Out } | undefined;
  return (...inputs) => {
    if (memo !== undefined && sameItems(memo.inputs, inputs)) return memo.out;
    const out = derive(...inputs);
    memo = { inputs, out: memo !== undefined && equal(memo.out, out) ? memo.out : out };
    return memo.out;
  };
}

/** A layer per key. Keys that a sweep did not ask for are forgotten at `sweep()`. */
export interface KeyedLayer<In extends readonly unknown[], Out> {
  get(key: string, ...inputs: In): Out;
  sweep(): void;
}

export function keyedLayer<In extends readonly unknown[], Out>(
  derive: (...inputs: In) => Out,
  equal: Equal = isDeepStrictEqual,
): KeyedLayer<In, Out> {
  const layers = new Map<string, (...inputs: In) => Out>();
  let asked = new Set<string>();
  return {
    get(key, ...inputs) {
      asked.add(key);
      let memo = layers.get(key);
      if (memo === undefined) {
        memo = layer(derive, equal);
        layers.set(key, memo);
      }
      return memo(...inputs);
    },
    sweep() {
      for (const key of layers.keys()) if (!asked.has(key)) layers.delete(key);
      asked = new Set();
    },
  };
}

export function sameItems(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((item, index) => item === b[index]);
}
