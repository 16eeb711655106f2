/** Freezing and sharing: equal pod specs and label sets become one object, so that references tell equality. */

function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const item of Object.values(value)) deepFreeze(item);
  return Object.freeze(value);
}

/**
 * A table of shared values. Each is found by its content and held weakly: what no object uses any more goes.
 * Interned values are deeply frozen.
 */
export function interner(): <T extends object>(value: T) => T {
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
