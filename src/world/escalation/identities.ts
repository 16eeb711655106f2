/** Every account, user and group that holds something worth having, and where that leads. */
import { type Grant, type Grants, identitiesOf } from '../access.ts';
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

interface Known {
  /** Undefined: it holds nothing. */
  readonly identity: Identity | undefined;
  readonly object: ServiceAccount | undefined;
  /** The grants of each of the names under which the authorizer knows it. */
  readonly lists: readonly unknown[];
}

/** One whose own grants stay the same keeps its object, and so do all of them together. */
export function identitiesLayer(): (
  grants: Grants,
  accounts: Table<ServiceAccount>,
  actors: readonly Actor[],
) => Identities {
  let inputs: readonly unknown[] = [];
  let grantsBefore: Grants = new Map();
  let objects: Objects = new Map();
  const known = new Map<string, Known>();
  let out: Identities = new Map();
  return (grants, accounts, actors) => {
    if (sameItems(inputs, [grants, accounts, actors])) return out;
    const subjects =
      differenceOf(grants, grantsBefore) ?? new Set([...grantsBefore.keys(), ...grants.keys()]);
    const isSameSet =
      sameItems(inputs.slice(1), [accounts, actors]) &&
      subjects.values().every((subject) => grantsBefore.has(subject) === grants.has(subject));
    if (!isSameSet) objects = objectsOf(grants, accounts, actors);
    [inputs, grantsBefore] = [[grants, accounts, actors], grants];
    const now = new Map(out);
    const set = (key: string, entry: Known | undefined): void => {
      if (entry === undefined) known.delete(key);
      else known.set(key, entry);
      if (entry?.identity === undefined) now.delete(key);
      else now.set(key, entry.identity);
    };
    for (const key of (isSameSet ? touchedBy(subjects) : undefined) ?? objects.keys()) {
      const before = known.get(key);
      const account = objects.get(key);
      if (before === undefined || !isKept(key, before, account, grants)) set(key, made(key, account, grants));
    }
    for (const key of isSameSet ? [] : known.keys()) if (!objects.has(key)) set(key, undefined);
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

/** The identities to look at again; undefined: all, as what a group may do counts for many. */
function touchedBy(subjects: ReadonlySet<string>): ReadonlySet<string> | undefined {
  if (subjects.values().some((subject) => subject.startsWith('Group/'))) return undefined;
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

const isKept = (
  key: string,
  { object, lists }: Known,
  account: ServiceAccount | undefined,
  grants: Grants,
): boolean =>
  object === account && subjectsOf(key).every((subject, index) => grants.get(subject) === lists[index]);

function made(key: string, object: ServiceAccount | undefined, grants: Grants): Known {
  const lists = subjectsOf(key).map((subject) => grants.get(subject));
  const holdings = holdingsOf(lists.flatMap((list) => list ?? [])).map(
    (holding): Held => ({ ...holding, edges: edgesOf(holding) }),
  );
  const cloud = object && cloudRoleOf(object);
  const edges = [
    ...holdings.flatMap((holding) => holding.edges),
    ...(cloud === undefined ? [] : [step(CLOUD, [cloud])]),
  ];
  const isIdle = holdings.length === 0 && edges.length === 0;
  return {
    identity: isIdle ? undefined : { key, ...placeOf(key), holdings, edges },
    object,
    lists,
  };
}

/** The names under which the authorizer knows it, groups too. */
function subjectsOf(key: string): readonly string[] {
  const { kind, namespace, name } = split(key);
  if (kind === 'ServiceAccount') return identitiesOf({ namespace, name });
  return kind === 'User' ? [key, 'Group/system:authenticated'] : [key];
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
