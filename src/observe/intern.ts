/** Freezing and sharing: equal pod specs and label sets become one object, so that references tell equality. */

function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const item of Object.values(value)) deepFreeze(item);
  return Object.freeze(value);
}

export type Interner = <T extends object>(value: T) => T;

/**
 * A table of shared values, for a world that lasts. Each is found by its content and held weakly: what no object
 * uses any more goes. Interned values are deeply frozen.
 */
export function interner(): Interner {
  const known = new Map<string, WeakRef<object>>();
  const gone = new FinalizationRegistry<string>((key) => {
    if (known.get(key)?.deref() === undefined) known.delete(key);
  });
  return <T extends object>(value: T): T => {
    const key = JSON.stringify(value);
    const before = known.get(key)?.deref();
    if (before !== undefined) return before as T; // same content, and shapes give same content the same type
    deepFreeze(value);
    known.set(key, new WeakRef(value));
    gone.register(value, key);
    return value;
  };
}

/** The same for a world that is read once: nothing goes before all of it does, so nothing needs to be watched. */
export function strongInterner(): Interner {
  const known = new Map<string, object>();
  return <T extends object>(value: T): T => {
    const key = JSON.stringify(value);
    const before = known.get(key);
    if (before !== undefined) return before as T;
    known.set(key, deepFreeze(value));
    return value;
  };
}
