/** Every account, user and group that something is bound to, with what it holds and where that leads. */
import { type Grant, type Grants, identitiesOf } from '../access.ts';
import { sameItems } from '../layer.ts';
import type { ServiceAccount } from '../objects.ts';
import { all, type Table } from '../world.ts';
import type { Actor } from './actors.ts';
import { cloudRoleOf } from './cloud-roles.ts';
import { type Edge, step } from './edges.ts';
import { type Holding, holdingsOf, lift } from './holdings.ts';
import { CLOUD, identityKey, isLifted, targetsOf } from './hubs.ts';
import type { Reason } from './path.ts';
import type { Primitive } from './primitives.ts';

export interface Identity {
  /** As in `Grants`: `ServiceAccount/ns/name`, `User/name`, `Group/name`. */
  readonly key: string;
  /** `sa:ns/name`, `user:name`, `group:name`. */
  readonly name: string;
  /** Of a service account. */
  readonly namespace?: string;
  readonly holdings: readonly Held[];
  /** All edges of its holdings, and the one to a role of a cloud. */
  readonly edges: readonly Edge[];
}

/** A holding with the edges that it makes. */
export interface Held extends Holding {
  readonly edges: readonly Edge[];
}

export type Identities = ReadonlyMap<string, Identity>;

interface Known {
  readonly identity: Identity;
  /** The names under which the authorizer knows it. */
  readonly subjects: readonly string[];
  readonly parts: readonly unknown[];
}

/** All identities, in the order of their keys; one whose own grants stay the same keeps its object. */
export function identitiesLayer(): (
  grants: Grants,
  accounts: Table<ServiceAccount>,
  actors: readonly Actor[],
) => Identities {
  let inputs: readonly unknown[] = [];
  let known: ReadonlyMap<string, Known> = new Map();
  let out: Identities = new Map();
  return (grants, accounts, actors) => {
    if (sameItems(inputs, [grants, accounts, actors])) return out;
    inputs = [grants, accounts, actors];
    const objects = new Map<string, ServiceAccount | undefined>();
    for (const { account } of actors) objects.set(account, undefined);
    for (const identity of grants.keys()) objects.set(identityKey(identity), undefined);
    for (const account of all(accounts))
      objects.set(`ServiceAccount/${account.metadata.namespace}/${account.metadata.name}`, account);
    const now = new Map<string, Known>();
    for (const key of [...objects.keys()].sort())
      now.set(key, renewed(key, objects.get(key), grants, known.get(key)));
    known = now;
    const identities = new Map([...now].map(([key, { identity }]) => [key, identity]));
    const isSame =
      out.size === identities.size && [...identities].every(([key, each]) => out.get(key) === each);
    if (!isSame) out = identities;
    return out;
  };
}

function renewed(
  key: string,
  account: ServiceAccount | undefined,
  grants: Grants,
  before: Known | undefined,
): Known {
  const subjects = before?.subjects ?? subjectsOf(key);
  const lists = subjects.map((subject) => grants.get(subject));
  const parts = [account, ...lists];
  if (before !== undefined && sameItems(before.parts, parts)) return before;
  const holdings = holdingsOf(lists.flatMap((list) => list ?? [])).map(
    (holding): Held => ({ ...holding, edges: edgesOf(holding) }),
  );
  const cloud = account && cloudRoleOf(account);
  const edges = [
    ...holdings.flatMap((holding) => holding.edges),
    ...(cloud === undefined ? [] : [step(CLOUD, [cloud])]),
  ];
  return { identity: { key, ...placeOf(key), holdings, edges }, subjects, parts };
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
  const because = grants.flatMap((grant) => reasonsOf(grant, primitive, namespace));
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
