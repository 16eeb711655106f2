/** Which Services select the pods of several unlike workloads, so that one gets what is meant for another. */
import type { Controller, Labels, Pod, Ref, Service, Slim } from '../objects.ts';
import { selectsPlainly } from '../selector.ts';
import { workloadKey, workloadTables } from '../workload/workloads.ts';
import { inNamespace, refOf, type Tables } from '../world.ts';

/** What one top-level object declares of its pods. Workloads of custom kinds are not among them. */
export interface Declared {
  readonly ref: Ref;
  readonly labels: Labels;
}

/** A Service that selects a workload and others that are no version of it. */
export interface SharedService {
  readonly service: Ref;
  /** The unlike workloads, by name; at most 5. */
  readonly others: readonly Ref[];
}

/** By workload key; workloads whose Services select only them are absent. */
export type Selection = ReadonlyMap<string, readonly SharedService[]>;

type Named<T> = ReadonlyMap<string, T>;

/** What a namespace holds of each declaring kind: the inputs of `declaredOf`. */
export const declaringIn = (tables: Tables, namespace: string): readonly Named<Slim>[] =>
  workloadTables.map((table) => inNamespace<Slim>(tables[table], namespace));

export function declaredOf(...kinds: readonly Named<Slim>[]): readonly Declared[] {
  return kinds
    .flatMap((objects) => [...objects.values()])
    .filter((object) => !object.metadata.ownerReferences.some(({ controller }) => controller === true))
    .flatMap((object) => {
      const labels = podLabels(object as Controller | Pod); // these tables hold nothing else
      return labels === undefined ? [] : { ref: refOf(object), labels };
    })
    .toSorted((a, b) => (a.ref.kind + a.ref.name < b.ref.kind + b.ref.name ? -1 : 1));
}

/** Of pods that exist or may come to be. */
function podLabels(object: Controller | Pod): Labels | undefined {
  if ('template' in object) return object.finished ? undefined : object.template.metadata.labels;
  return object.phase === 'Succeeded' || object.phase === 'Failed' ? undefined : object.metadata.labels;
}

const MOST_OTHERS = 5;

export function selectionOf(services: Named<Service>, declared: readonly Declared[]): Selection {
  const byLabel = indexed(declared);
  const found = new Map<string, SharedService[]>();
  for (const service of [...services.values()].toSorted((a, b) =>
    a.metadata.name < b.metadata.name ? -1 : 1,
  )) {
    // a headless Service is how the members of one system find each other: unlike pods are its purpose
    if (service.clusterIP === 'None') continue;
    const selected = candidates(service.selector, byLabel).filter(({ labels }) =>
      selectsPlainly(service.selector, labels),
    );
    for (const one of selected) {
      const others = selected
        .values()
        .filter((other) => isUnlike(one.labels, other.labels))
        .take(MOST_OTHERS)
        .map(({ ref }) => ref)
        .toArray();
      if (others.length === 0) continue;
      const key = workloadKey(one.ref);
      const shared = { service: refOf(service), others };
      const known = found.get(key);
      if (known === undefined) found.set(key, [shared]);
      else known.push(shared);
    }
  }
  return found;
}

const labelText = (key: string, value: string): string => `${key}=${value}`;

function indexed(declared: readonly Declared[]): ReadonlyMap<string, readonly Declared[]> {
  const found = new Map<string, Declared[]>();
  for (const one of declared) {
    for (const [key, value] of Object.entries(one.labels)) {
      const text = labelText(key, value);
      const known = found.get(text);
      if (known === undefined) found.set(text, [one]);
      else known.push(one);
    }
  }
  return found;
}

/** The shortest list that holds everything which the selector can match. */
function candidates(
  selector: Labels,
  byLabel: ReadonlyMap<string, readonly Declared[]>,
): readonly Declared[] {
  const [shortest] = Object.entries(selector)
    .map(([key, value]) => byLabel.get(labelText(key, value)) ?? [])
    .toSorted((a, b) => a.length - b.length);
  return shortest ?? [];
}

/** Labels that say what a pod is. Version, track or colour are no identity. */
const nameKeys = ['app.kubernetes.io/name', 'app', 'k8s-app'];
const componentKeys = ['app.kubernetes.io/component', 'component'];

/** Unlike: both say what they are, and they say different things. Canaries and colours of one app are alike. */
const isUnlike = (a: Labels, b: Labels): boolean =>
  [nameKeys, componentKeys].some((keys) => {
    const key = keys.find((name) => Object.hasOwn(a, name) && Object.hasOwn(b, name));
    return key !== undefined && a[key] !== b[key];
  });

const none: readonly SharedService[] = Object.freeze([]);

export const sharedServicesOf = (key: string, selection: Selection): readonly SharedService[] =>
  selection.get(key) ?? none;
