/** Which Secrets an account may read through the API, by where they are. */
import { type Access, allows, type Grant } from '../../world/access.ts';
import { matchesResource } from '../../world/access/rules.ts';

export type Place = 'every namespace' | 'kube-system' | 'other namespaces' | 'own namespace' | 'by name';

/** What the account may read at one kind of place. */
export interface Reading {
  readonly place: Place;
  /** How many namespaces of that kind, or how many Secrets by name. */
  readonly count: number;
  /** One for each namespace or rule. */
  readonly grants: readonly Grant[];
}

/** Each of them returns the values. */
const verbs = ['get', 'list', 'watch'];
const secrets = { group: '', resource: 'secrets' };

/** @param home the namespace of the account */
export function readingsOf({ grants }: Access, home: string): readonly Reading[] {
  const byNamespace = Map.groupBy(grants, ({ namespace }) => namespace);
  const found = [...byNamespace]
    .toSorted(([a = ''], [b = '']) => (a < b ? -1 : 1)) // the whole cluster first
    .map(([namespace, own]) => ({ namespace, grant: readsAll(namespace, own) }))
    .filter((one): one is { namespace: string | undefined; grant: Grant } => one.grant !== undefined);
  const [first] = found;
  // who reads them all also reads these
  const whole = first !== undefined && first.namespace === undefined ? [first] : found;
  const byPlace = Map.groupBy(whole, ({ namespace }) => placeOf(namespace, home));
  const readings = [...byPlace].map(
    ([place, some]): Reading => ({ place, count: some.length, grants: some.map(({ grant }) => grant) }),
  );
  const open = new Set(whole.map(({ namespace }) => namespace));
  const named = open.has(undefined)
    ? []
    : grants.filter((grant) => !open.has(grant.namespace) && namedBy(grant).length > 0);
  if (named.length === 0) return readings;
  const names = new Set(
    named.flatMap((grant) => namedBy(grant).map((name) => `${grant.namespace ?? ''}/${name}`)),
  );
  return [...readings, { place: 'by name', count: names.size, grants: named }];
}

const readsAll = (namespace: string | undefined, grants: readonly Grant[]): Grant | undefined =>
  verbs
    .values()
    .map((verb) =>
      allows({ grants }, { verb, ...secrets, ...(namespace === undefined ? {} : { namespace }) }),
    )
    .find((grant) => grant !== undefined);

const namedBy = ({ rule }: Grant): readonly string[] =>
  rule.resourceNames.filter((name) =>
    verbs.some((verb) => matchesResource(rule, { verb, ...secrets, name })),
  );

function placeOf(namespace: string | undefined, home: string): Place {
  if (namespace === undefined) return 'every namespace';
  if (namespace === 'kube-system') return 'kube-system';
  return namespace === home ? 'own namespace' : 'other namespaces';
}
