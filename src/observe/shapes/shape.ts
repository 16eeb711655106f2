/**
 * Describes what an object from outside must look like, and projects it to that: known fields are checked and kept,
 * others dropped. `null` counts as absent, as it does for the API server.
 */

/** An object that does not have the shape that the Kubernetes API gives it. `path` is a JSON Pointer into it. */
export class ShapeError extends Error {
  readonly path: string;
  readonly problem: string;

  constructor(problem: string, path = '') {
    super(path === '' ? problem : `${path}: ${problem}`);
    this.name = 'ShapeError';
    this.path = path;
    this.problem = problem;
  }

  /** The same problem, seen from the parent that holds it under `key`. */
  under(key: string | number): ShapeError {
    const token = String(key).replaceAll('~', '~0').replaceAll('/', '~1');
    return new ShapeError(this.problem, `/${token}${this.path}`);
  }
}

/** Returns the slim form, or throws a ShapeError. */
export type Shape<T> = (value: unknown) => T;

type Fields<T> = { readonly [K in keyof T]-?: Shape<T[K]> };

const absent = (value: unknown): value is undefined | null => value === undefined || value === null;

const nameOf = (value: unknown): string => {
  if (absent(value)) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
};

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export const string: Shape<string> = (value) => {
  if (typeof value !== 'string') throw new ShapeError(`expected a string, found ${nameOf(value)}`);
  return value;
};

/** Text that people write without quotes: a number or a boolean is read as its text. */
export const text: Shape<string> = (value) =>
  typeof value === 'number' || typeof value === 'boolean' ? String(value) : string(value);

export const number: Shape<number> = (value) => {
  if (typeof value !== 'number') throw new ShapeError(`expected a number, found ${nameOf(value)}`);
  return value;
};

export const boolean: Shape<boolean> = (value) => {
  if (typeof value !== 'boolean') throw new ShapeError(`expected true or false, found ${nameOf(value)}`);
  return value;
};

export const numberOrString: Shape<number | string> = (value) =>
  typeof value === 'number' ? value : string(value);

export const optional =
  <T>(shape: Shape<T>): Shape<T | undefined> =>
  (value) =>
    absent(value) ? undefined : shape(value);

export const withDefault =
  <T>(shape: Shape<T>, fallback: T): Shape<T> =>
  (value) =>
    absent(value) ? fallback : shape(value);

const noItems: readonly never[] = Object.freeze([]);

/** A list; absent reads as empty. */
export const list =
  <T>(shape: Shape<T>): Shape<readonly T[]> =>
  (value) => {
    if (absent(value)) return noItems;
    if (!Array.isArray(value)) throw new ShapeError(`expected a list, found ${nameOf(value)}`);
    return value.map((item: unknown, index) => inside(index, shape, item));
  };

/** A map with string keys; absent reads as empty. */
export const map =
  <T>(shape: Shape<T>): Shape<Readonly<Record<string, T>>> =>
  (value) => {
    if (absent(value)) return {};
    if (!isRecord(value)) throw new ShapeError(`expected a map, found ${nameOf(value)}`);
    // fromEntries defines own properties, so a key such as __proto__ stays a key
    return Object.fromEntries(
      Object.entries(value)
        .filter(([, item]) => !absent(item))
        .map(([key, item]) => [key, inside(key, shape, item)]),
    );
  };

/** An object with exactly the fields of T; fields that come out undefined are left out. */
export function object<T extends object>(fields: Fields<T>): Shape<T> {
  const entries = Object.entries(fields) as [string, Shape<unknown>][];
  return (value) => {
    if (!isRecord(value)) throw new ShapeError(`expected an object, found ${nameOf(value)}`);
    const slim: Record<string, unknown> = {};
    for (const [key, shape] of entries) {
      const field = inside(key, shape, Object.hasOwn(value, key) ? value[key] : undefined);
      if (field !== undefined) slim[key] = field;
    }
    return slim as T; // each field of T was produced by its own shape: Fields<T> is total
  };
}

function inside<T>(key: string | number, shape: Shape<T>, value: unknown): T {
  try {
    return shape(value);
  } catch (error) {
    if (error instanceof ShapeError) throw error.under(key);
    throw error;
  }
}
