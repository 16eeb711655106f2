/** Changes to the objects of a world that should change nothing, or only in one direction. */
import type { Raw } from './random-pods.ts';
import { nameOf } from './random-worlds.ts';

type Objects = readonly Raw[];

const child = (value: unknown, ...keys: readonly string[]): Raw | undefined => {
  let found = value as Raw | undefined;
  for (const key of keys) found = found?.[key] as Raw | undefined;
  return found;
};

/** The object with each of its pod specs changed. */
export function withSpec(object: Raw, change: (spec: Raw) => Raw): Raw {
  const copy = structuredClone(object);
  const template = child(copy, 'spec', 'jobTemplate', 'spec', 'template') ?? child(copy, 'spec', 'template');
  const holder = copy['kind'] === 'Pod' ? copy : template;
  if (holder !== undefined) holder['spec'] = change(holder['spec'] as Raw);
  return copy;
}

/** A permutation that a seed decides; items of one name come to the same place wherever they stand. */
function shuffled<T>(items: readonly T[], seed: number, name: (item: T) => string): readonly T[] {
  const rank = (item: T) => {
    let hash = seed;
    for (const letter of name(item))
      hash = (Math.imul(hash ^ letter.charCodeAt(0), 16_777_619) >>> 0) ^ (hash >>> 13);
    return hash;
  };
  return items.toSorted((a, b) => rank(a) - rank(b));
}

const shuffledList = (spec: Raw, key: string, seed: number): Raw =>
  Array.isArray(spec[key])
    ? { ...spec, [key]: shuffled(spec[key] as Raw[], seed, ({ name }) => String(name)) }
    : spec;

export const orders: Readonly<Record<string, (objects: Objects, seed: number) => Objects>> = {
  objects: (objects, seed) => shuffled(objects, seed, nameOf),
  containers: (objects, seed) =>
    objects.map((object) => withSpec(object, (spec) => shuffledList(spec, 'containers', seed))),
  volumes: (objects, seed) =>
    objects.map((object) => withSpec(object, (spec) => shuffledList(spec, 'volumes', seed))),
};

export const withoutIndices = (text: string): string =>
  text.replaceAll(/\/(containers|volumes)\/\d+/g, '/$1/*');

export function withSidecar(spec: Raw): Raw {
  const containers = spec['containers'] as Raw[];
  const isWindows = child(spec, 'os')?.['name'] === 'windows';
  const { image, imagePullPolicy } = containers[0] ?? {};
  const confined = {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ['ALL'] },
    seccompProfile: { type: 'RuntimeDefault' },
  };
  const sidecar = {
    name: 'clean-sidecar',
    image,
    ...(imagePullPolicy === undefined ? {} : { imagePullPolicy }),
    securityContext: { runAsNonRoot: true, ...(isWindows ? {} : confined) },
    resources: { limits: { memory: '64Mi' } },
  };
  return { ...spec, containers: [...containers, sidecar] };
}

/** Other replicas, and one more of each live pod. */
export const scaled = (objects: Objects): Objects =>
  objects.flatMap((object): readonly Raw[] => {
    const { kind, metadata } = object as { kind: string; metadata: Raw };
    const spec = object['spec'] as Raw;
    if (kind === 'Pod' && metadata['ownerReferences'] !== undefined) {
      return [object, { ...object, metadata: { ...metadata, name: `${String(metadata['name'])}-more` } }];
    }
    const replicas = spec?.['replicas'];
    return [typeof replicas === 'number' ? { ...object, spec: { ...spec, replicas: replicas + 7 } } : object];
  });

/** Without what only a running cluster has of a controller: its pods, which may differ from what it declares. */
export const declaredOnly = (objects: Objects): Objects =>
  objects.filter((object) => child(object, 'metadata')?.['ownerReferences'] === undefined);

/** The object with one small thing different each: what a memo that compares too little would miss. */
export function slightly(object: Raw): Objects {
  const { metadata, spec } = object as { metadata: Raw; spec?: Raw };
  const labels = { ...(metadata['labels'] as Raw | undefined), team: 'payments' };
  const annotations = { ...(metadata['annotations'] as Raw | undefined), 'hexarisk.dev/contact': '#other' };
  const managedFields = [{ manager: 'kubectl-edit', time: '2026-01-02T00:00:00Z', operation: 'Update' }];
  const template = child(spec, 'template');
  return [
    ...[{ labels }, { annotations }, { managedFields }].map((change) => ({
      ...object,
      metadata: { ...metadata, ...change },
    })),
    ...(template === undefined
      ? []
      : [{ ...object, spec: { ...spec, template: { ...template, metadata: { labels, annotations } } } }]),
  ];
}
