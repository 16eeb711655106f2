/** Grants and access of a world that changes: only what a changed binding or role touches is made again. */
import {
  type Access,
  accessOf,
  boundRole,
  type Grant,
  type Grants,
  grantsOf,
  identitiesOf,
  orderOf,
} from '../access.ts';
import type { Account } from '../account.ts';
import { sameItems } from '../layer.ts';
import type { Binding, Namespace, Role } from '../objects.ts';
import { inNamespace, type Tables, type World } from '../world.ts';
import { rulesOf } from './aggregation.ts';

type RbacTables = Pick<Tables, 'roles' | 'clusterroles' | 'rolebindings' | 'clusterrolebindings'>;

/** The grants of the bindings of one namespace, or of the whole cluster. */
interface Part {
  readonly inputs: readonly unknown[];
  readonly grants: Grants;
}

/** As `grantsBySubject`; a subject's list keeps its reference while it holds the same grants. */
export function grantsLayer(): (tables: RbacTables, source: World['source']) => Grants {
  const ofBinding = bindingMemo();
  let parts: ReadonlyMap<string, Part> = new Map();
  let all: Grants = new Map();
  let tablesBefore: readonly unknown[] = [];
  return (tables, source) => {
    const { roles, clusterroles, rolebindings, clusterrolebindings } = tables;
    const read = [roles, clusterroles, rolebindings, clusterrolebindings, source];
    if (sameItems(tablesBefore, read)) return all;
    tablesBefore = read;
    const clusterRoles = inNamespace(clusterroles, '');
    const part = (namespace: string, bindings: ReadonlyMap<string, Binding>): Part => {
      const inputs = [bindings, roles.get(namespace), clusterRoles, source];
      const before = parts.get(namespace);
      if (before !== undefined && sameItems(before.inputs, inputs)) return before;
      const found = new Map<string, Grant[]>();
      for (const binding of [...bindings.values()].sort((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1))) {
        const role = boundRole(binding, roles, clusterroles);
        if (role !== undefined) collect(found, ofBinding(binding, role, clusterRoles, source));
      }
      return { inputs, grants: keepingEqual(before?.grants, found) };
    };
    const now = new Map<string, Part>();
    // the cluster's own first, as '' sorts
    for (const namespace of ['', ...[...rolebindings.keys()].sort()]) {
      const table = namespace === '' ? clusterrolebindings : rolebindings;
      now.set(namespace, part(namespace, inNamespace(table, namespace)));
    }
    if (!sameItems([...parts.values()], [...now.values()])) all = keepingEqual(all, joined(now.values()));
    parts = now;
    return all;
  };
}

/** Binding -> what it gives, as long as its role is the same. */
function bindingMemo() {
  const known = new WeakMap<
    Binding,
    { readonly inputs: readonly unknown[]; readonly out: readonly Grant[] }
  >();
  return (
    binding: Binding,
    role: Role,
    clusterRoles: ReadonlyMap<string, Role>,
    source: World['source'],
  ): readonly Grant[] => {
    const isAggregated = source === 'files' && role.aggregationRule !== undefined;
    const inputs = [role, isAggregated ? clusterRoles : undefined];
    const before = known.get(binding);
    if (before !== undefined && sameItems(before.inputs, inputs)) return before.out;
    const out = grantsOf(binding, rulesOf(role, clusterRoles, source));
    known.set(binding, { inputs, out });
    return out;
  };
}

function collect(into: Map<string, Grant[]>, grants: readonly Grant[]): void {
  for (const grant of grants) {
    const known = into.get(grant.identity);
    if (known === undefined) into.set(grant.identity, [grant]);
    else known.push(grant);
  }
}

/** Most subjects are named in one namespace only: their list is shared. */
function joined(parts: Iterable<Part>): Grants {
  const found = new Map<string, readonly Grant[]>();
  for (const { grants } of parts) {
    for (const [identity, list] of grants) {
      const known = found.get(identity);
      found.set(identity, known === undefined ? list : [...known, ...list]);
    }
  }
  return found;
}

/** Grants keep their references as their bindings do, so references tell. */
function keepingEqual(before: Grants | undefined, now: ReadonlyMap<string, readonly Grant[]>): Grants {
  if (before === undefined || before.size === 0) return now;
  const kept = new Map<string, readonly Grant[]>();
  for (const [identity, list] of now) {
    const old = before.get(identity);
    kept.set(identity, old !== undefined && sameItems(old, list) ? old : list);
  }
  return kept;
}

interface Known {
  readonly identities: readonly string[];
  readonly own: readonly unknown[];
  readonly levels: readonly string[];
  readonly access: Access;
}

/** Access of any account of a world; it keeps its object while its own grants stay the same. */
export function accessLayer(
  grantsIn = grantsLayer(),
): (account: Pick<Account, 'namespace' | 'name'>, world: Pick<World, 'tables' | 'source'>) => Access {
  let inputs: readonly unknown[] = [];
  let known = new Map<string, Known>();
  let before = known;
  return (account, { tables, source }) => {
    const grants = grantsIn(tables, source);
    const namespaces = inNamespace(tables.namespaces, '');
    if (!sameItems(inputs, [grants, namespaces])) {
      inputs = [grants, namespaces];
      // what nobody asks for again is forgotten at the next change
      [before, known] = [known, new Map()];
    }
    const key = `${account.namespace}/${account.name}`;
    let entry = known.get(key);
    if (entry === undefined) {
      entry = derived(account, grants, namespaces, before.get(key));
      known.set(key, entry);
    }
    return entry.access;
  };
}

function derived(
  account: Pick<Account, 'namespace' | 'name'>,
  grants: Grants,
  namespaces: ReadonlyMap<string, Namespace>,
  before: Known | undefined,
): Known {
  const identities = before?.identities ?? identitiesOf(account);
  const own = identities.map((identity) => grants.get(identity));
  const access = accessOf(identities, grants, namespaces);
  const levels = Object.entries(access.enforced).flat();
  if (before !== undefined && sameItems(before.own, own) && sameItems(before.levels, levels)) return before;
  return { identities, own, levels, access };
}
