/** Memoisation by reference: how derived state is kept without ever being invalidated by hand. */
import { isDeepStrictEqual } from 'node:util';

type Equal = (a: unknown, b: unknown) => boolean;

/** For a layer that only puts together parts which keep their own references: a new one is a different one. */
export const byReference: Equal = Object.is;

/**
 * Something derived per key. It is derived again only if an input is another object. If the result equals the last,
 * the OLD object is returned, so the layers below skip too. The memo is this closure's, one per world: nothing to
 * invalidate.
 */
export interface KeyedLayer<In extends readonly unknown[], Out> {
  get(key: string, ...inputs: In): Out;
  /** Forgets the keys that were not asked for since the last sweep. */
  sweep(): void;
}

interface Memo<In, Out> {
  inputs: In;
  out: Out;
  /** The pass in which it was last asked for. */
  pass: number;
}

export function keyedLayer<In extends readonly unknown[], Out>(
  derive: (...inputs: In) => Out,
  equal: Equal = isDeepStrictEqual,
): KeyedLayer<In, Out> {
  const memos = new Map<string, Memo<In, Out>>();
  let pass = 0;
  return {
    get(key, ...inputs) {
      const memo = memos.get(key);
      if (memo === undefined) {
        const out = derive(...inputs);
        memos.set(key, { inputs, out, pass });
        return out;
      }
      memo.pass = pass;
      if (sameItems(memo.inputs, inputs)) return memo.out;
      const out = derive(...inputs);
      memo.inputs = inputs;
      if (!equal(memo.out, out)) memo.out = out;
      return memo.out;
    },
    sweep() {
      for (const [key, memo] of memos) if (memo.pass !== pass) memos.delete(key);
      pass += 1;
    },
  };
}

/** In the place of a keyed layer where each key is asked for once: keeps nothing. */
export const unkeyed = <In extends readonly unknown[], Out>(
  derive: (...inputs: In) => Out,
): KeyedLayer<In, Out> => ({ get: (_, ...inputs) => derive(...inputs), sweep() {} });

export function sameItems(a: readonly unknown[], b: readonly unknown[]): boolean {
  if (a.length !== b.length) return false;
  for (let index = 0; index < a.length; index += 1) if (a[index] !== b[index]) return false;
  return true;
}
