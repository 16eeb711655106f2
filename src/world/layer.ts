/** Memoisation by reference: how derived state is kept without ever being invalidated by hand. */
import { isDeepStrictEqual } from 'node:util';

/** For a layer whose results are all different, or do not matter much: a new one is a different one. */
export const byReference: (a: unknown, b: unknown) => boolean = Object.is;

/**
 * Something derived per key. It is derived again only if an input is another object. If the result equals the last,
 * the OLD object is returned, so the layers below skip too. The memo is this closure's, one per world: nothing to
 * invalidate.
 */
export interface KeyedLayer<In extends readonly unknown[], Out> {
  get(key: string, ...inputs: In): Out;
  /** There is nothing of this key any more. */
  forget(key: string): void;
  /** There is nothing of any other key any more. */
  keepOnly(keys: { has(key: string): boolean }): void;
}

interface Memo<In, Out> {
  inputs: In;
  out: Out;
}

export function keyedLayer<In extends readonly unknown[], Out>(
  derive: (...inputs: In) => Out,
  equal: (a: Out, b: Out) => boolean = isDeepStrictEqual,
): KeyedLayer<In, Out> {
  const memos = new Map<string, Memo<In, Out>>();
  return {
    get(key, ...inputs) {
      const memo = memos.get(key);
      if (memo === undefined) {
        const out = derive(...inputs);
        memos.set(key, { inputs, out });
        return out;
      }
      if (sameItems(memo.inputs, inputs)) return memo.out;
      const out = derive(...inputs);
      memo.inputs = inputs;
      if (!equal(memo.out, out)) memo.out = out;
      return memo.out;
    },
    forget: (key) => void memos.delete(key),
    keepOnly(keys) {
      for (const key of memos.keys()) if (!keys.has(key)) memos.delete(key);
    },
  };
}

/** In the place of a keyed layer where each key is asked for once: keeps nothing. */
export const unkeyed = <In extends readonly unknown[], Out>(
  derive: (...inputs: In) => Out,
): KeyedLayer<In, Out> => ({ get: (_, ...inputs) => derive(...inputs), forget() {}, keepOnly() {} });

/** Also for a layer of lists whose items keep their own references. */
export function sameItems(a: readonly unknown[], b: readonly unknown[]): boolean {
  if (a.length !== b.length) return false;
  for (let index = 0; index < a.length; index += 1) if (a[index] !== b[index]) return false;
  return true;
}

/** Of the last objects that were put together under a key, the one that has the same parts. */
export interface KeyedParts<T extends object> {
  /** @returns the OLD object, if each of its parts is the same as in the new */
  get(key: string, parts: T): T;
  forget(key: string): void;
}

export function keyedParts<T extends object>(): KeyedParts<T> {
  const known = new Map<string, T>();
  return {
    get(key, parts) {
      const before = known.get(key);
      const names = Object.keys(parts) as (keyof T)[];
      if (before !== undefined && names.every((name) => before[name] === parts[name])) return before;
      known.set(key, parts);
      return parts;
    },
    forget: (key) => void known.delete(key),
  };
}

/** In the place of keyed parts where each key is asked for once: keeps nothing. */
export const unkeyedParts = <T extends object>(): KeyedParts<T> => ({
  get: (_, parts) => parts,
  forget() {},
});

/** Of a group of layers with the same keys. */
export function forgetIn(
  layers: Readonly<Record<string, { forget(key: string): void }>>,
  keys: Iterable<string>,
): void {
  for (const key of keys) for (const layer of Object.values(layers)) layer.forget(key);
}
