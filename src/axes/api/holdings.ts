/** Which escalation primitives an account holds, where, by which grants, and what that gives. */
import { type Access, allows, type Grant } from '../../world/access.ts';
import { type ResourceRequest, scopeOf } from '../../world/access/rules.ts';
import type { Consequence } from '../check.ts';
import { type Gain, type Need, type Primitive, primitives } from './primitives.ts';

/** A primitive that an account holds. */
export interface Held {
  readonly primitive: Primitive;
  /** The namespaces where it holds; empty: everywhere. */
  readonly places: readonly string[];
  /** What decides it at the worst place: one grant per need. */
  readonly grants: readonly Grant[];
  readonly weight: number;
  readonly consequence?: Consequence;
}

interface Outcome {
  readonly weight: number;
  readonly consequence?: Consequence;
}

/** The weights of the score model: what each consequence of one's own permissions counts. */
const weightOf: Readonly<Record<Consequence, number>> = {
  'cluster-admin': 0.95,
  node: 0.9,
  'all-secrets': 0.88,
  'cloud-role': 0.8,
  'other-namespace': 0.7,
  'namespace-secrets': 0.55,
};
const consequential = (consequence: Consequence): Outcome => ({
  consequence,
  weight: weightOf[consequence],
});

/** Held in the whole cluster, or in kube-system, whose accounts and nodes are the cluster. */
const clusterGains: Readonly<Record<Gain, Outcome>> = {
  everything: consequential('cluster-admin'),
  pods: consequential('cluster-admin'),
  accounts: consequential('cluster-admin'),
  node: consequential('node'),
  code: consequential('node'), // some pod in the cluster is privileged: the network's, the storage's
  secrets: consequential('all-secrets'),
  'all-secrets': consequential('all-secrets'),
  others: consequential('other-namespace'),
  traffic: { weight: 0.5 },
  tampering: { weight: 0.5 },
  evasion: { weight: 0.4 },
  denial: { weight: 0.3 },
  reconnaissance: { weight: 0.1 },
};
/** Held in one namespace, where it is not the namespace that is taken. */
const namespaceGains: Readonly<Partial<Record<Gain, Outcome>>> = {
  traffic: { weight: 0.4 },
  tampering: { weight: 0.4 },
  evasion: { weight: 0.4 },
  denial: { weight: 0.2 },
  reconnaissance: { weight: 0.1 },
  node: consequential('node'),
};

const CLUSTER = 'kube-system';
const own = consequential('namespace-secrets');
const other = consequential('other-namespace');

/** Levels of Pod Security that keep a pod from its node. */
const confining: ReadonlySet<string> = new Set(['baseline', 'restricted']);

interface Place {
  /** Undefined: the whole cluster. */
  readonly namespace: string | undefined;
  /** The grants that hold there: the cluster's and its own. */
  readonly access: Access;
  /** What their rules name: most requests are out of the question by that alone. */
  readonly verbs: ReadonlySet<string>;
  readonly resources: ReadonlySet<string>;
}

const placeOf = (namespace: string | undefined, access: Access): Place => ({
  namespace,
  access,
  verbs: new Set(access.grants.flatMap(({ rule }) => rule.verbs)),
  resources: new Set(access.grants.flatMap(({ rule }) => rule.resources)),
});

function isThinkable({ verbs, resources }: Place, { verb, resource, subresource }: ResourceRequest): boolean {
  if (!verbs.has(verb) && !verbs.has('*')) return false;
  if (resources.has('*')) return true;
  if (subresource === undefined) return resources.has(resource);
  return resources.has(`${resource}/${subresource}`) || resources.has(`*/${subresource}`);
}

function outcomeAt(gain: Gain, { namespace, access }: Place, home: string): Outcome {
  if (namespace === undefined || namespace === CLUSTER) return clusterGains[gain];
  const fixed = namespaceGains[gain];
  if (fixed !== undefined) return fixed;
  const makesPods = gain === 'pods' || gain === 'everything';
  if (makesPods && !isConfined(namespace, access)) return consequential('node');
  return namespace === home ? own : other;
}

/** The level that the namespace enforces keeps pods from the node, and the account cannot lift it. */
const isConfined = (namespace: string, access: Access): boolean =>
  confining.has(access.enforced[namespace] ?? '') &&
  ['update', 'patch'].every(
    (verb) => allows(access, { verb, group: '', resource: 'namespaces', name: namespace }) === undefined,
  );

const known = new WeakMap<Access, { readonly home: string; readonly held: readonly Held[] }>();

/** @param home the namespace of the account @returns the worst first, equal ones in the order of the table */
export function holdingsOf(access: Access, home: string): readonly Held[] {
  const before = known.get(access);
  if (before?.home === home) return before.held;
  const held = hold(access, home);
  known.set(access, { home, held });
  return held;
}

