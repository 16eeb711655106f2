/** Which needs of the primitives a rule meets. Rules are shared by content, so each is compiled once. */
import { matchesResource, type ResourceRequest, scopeOf } from '../access/rules.ts';
import type { PolicyRule } from '../objects.ts';
import { clusterScoped } from './primitives/custom-resources.ts';
import { ANYTHING, type Need, type Primitive, primitives } from './primitives.ts';

/** One need of one primitive, with its requests written out. */
export interface Asked {
  readonly primitive: Primitive;
  readonly need: Need;
  /** None for a need that is about anything. */
  readonly requests: readonly Request[];
  readonly names: readonly string[] | 'any' | undefined;
}

interface Request extends ResourceRequest {
  /** `own`: a namespace, which a binding in it reaches; `none`: only bindings for the whole cluster count. */
  readonly scope: 'namespace' | 'own' | 'none';
}

/** That a rule meets a need. */
export interface Met {
  readonly asked: Asked;
  /** Only for who is bound in the whole cluster. */
  readonly clusterOnly: boolean;
  /** Only for the namespaces of these names. */
  readonly namespaces?: readonly string[];
  /** Only for the identities or roles of these names. */
  readonly listed?: readonly string[];
}

const ANYWHERE = '?';

function requestOf(verb: string, on: string): Request {
  const [path = '', subresource] = on.split(':');
  const [resource = '', group = ''] = path.split('/').toReversed();
  const request = { verb, group, resource, ...(subresource === undefined ? {} : { subresource }) };
  const isNamespace = group === '' && resource === 'namespaces';
  if (isNamespace) return { ...request, scope: 'own' };
  const isLocal = scopeOf({ ...request, namespace: ANYWHERE }) !== undefined;
  return { ...request, scope: isLocal && !clusterScoped.has(path) ? 'namespace' : 'none' };
}

const written = ({ verbs, on }: Pick<Need, 'verbs' | 'on'>): readonly Request[] =>
  on.split('|').flatMap((what) => verbs.split('|').map((verb) => requestOf(verb, what)));

const askedFor = (primitive: Primitive, need: Need): Asked => ({
  primitive,
  need,
  requests: isOpen(need) ? [] : [need, ...(need.or ?? [])].flatMap(written),
  names: need.named === undefined || need.named === 'any' ? need.named : need.named.slice(1).split('|'),
});

/** It may be met in any place. */
export const isOpen = ({ on }: Need): boolean => on === ANYTHING;

/** For each primitive the lists of needs of which one must be met, in its order. */
export const askedBy: ReadonlyMap<Primitive, readonly (readonly Asked[])[]> = new Map(
  primitives.map((primitive) => [
    primitive,
    [primitive.needs, ...(primitive.or ?? [])].map((needs) => needs.map((need) => askedFor(primitive, need))),
  ]),
);

const everyAsked = [...askedBy.values()].flat(2).map((asked) => ({
  asked,
  verbs: new Set(asked.requests.map(({ verb }) => verb)),
}));

const compiled = new WeakMap<PolicyRule, readonly Met[]>();

export function metBy(rule: PolicyRule): readonly Met[] {
  let met = compiled.get(rule);
  if (met === undefined) {
    const isWild = rule.verbs.includes('*');
    met = everyAsked.flatMap(({ asked, verbs }) => {
      if (isOpen(asked.need)) return meetsOpen(rule, asked) ?? [];
      return isWild || rule.verbs.some((verb) => verbs.has(verb)) ? (meets(rule, asked) ?? []) : [];
    });
    compiled.set(rule, met);
  }
  return met;
}

/** By a verb of the beginning that is asked for, on whatever the rule itself is about. */
function meetsOpen(rule: PolicyRule, asked: Asked): Met | undefined {
  const { verbs, apiGroups, resources, resourceNames, nonResourceURLs } = rule;
  if (!verbs.some((verb) => verb === '*' || verb.startsWith(asked.need.verbs))) return undefined;
  const scopes = new Set(
    apiGroups.flatMap((group) =>
      resources
        .filter((resource) => !resource.endsWith('/*')) // nothing has this name
        .map((resource) => requestOf(asked.need.verbs, `${group}/${resource.replace('/', ':')}`).scope),
    ),
  );
  if (scopes.has('namespace')) return { asked, clusterOnly: false };
  if (scopes.has('own'))
    return { asked, clusterOnly: false, ...(resourceNames.length > 0 ? { namespaces: resourceNames } : {}) };
  return scopes.size > 0 || nonResourceURLs.length > 0 ? { asked, clusterOnly: true } : undefined;
}

/** The first request that is enough, and widest: for everyone bound, else in the whole cluster, else by name. */
function meets(rule: PolicyRule, asked: Asked): Met | undefined {
  const matching = asked.requests.filter((request) => matches(rule, request, asked));
  const local = matching.find(({ scope }) => scope !== 'none');
  if (matching.length > 0) return { asked, clusterOnly: local === undefined };
  if (rule.resourceNames.length === 0) return undefined;
  const listings = asked.requests.filter(
    (request) => isNamed(request) && matchesResource(rule, { ...request, name: rule.resourceNames[0] ?? '' }),
  );
  const [listing] = listings;
  if (listing === undefined) return undefined;
  if (listing.scope === 'own' && asked.names === undefined)
    return { asked, clusterOnly: false, namespaces: rule.resourceNames };
  if (asked.need.listed === undefined) return undefined;
  const names = rule.resourceNames;
  const listed =
    asked.need.listed === 'roles'
      ? listings.flatMap(({ resource }) => names.map((name) => `${resource}/${name}`))
      : names;
  return { asked, clusterOnly: listing.scope === 'none', listed };
}

/** What is created has no name yet that a rule could list; what is made of something that is there has. */
const isNamed = ({ verb, subresource }: Request): boolean =>
  verb !== 'deletecollection' && (verb !== 'create' || subresource !== undefined);

function matches(rule: PolicyRule, request: Request, { names, need }: Asked): boolean {
  if (names === undefined) return matchesResource(rule, request);
  if (names === 'any') {
    const [name] = isNamed(request) ? rule.resourceNames : [];
    return matchesResource(rule, name === undefined ? request : { ...request, name });
  }
  return names.some(
    (name) =>
      matchesResource(rule, { ...request, name }) &&
      (need.explicit !== true || rule.resourceNames.includes(name)),
  );
}

/** Everything that it is about belongs to no namespace. */
export const isClusterWide = (primitive: Primitive): boolean =>
  (askedBy.get(primitive) ?? [])
    .flat()
    .every(({ need, requests }) => !isOpen(need) && requests.every(({ scope }) => scope === 'none'));
