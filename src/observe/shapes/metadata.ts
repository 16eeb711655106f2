/** The shape of what all objects share. */
import type * as slim from '../../world/objects.ts';
import {
  boolean,
  isRecord,
  list,
  map,
  object,
  optional,
  type Shape,
  ShapeError,
  string,
  text,
  withDefault,
} from './shape.ts';

export const labels = map(text);
export const strings = list(string);
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';
/** Longer annotation values are configuration of others; what is read here is short. */
const LONGEST_ANNOTATION = 1024;

const annotations: Shape<slim.Labels> = (value) =>
  Object.fromEntries(
    Object.entries(labels(value)).filter(
      ([key, item]) => key !== LAST_APPLIED && item.length <= LONGEST_ANNOTATION,
    ),
  );

const seconds: Shape<number> = (value) => {
  const millis = Date.parse(string(value));
  if (Number.isNaN(millis)) throw new ShapeError('expected a time such as 2026-01-31T12:00:00Z');
  return Math.floor(millis / 1000);
};

const managedField = object<{ manager: string; time: string; subresource: string }>({
  manager: withDefault(string, ''),
  time: withDefault(string, ''),
  subresource: withDefault(string, ''),
});

const managers: Shape<readonly string[]> = (value) => {
  const entries = list(managedField)(value).filter(
    (entry) => entry.subresource === '' && entry.manager !== '',
  );
  const oldestFirst = entries.toSorted(
    (a, b) => a.time.localeCompare(b.time) || a.manager.localeCompare(b.manager),
  );
  const latestFirst = new Set(oldestFirst.toReversed().map((entry) => entry.manager));
  return [...latestFirst].toReversed();
};

const ownerReference = object<slim.OwnerReference>({
  apiVersion: string,
  kind: string,
  name: string,
  uid: withDefault(string, ''),
  controller: optional(boolean),
});

const rawMetadata = object<{
  name?: string | undefined;
  namespace?: string | undefined;
  uid?: string | undefined;
  generateName?: string | undefined;
  labels: slim.Labels;
  annotations: slim.Labels;
  ownerReferences: readonly slim.OwnerReference[];
  creationTimestamp?: number | undefined;
  deletionTimestamp?: string | undefined;
  managedFields: readonly string[];
}>({
  // as the API server: a number is no name. Read as text it would be another object, which nothing ever takes away
  name: optional(string),
  namespace: optional(string),
  uid: optional(string),
  generateName: optional(string),
  labels,
  annotations,
  ownerReferences: list(ownerReference),
  creationTimestamp: optional(seconds),
  deletionTimestamp: optional(string),
  managedFields: managers,
});

export const metadata: Shape<slim.Metadata> = (value) => {
  const raw = rawMetadata(value);
  const name = raw.name ?? raw.generateName;
  if (name === undefined || name === '') throw new ShapeError('expected a name', '/name');
  return {
    name,
    namespace: raw.namespace ?? '',
    uid: raw.uid ?? '',
    ...(raw.generateName === undefined ? {} : { generateName: raw.generateName }),
    labels: raw.labels,
    annotations: raw.annotations,
    ownerReferences: raw.ownerReferences,
    ...(raw.creationTimestamp === undefined ? {} : { created: raw.creationTimestamp }),
    deleting: raw.deletionTimestamp !== undefined,
    managers: raw.managedFields,
  };
};

/** The fields that every object has. */
export const head = { apiVersion: string, kind: string, metadata };

/** Fields of `spec` (or of another child) lifted to the top of the slim object. */
export function lifted<T extends slim.Slim, Child extends object>(
  key: string,
  child: Shape<Child>,
  rest: (child: Child, raw: Readonly<Record<string, unknown>>) => Omit<T, keyof slim.Slim>,
): Shape<T> {
  const top = object<slim.Slim>(head);
  return (value) => {
    const slimTop = top(value);
    const raw = isRecord(value) ? value : {};
    let inner: Child;
    try {
      inner = child(raw[key] ?? {});
    } catch (error) {
      throw error instanceof ShapeError ? error.under(key) : error;
    }
    return { ...slimTop, ...rest(inner, raw) } as T;
  };
}
