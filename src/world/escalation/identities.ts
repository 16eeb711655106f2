/** Every account, user and group that holds something worth having, and where that leads. */
import { anonymous, type Grant, type Grants, identitiesOf } from '../access.ts';
import { differenceOf } from '../access/layer.ts';
import { sameItems } from '../layer.ts';
import type { ServiceAccount } from '../objects.ts';
import { all, type Table } from '../world.ts';
import type { Actor } from './actors.ts';
import { cloudRoleOf } from './cloud-roles.ts';
import { type Edge, type Position, step } from './edges.ts';
import { type Holding, holdingsOf, lift } from './holdings.ts';
import { CLOUD, identityKey, isLifted, targetsOf } from './hubs.ts';
import type { Reason } from './path.ts';
import type { Primitive } from './primitives.ts';

/** Keys are as in `Grants`, names `sa:ns/name`, `user:name` or `group:name`. Edges are those of its holdings and cloud role. */
export interface Identity extends Position {
  readonly name: string;
  readonly holdings: readonly Held[];
}

/** A holding with the edges that it makes. */
export interface Held extends Holding {
  readonly edges: readonly Edge[];
}

/** By key, in order. Most accounts hold nothing, and are not among them. */
export type Identities = ReadonlyMap<string, Identity>;

/** One whose own grants stay the same keeps its object, and so do all of them together. */
export function identitiesLayer(): (
  grants: Grants,
  accounts: Table<ServiceAccount>,
  actors: readonly Actor[],
) => Identities {
  let inputs: readonly unknown[] = [];
  let grantsBefore: Grants = new Map();
  let objects: Objects = new Map();
  let out: Identities = new Map();
  return (grants, accounts, actors) => {
    if (sameItems(inputs, [grants, accounts, actors])) return out;
    const subjects =
      differenceOf(grants, grantsBefore) ?? new Set([...grantsBefore.keys(), ...grants.keys()]);
    const isSameSet =
      sameItems(inputs.slice(1), [accounts, actors]) &&
      subjects.values().every((subject) => grantsBefore.has(subject) === grants.has(subject));
    const objectsBefore = objects;
    if (!isSameSet) objects = objectsOf(grants, accounts, actors);
    [inputs, grantsBefore] = [[grants, accounts, actors], grants];
    const isKept = (key: string): boolean =>
      objectsBefore.has(key) &&
      objectsBefore.get(key) === objects.get(key) &&
      !subjectsOf(key).some((subject) => subjects.has(subject));
    const now = new Map(out);
    for (const key of (isSameSet ? touchedBy(subjects) : undefined) ?? objects.keys()) {
      if (isKept(key)) continue;
      const identity = identityFrom(key, objects.get(key), grants);
      if (identity === undefined) now.delete(key);
      else now.set(key, identity);
    }
    for (const key of isSameSet ? [] : out.keys()) if (!objects.has(key)) now.delete(key);
    out = inOrder(now, out);
    return out;
  };
}

/** Most changes bring no other identity than before: then each keeps its place. */
function inOrder(now: Identities, before: Identities): Identities {
  const keys = [...now.keys()];
  if (keys.some((key) => !before.has(key))) return new Map([...now].sort(([a], [b]) => (a < b ? -1 : 1)));
  return keys.length === before.size && keys.every((key) => now.get(key) === before.get(key)) ? before : now;
}

/** The identities to look at again; undefined: all, as what a group or anonymous callers may do counts for many. */
function touchedBy(subjects: ReadonlySet<string>): ReadonlySet<string> | undefined {
  if (subjects.values().some((subject) => subject.startsWith('Group/') || anonymous.includes(subject)))
    return undefined;
  return new Set(subjects.values().map(identityKey));
}

/** Every identity that there is, by key, with the object of those accounts that have one. */
type Objects = ReadonlyMap<string, ServiceAccount | undefined>;

function objectsOf(grants: Grants, accounts: Table<ServiceAccount>, actors: readonly Actor[]): Objects {
  const objects = new Map<string, ServiceAccount | undefined>();
  for (const { account } of actors) objects.set(account, undefined);
  for (const identity of grants.keys()) objects.set(identityKey(identity), undefined);
  for (const account of all(accounts))
    objects.set(`ServiceAccount/${account.metadata.namespace}/${account.metadata.name}`, account);
  return new Map([...objects].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** @returns undefined if it holds nothing */
function identityFrom(key: string, object: ServiceAccount | undefined, grants: Grants): Identity | undefined {
  const own = subjectsOf(key).flatMap((subject) => grants.get(subject) ?? []);
  const holdings = holdingsOf(own).map((holding): Held => ({ ...holding, edges: edgesOf(holding) }));
  const cloud = object && cloudRoleOf(object);
  const edges = [
    ...holdings.flatMap((holding) => holding.edges),
    ...(cloud === undefined ? [] : [step(CLOUD, [cloud])]),
  ];
  return holdings.length + edges.length === 0 ? undefined : { key, ...placeOf(key), holdings, edges };
}

/** The names under which the authorizer knows it, groups too; and those of anonymous callers: it can be one. */
function subjectsOf(key: string): readonly string[] {
  const { kind, namespace, name } = split(key);
  if (kind === 'Group') return [key];
  if (anonymous.includes(key)) return anonymous;
  const own =
    kind === 'ServiceAccount' ? identitiesOf({ namespace, name }) : [key, 'Group/system:authenticated'];
  return [...own, ...anonymous];
}

function split(key: string): { readonly kind: string; readonly namespace: string; readonly name: string } {
  const [kind = '', ...rest] = key.split('/');
  if (kind !== 'ServiceAccount') return { kind, namespace: '', name: rest.join('/') };
  return { kind, namespace: rest[0] ?? '', name: rest.slice(1).join('/') };
}

/** What a path calls an identity, and where it is. */
export function placeOf(key: string): { readonly name: string; readonly namespace?: string } {
  const { kind, namespace, name } = split(key);
  return kind === 'ServiceAccount'
    ? { name: `sa:${namespace}/${name}`, namespace }
    : { name: `${kind.toLowerCase()}:${name}` };
}

function edgesOf(holding: Holding): readonly Edge[] {
  const targets = targetsOf(holding);
  if (targets.length === 0) return [];
  const { primitive, namespace, grants, lifts } = holding;
  // one rule may meet several needs
  const because = [...new Set(grants)].flatMap((grant) => reasonsOf(grant, primitive, namespace));
  const lifting = lifts === undefined ? because : [...because, ...reasonsOf(lifts, lift, namespace)];
  return targets.map((to) => step(to, isLifted(to) ? lifting : because));
}

/** The rule, and the binding that gives it. */
function reasonsOf(
  { role, path, binding, subject }: Grant,
  { words }: Primitive,
  namespace: string | undefined,
): readonly Reason[] {
  const about = namespace === undefined ? {} : { about: namespace };
  const where = namespace === undefined ? '' : `, in ${namespace},`;
  return [
    { object: role, path, text: `lets it${where} ${words}`, ...about },
    { object: binding, path: subject, text: 'gives it that role', ...about },
  ];
}
