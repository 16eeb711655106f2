/**
 * A map that is another one but for a few keys. The other stays as it is, and is shared: to copy a map of many thousand
 * keys for each change of one would cost more than what is done with it.
 */
class Overlay<K, V extends object> implements ReadonlyMap<K, V> {
  readonly base: ReadonlyMap<K, V>;
  /** Undefined: the key is gone. */
  readonly changes: ReadonlyMap<K, V | undefined>;
  readonly size: number;

  constructor(base: ReadonlyMap<K, V>, changes: ReadonlyMap<K, V | undefined>) {
    this.base = base;
    this.changes = changes;
    let size = base.size;
    for (const [key, value] of changes) size += (value === undefined ? 0 : 1) - (base.has(key) ? 1 : 0);
    this.size = size;
  }

  get(key: K): V | undefined {
    return this.changes.get(key) ?? (this.changes.has(key) ? undefined : this.base.get(key));
  }

  has(key: K): boolean {
    return this.get(key) !== undefined;
  }

  *entries(): Generator<[K, V], undefined> {
    for (const entry of this.base) if (!this.changes.has(entry[0])) yield entry;
    for (const [key, value] of this.changes) if (value !== undefined) yield [key, value];
  }

  *keys(): Generator<K, undefined> {
    for (const [key] of this.entries()) yield key;
  }

  *values(): Generator<V, undefined> {
    for (const [, value] of this.entries()) yield value;
  }

  [Symbol.iterator](): Generator<[K, V], undefined> {
    return this.entries();
  }

  forEach(call: (value: V, key: K, map: ReadonlyMap<K, V>) => void): void {
    for (const [key, value] of this.entries()) call(value, key, this);
  }
}

/** A map is made anew when so many of its keys have changed. */
const SHARE = 1 / 16;

/** @param changes keys with their new values; undefined takes a key away */
export function withChanges<K, V extends object>(
  before: ReadonlyMap<K, V>,
  changes: ReadonlyMap<K, V | undefined>,
): ReadonlyMap<K, V> {
  const all =
    before instanceof Overlay
      ? new Overlay<K, V>(before.base, new Map([...before.changes, ...changes]))
      : new Overlay(before, changes);
  return all.changes.size > all.base.size * SHARE ? new Map(all) : all;
}
