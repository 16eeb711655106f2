/** Grants and access of a world that changes: only what a changed binding or role touches is made again. */
import {
  type Access,
  accessOf,
  boundRole,
  type Grant,
  type Grants,
  grantsOf,
  identitiesOf,
} from '../access.ts';
import type { Account } from '../surroundings/account.ts';
import { sameItems } from '../layer.ts';
import type { Binding, Namespace } from '../objects.ts';
import { withChanges } from '../overlay.ts';
import { inNamespace, type Tables, type World } from '../world.ts';
import { type HeldRule, rulesOf } from './aggregation.ts';

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
      for (const binding of [...bindings.values()].sort(byName)) {
        const role = boundRole(binding, roles, clusterroles);
        if (role !== undefined) collect(found, ofBinding(binding, rulesOf(role, clusterRoles, source)));
      }
      return { inputs, grants: keepingEqual(before?.grants, found) };
    };
    const now = new Map<string, Part>();
    // the cluster's own first, as '' sorts
    for (const namespace of ['', ...[...rolebindings.keys()].sort()]) {
      const table = namespace === '' ? clusterrolebindings : rolebindings;
      now.set(namespace, part(namespace, inNamespace(table, namespace)));
    }
    const subjects = differing(parts, now);
    if (subjects.size > 0) {
      const before = all;
      all = joined(before, subjects, now);
      differences.set(all, { before, subjects });
      // or the last grants would hold all that ever were, one by the other
      differences.delete(before);
    }
    parts = now;
    return all;
  };
}

const byName = (a: Binding, b: Binding): number => (a.metadata.name < b.metadata.name ? -1 : 1);

/** Binding -> what it gives, as long as the rules of its role are the same. */
function bindingMemo() {
  const known = new WeakMap<
    Binding,
    { readonly rules: readonly HeldRule[]; readonly out: readonly Grant[] }
  >();
  return (binding: Binding, rules: readonly HeldRule[]): readonly Grant[] => {
    const before = known.get(binding);
    if (before?.rules === rules) return before.out;
    const out = grantsOf(binding, rules);
    known.set(binding, { rules, out });
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

const differences = new WeakMap<
  Grants,
  { readonly before: Grants; readonly subjects: ReadonlySet<string> }
>();

const nobody: ReadonlySet<string> = new Set();

/** Whose grants differ from those before, if these are the last that were made from them; undefined: each may. */
export function differenceOf(grants: Grants, before: Grants | undefined): ReadonlySet<string> | undefined {
  if (grants === before) return nobody;
  const difference = differences.get(grants);
  return difference?.before === before ? difference?.subjects : undefined;
}

function differing(before: ReadonlyMap<string, Part>, now: ReadonlyMap<string, Part>): ReadonlySet<string> {
  const subjects = new Set<string>();
  for (const namespace of new Set([...before.keys(), ...now.keys()])) {
    const [old, young] = [before.get(namespace)?.grants, now.get(namespace)?.grants];
    if (old === young) continue;
    for (const [identity, list] of old ?? []) if (young?.get(identity) !== list) subjects.add(identity);
    for (const [identity, list] of young ?? []) if (old?.get(identity) !== list) subjects.add(identity);
  }
  return subjects;
}

/** All parts together: only the subjects whose grants differ are looked up in each of them. */
function joined(before: Grants, subjects: ReadonlySet<string>, parts: ReadonlyMap<string, Part>): Grants {
  const found = new Map<string, readonly Grant[] | undefined>();
  for (const identity of subjects) found.set(identity, undefined);
  for (const { grants } of parts.values()) {
    // the shorter of the two is gone through
    for (const identity of grants.size < subjects.size ? grants.keys() : subjects) {
      const list = subjects.has(identity) ? grants.get(identity) : undefined;
      if (list === undefined) continue;
      const known = found.get(identity);
      // most subjects are named in one namespace only: their list is shared
      found.set(identity, known === undefined ? list : [...known, ...list]);
    }
  }
  return withChanges(before, found);
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
  readonly access: Access;
  /** The change after which it was last asked for. */
  asked: number;
}

type Named = Pick<Account, 'namespace' | 'name'>;

/** Access of any account of a world; it keeps its object while its own grants stay the same. */
export function accessLayer(
  grantsIn = grantsLayer(),
): (account: Named, world: Pick<World, 'tables' | 'source'>) => Access {
  let grants: Grants = new Map();
  let namespaces: ReadonlyMap<string, Namespace> = new Map();
  /** By namespace and name: it is asked for every workload, and to join the two would cost more than all else. */
  const known = new Map<string, Map<string, Known>>();
  let change = 0;
  /** How many are known, and how many of them were asked for since the last change. */
  let [size, asked] = [0, 0];
  let touches = touching(undefined);
  return (account, { tables, source }) => {
    const grantsNow = grantsIn(tables, source);
    const namespacesNow = inNamespace(tables.namespaces, '');
    if (grants !== grantsNow || namespaces !== namespacesNow) {
      touches = touching(namespaces === namespacesNow ? differenceOf(grantsNow, grants) : undefined);
      [grants, namespaces] = [grantsNow, namespacesNow];
      if (asked < size) forget(known, change);
      [size, asked] = [asked, 0];
      change += 1;
    }
    let here = known.get(account.namespace);
    if (here === undefined) known.set(account.namespace, (here = new Map()));
    const before = here.get(account.name);
    if (before?.asked === change) return before.access;
    asked += 1;
    if (before !== undefined && !touches(account)) {
      before.asked = change;
      return before.access;
    }
    if (before === undefined) size += 1;
    const access = derived(account, grants, namespaces, before?.access);
    here.set(account.name, { access, asked: change });
    return access;
  };
}

/** What was not asked for after this change. */
function forget(known: Map<string, Map<string, Known>>, change: number): void {
  for (const [namespace, here] of known) {
    for (const [name, { asked }] of here) if (asked !== change) here.delete(name);
    if (here.size === 0) known.delete(namespace);
  }
}

const EVERYONE: readonly string[] = ['Group/system:serviceaccounts', 'Group/system:authenticated'];
const OF_ACCOUNT = /^(?:ServiceAccount\/|User\/system:serviceaccount:)([^:/]+)[:/](.+)$/;
const OF_NAMESPACE = /^Group\/system:serviceaccounts:(.+)$/;

/** Whose access may be another, where the grants of these subjects are. @param subjects undefined: everybody's */
function touching(subjects: ReadonlySet<string> | undefined): (account: Named) => boolean {
  if (subjects === undefined || EVERYONE.some((subject) => subjects.has(subject))) return () => true;
  const accounts = new Map<string, Set<string>>();
  const homes = new Set<string>();
  for (const subject of subjects) {
    const [, namespace = '', name] = OF_ACCOUNT.exec(subject) ?? [];
    const [, home] = OF_NAMESPACE.exec(subject) ?? [];
    if (name !== undefined) accounts.set(namespace, (accounts.get(namespace) ?? new Set()).add(name));
    if (home !== undefined) homes.add(home);
  }
  return ({ namespace, name }) => homes.has(namespace) || accounts.get(namespace)?.has(name) === true;
}

function derived(
  account: Named,
  grants: Grants,
  namespaces: ReadonlyMap<string, Namespace>,
  before: Access | undefined,
): Access {
  const access = accessOf(identitiesOf(account), grants, namespaces);
  const isEqual =
    before !== undefined &&
    sameItems(access.grants, before.grants) &&
    sameItems(levelsIn(access), levelsIn(before));
  return isEqual ? before : access;
}

const levelsIn = ({ enforced }: Access): readonly string[] => Object.entries(enforced).flat();
