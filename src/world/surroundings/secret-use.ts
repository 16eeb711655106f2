/** Which Secrets the containers of a pod get, and which of them several workloads of a namespace get. */
import type { Controller, Pod, PodSpec, Ref, ServiceAccount, Slim } from '../objects.ts';
import { containersOf } from '../workload/containers.ts';
import { workloadKey } from '../workload/workloads.ts';
import { refOf } from '../world.ts';
import { isTokenSecret } from './account.ts';
import type { declaringIn } from './selection.ts';

/** A place in a pod that brings a Secret into a container. */
export interface SecretUse {
  readonly secret: string;
  /** `volume db`, `variable DB_PASSWORD of container web` */
  readonly where: string;
  /** Undefined for volumes, which several containers may mount. */
  readonly container?: string;
  /** The place in the pod spec. */
  readonly at: readonly (string | number)[];
}

const known = new WeakMap<PodSpec, readonly SecretUse[]>();

/** Every Secret by name that some container of the pod gets, whether as files or as variables. */
export function secretUsesOf(pod: PodSpec): readonly SecretUse[] {
  let uses = known.get(pod);
  if (uses === undefined) known.set(pod, (uses = [...volumeUses(pod), ...variableUses(pod)]));
  return uses;
}

function volumeUses(pod: PodSpec): readonly SecretUse[] {
  const mounted = new Set(
    containersOf(pod).flatMap(({ container }) => container.volumeMounts.map(({ name }) => name)),
  );
  return pod.volumes.flatMap(({ name, secret, projected }, index) => {
    if (!mounted.has(name)) return [];
    const at = (...segments: readonly (string | number)[]) => ['volumes', index, ...segments];
    const named: readonly (readonly [string | undefined, readonly (string | number)[]])[] = [
      [secret?.secretName, at('secret')],
      ...(projected?.sources ?? []).map(
        (source, part) => [source.secret?.name, at('projected', 'sources', part)] as const,
      ),
    ];
    return named.flatMap(([used, place]) =>
      used === undefined ? [] : { secret: used, where: `volume ${name}`, at: place },
    );
  });
}

function variableUses(pod: PodSpec): readonly SecretUse[] {
  return containersOf(pod).flatMap(({ container, list, index }) => {
    const use = (
      secret: string | undefined,
      what: string,
      ...segments: readonly (string | number)[]
    ): SecretUse | readonly never[] =>
      secret === undefined
        ? []
        : {
            secret,
            where: `${what} of container ${container.name}`,
            container: container.name,
            at: [list, index, ...segments],
          };
    return [
      ...container.env.flatMap(({ name, valueFrom }, nth) =>
        use(valueFrom?.secretKeyRef?.name, `variable ${name}`, 'env', nth),
      ),
      ...container.envFrom.flatMap(({ secretRef }, nth) => use(secretRef?.name, 'variables', 'envFrom', nth)),
    ];
  });
}

/** A Secret that a workload gets, and that others of its namespace get as well. */
export interface SharedSecret {
  readonly secret: string;
  /** By kind and name; at most 5. */
  readonly others: readonly Ref[];
}

/** By workload key; workloads that share none are absent. */
export type Sharing = ReadonlyMap<string, readonly SharedSecret[]>;

const MOST_OTHERS = 5;

/**
 * Judged by what each top-level object declares; workloads of custom kinds are not among them.
 * @param accounts the service accounts of the namespace: their token Secrets do not count
 * @param kinds the objects of the namespace, as `declaringIn` gives them
 */
export function sharingOf(
  accounts: ReadonlyMap<string, ServiceAccount>,
  ...kinds: ReturnType<typeof declaringIn>
): Sharing {
  const users = new Map<string, Map<string, Ref>>();
  for (const object of kinds.flatMap((objects) => [...objects.values()])) {
    const pod = podOf(object);
    if (pod === undefined) continue;
    const ref = seriesOf(object);
    for (const { secret } of secretUsesOf(pod)) {
      const known = users.get(secret);
      if (known === undefined) users.set(secret, new Map([[workloadKey(ref), ref]]));
      else known.set(workloadKey(ref), ref);
    }
  }
  const sharing = new Map<string, SharedSecret[]>();
  for (const [secret, refs] of [...users].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    if (refs.size < 2 || accounts.values().some((account) => isTokenSecret(secret, account))) continue;
    const sorted = [...refs].toSorted(([a], [b]) => (a < b ? -1 : 1));
    for (const [key] of sorted) {
      const others = sorted.filter(([other]) => other !== key).map(([, ref]) => ref);
      const shared = { secret, others: others.slice(0, MOST_OTHERS) };
      const before = sharing.get(key);
      if (before === undefined) sharing.set(key, [shared]);
      else before.push(shared);
    }
  }
  return sharing;
}

/** Of top-level objects whose pods exist or may come to be. */
function podOf(object: Slim): PodSpec | undefined {
  if (object.metadata.ownerReferences.some(({ controller }) => controller === true)) return undefined;
  const declaring = object as Controller | Pod; // the tables of `declaringIn` hold nothing else
  if ('template' in declaring) return declaring.finished ? undefined : declaring.template.spec;
  return declaring.phase === 'Succeeded' || declaring.phase === 'Failed' ? undefined : declaring.spec;
}

/** Bare pods of one generateName are one workload. */
function seriesOf(object: Slim): Ref {
  const series = object.kind === 'Pod' ? object.metadata.generateName?.replace(/-+$/, '') : undefined;
  const ref = refOf(object);
  return series === undefined || series === '' ? ref : { ...ref, name: series };
}

const none: readonly SharedSecret[] = Object.freeze([]);

export const sharedSecretsOf = (key: string, sharing: Sharing): readonly SharedSecret[] =>
  sharing.get(key) ?? none;