function hold(access: Access, home: string): readonly Held[] {
  const byNamespace = Map.groupBy(access.grants, ({ namespace }) => namespace);
  const clusterWide = byNamespace.get(undefined) ?? [];
  const everywhere = placeOf(undefined, { ...access, grants: clusterWide });
  const places = [...byNamespace.keys()]
    .filter((namespace) => namespace !== undefined)
    .sort()
    .map((namespace) =>
      placeOf(namespace, { ...access, grants: [...(byNamespace.get(namespace) ?? []), ...clusterWide] }),
    );
  // who may do anything holds every other primitive too: to list them all would say less
  const [anything, ...others] = primitives;
  if (anything === undefined) return [];
  const whole = heldAt(anything, [everywhere], home);
  if (whole !== undefined) return [whole];
  const free = places.filter((place) => heldAt(anything, [place], home) === undefined);
  const found = [
    heldAt(anything, places, home),
    ...others.map((primitive) => heldAt(primitive, placesOf(primitive, everywhere, free), home)),
  ].filter((held) => held !== undefined);
  return found.toSorted((a, b) => b.weight - a.weight);
}

/** Everywhere, else the namespaces one by one. */
function placesOf(primitive: Primitive, everywhere: Place, places: readonly Place[]): readonly Place[] {
  if (primitive.only === undefined) {
    return grantsFor(primitive, everywhere) === undefined ? places : [everywhere];
  }
  if (primitive.only === '') return [everywhere];
  const there = places.find(({ namespace }) => namespace === primitive.only);
  return [there ?? { ...everywhere, namespace: primitive.only }];
}

function heldAt(primitive: Primitive, places: readonly Place[], home: string): Held | undefined {
  const found = places.flatMap((place) => {
    const grants = grantsFor(primitive, place);
    return grants === undefined ? [] : [{ place, grants, outcome: outcomeAt(primitive.gives, place, home) }];
  });
  const [worst] = found.toSorted((a, b) => b.outcome.weight - a.outcome.weight);
  if (worst === undefined) return undefined;
  // namespaces where it gives less are left to the evidence of what gives more
  const alike = found.filter(({ outcome }) => outcome.weight === worst.outcome.weight);
  return {
    primitive,
    places: alike.flatMap(({ place }) => place.namespace ?? []),
    grants: worst.grants,
    ...worst.outcome,
  };
}

interface Asked {
  readonly requests: readonly ResourceRequest[];
  readonly names: readonly string[] | 'any' | undefined;
  readonly explicit: boolean;
}

/** The requests of each primitive, written out once. */
const askedBy: ReadonlyMap<Primitive, readonly Asked[]> = new Map(
  primitives.map((primitive) => [primitive, primitive.needs.map(written)]),
);

function written({ verbs, on, named, explicit = false }: Need): Asked {
  const requests = on.split('|').flatMap((what) => {
    const [path = '', subresource] = what.split(':');
    const [resource = '', group = ''] = path.split('/').toReversed();
    return verbs.split('|').map((verb) => ({
      verb,
      group,
      resource,
      ...(subresource === undefined ? {} : { subresource }),
    }));
  });
  return {
    requests,
    names: named === undefined || named === 'any' ? named : named.slice(1).split('|'),
    explicit,
  };
}

/** One grant per need, or undefined if some need is not met. */
function grantsFor(primitive: Primitive, place: Place): readonly Grant[] | undefined {
  const grants: Grant[] = [];
  for (const asked of askedBy.get(primitive) ?? []) {
    const grant = firstOf(asked.requests, (request) =>
      isThinkable(place, request) ? grantOf(request, asked, place) : undefined,
    );
    if (grant === undefined) return undefined;
    grants.push(grant);
  }
  return grants;
}

function grantOf(
  request: ResourceRequest,
  { names, explicit }: Asked,
  { namespace, access }: Place,
): Grant | undefined {
  const at = namespace === undefined ? request : { ...request, namespace };
  if (request.resource === 'namespaces')
    return allows(access, { ...at, ...(namespace === undefined ? {} : { name: namespace }) });
  if (names === undefined) return allows(access, at);
  if (names === 'any') return access.grants.find((grant) => allowsOne(grant, at));
  const grant = firstOf(names, (name) => allows(access, { ...at, name }));
  return explicit && !names.some((name) => grant?.rule.resourceNames.includes(name)) ? undefined : grant;
}

/** On some object at least; what is created has no name that a rule could list. */
function allowsOne(grant: Grant, request: ResourceRequest): boolean {
  const [name] = request.verb === 'create' ? [] : grant.rule.resourceNames;
  return allows({ grants: [grant] }, name === undefined ? request : { ...request, name }) !== undefined;
}

function firstOf<T, R>(items: readonly T[], find: (item: T) => R | undefined): R | undefined {
  for (const item of items) {
    const found = find(item);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Everything that it is about belongs to no namespace. */
export const isClusterWide = (primitive: Primitive): boolean =>
  (askedBy.get(primitive) ?? []).every(({ requests }) =>
    requests.every((request) => scopeOf({ ...request, namespace: CLUSTER }) === undefined),
  );
