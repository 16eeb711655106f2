/** What each subject may do: the rules that bindings give it, as the RBAC authorizer of the API server reads them. */
import { type HeldRule, rulesOf } from './access/aggregation.ts';
import {
  matchesPath,
  matchesResource,
  type PathRequest,
  type ResourceRequest,
  scopeOf,
} from './access/rules.ts';
import type { Binding, Namespace, PolicyRule, Ref, Role, Subject } from './objects.ts';
import type { Account } from './surroundings/account.ts';
import { all, find, inNamespace, refOf, type Table, type World } from './world.ts';

/** One rule that a binding gives. */
export interface Grant {
  /** Where it holds: a namespace, or undefined for everywhere. */
  readonly namespace: string | undefined;
  readonly rule: PolicyRule;
  readonly binding: Ref;
  /** The subject in the binding: `/subjects/0`. */
  readonly subject: string;
  /** Whom it names, as in the keys of `Grants`: `Group/system:serviceaccounts`. */
  readonly identity: string;
  /** The role that holds the rule; of an aggregated role in files, the one that contributes it. */
  readonly role: Ref;
  /** The place of the rule in the role: `/rules/3`. */
  readonly path: string;
  /** Every cluster has it from its start: discovery and the like. */
  readonly bootstrap: boolean;
}

/** What an account may do; own grants and those of its groups. */
export interface Access {
  readonly grants: readonly Grant[];
  /** The Pod Security level that each namespace enforces in which the account has rights; absent: none is set. */
  readonly enforced: Readonly<Record<string, string>>;
}

/** Grants by the subject that their bindings name: `ServiceAccount/ns/name`, `Group/name`, `User/name`. */
export type Grants = ReadonlyMap<string, readonly Grant[]>;

/** Bindings of groups that hold every account, made by the API server itself: discovery, and asking about oneself. */
const bootstrapBindings: ReadonlySet<string> = new Set([
  'system:basic-user',
  'system:discovery',
  'system:public-info-viewer',
  'system:service-account-issuer-discovery',
  'system:cluster-trust-bundle-discovery',
]);

/** Every grant of the world by subject: one pass over the bindings. A binding whose role is missing gives nothing. */
export function grantsBySubject(
  roles: Table<Role>,
  clusterRoles: Table<Role>,
  roleBindings: Table<Binding>,
  clusterRoleBindings: Table<Binding>,
  source: World['source'],
): Grants {
  const found = new Map<string, Grant[]>();
  const clusterWide = inNamespace(clusterRoles, '');
  const everyBinding = [...all(roleBindings), ...all(clusterRoleBindings)];
  for (const binding of everyBinding.toSorted((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1))) {
    const role = boundRole(binding, roles, clusterRoles);
    if (role === undefined) continue;
    for (const grant of grantsOf(binding, rulesOf(role, clusterWide, source))) {
      const others = found.get(grant.identity);
      if (others === undefined) found.set(grant.identity, [grant]);
      else others.push(grant);
    }
  }
  return found;
}

export function grantsIn({ tables, source }: Pick<World, 'tables' | 'source'>): Grants {
  const { roles, clusterroles, rolebindings, clusterrolebindings } = tables;
  return grantsBySubject(roles, clusterroles, rolebindings, clusterrolebindings, source);
}

/** What one binding gives, subject by subject. */
export function grantsOf(binding: Binding, rules: readonly HeldRule[]): readonly Grant[] {
  const { name } = binding.metadata;
  const namespace = binding.metadata.namespace === '' ? undefined : binding.metadata.namespace;
  const ref = refOf(binding);
  const isOwn = namespace === undefined && bootstrapBindings.has(name) && name === binding.roleRef.name;
  return binding.subjects.flatMap((subject, index) => {
    const identity = identityOf(subject, namespace);
    const bootstrap = isOwn && subject.kind === 'Group';
    const place = `/subjects/${index}`;
    return rules.map(
      ({ rule, role, path }): Grant => ({
        namespace,
        rule,
        binding: ref,
        subject: place,
        identity,
        role,
        path,
        bootstrap,
      }),
    );
  });
}

/** The role that a binding names; undefined if it does not exist, or is of a kind that no binding can name. */
export function boundRole(
  { metadata, roleRef }: Binding,
  roles: Table<Role>,
  clusterRoles: Table<Role>,
): Role | undefined {
  if (roleRef.kind === 'Role') return find(roles, metadata.namespace, roleRef.name);
  return roleRef.kind === 'ClusterRole' ? find(clusterRoles, '', roleRef.name) : undefined;
}

/** Bindings are gone through in this order: the whole cluster's first. */
const orderOf = ({ metadata }: Binding): string => `${metadata.namespace}/${metadata.name}`;

/** The key in `Grants` of a subject of a binding. @param inBinding the namespace of the binding, if it has one */
export function identityOf({ kind, namespace, name }: Subject, inBinding: string | undefined): string {
  if (kind !== 'ServiceAccount') return `${kind}/${name}`;
  return `ServiceAccount/${namespace === undefined || namespace === '' ? (inBinding ?? '') : namespace}/${name}`;
}

/** Who sends no credentials: whoever reaches the API server, an account that leaves its own away, too. */
export const anonymous: readonly string[] = ['User/system:anonymous', 'Group/system:unauthenticated'];

/** The names under which the authorizer knows a service account. */
export function identitiesOf({ namespace, name }: Pick<Account, 'namespace' | 'name'>): readonly string[] {
  return [
    `ServiceAccount/${namespace}/${name}`,
    `User/system:serviceaccount:${namespace}:${name}`,
    `Group/system:serviceaccounts:${namespace}`,
    'Group/system:serviceaccounts',
    'Group/system:authenticated',
  ];
}

/** What several identities may do together. */
export function accessOf(
  identities: readonly string[],
  grants: Grants,
  namespaces: ReadonlyMap<string, Namespace>,
): Access {
  const own = identities.flatMap((identity) => grants.get(identity) ?? []);
  return { grants: own, enforced: enforcedIn(own, namespaces) };
}

const ENFORCE = 'pod-security.kubernetes.io/enforce';

function enforcedIn(
  grants: readonly Grant[],
  namespaces: ReadonlyMap<string, Namespace>,
): Readonly<Record<string, string>> {
  const named = new Set(grants.flatMap(({ namespace }) => namespace ?? []));
  return Object.fromEntries(
    [...named].sort().flatMap((namespace) => {
      const level = namespaces.get(namespace)?.metadata.labels[ENFORCE];
      return level === undefined ? [] : [[namespace, level]];
    }),
  );
}

/** The grant that allows a request: the first that does. Undefined: refused. */
export function allows(access: Pick<Access, 'grants'>, request: ResourceRequest): Grant | undefined {
  const scope = scopeOf(request);
  return access.grants.find(
    ({ namespace, rule }) =>
      (namespace === undefined || namespace === scope) && matchesResource(rule, request),
  );
}

/** The same for a path such as `/metrics`; a RoleBinding gives none. */
export function allowsPath(access: Pick<Access, 'grants'>, request: PathRequest): Grant | undefined {
  return access.grants.find(({ namespace, rule }) => namespace === undefined && matchesPath(rule, request));
}
