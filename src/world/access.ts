/** What each subject may do: the rules that bindings give it, as the RBAC authorizer of the API server reads them. */
import type { Account } from './account.ts';
import type { Binding, PolicyRule, Ref, Role } from './objects.ts';
import { all, refOf, type Table } from './world.ts';

/** One rule that a binding gives. */
export interface Grant {
  /** Where it holds: a namespace, or undefined for everywhere. */
  readonly namespace: string | undefined;
  readonly rule: PolicyRule;
  readonly binding: Ref;
  readonly role: Ref;
  /** The place of the rule in the role: `/rules/3`. */
  readonly path: string;
}

/** What an account may do; own grants and those of its groups. */
export interface Access {
  readonly grants: readonly Grant[];
}

/** Bindings by the subject that they name: `ServiceAccount/ns/name`, `Group/name`, `User/name`. */
export type Grants = ReadonlyMap<string, readonly Grant[]>;

/** Every grant of the world by subject: one pass over the bindings. */
export function grantsBySubject(
  roles: Table<Role>,
  clusterRoles: Table<Role>,
  roleBindings: Table<Binding>,
  clusterRoleBindings: Table<Binding>,
): Grants {
  const found = new Map<string, Grant[]>();
  for (const binding of [...all(roleBindings), ...all(clusterRoleBindings)]) {
    const namespace = binding.metadata.namespace === '' ? undefined : binding.metadata.namespace;
    const { kind, name } = binding.roleRef;
    const role = kind === 'Role' ? roles.get(namespace ?? '')?.get(name) : clusterRoles.get('')?.get(name);
    if (role === undefined) continue;
    const grants = role.rules.map(
      (rule, index): Grant => ({
        namespace,
        rule,
        binding: refOf(binding),
        role: refOf(role),
        path: `/rules/${index}`,
      }),
    );
    for (const subject of binding.subjects) {
      const key =
        subject.kind === 'ServiceAccount'
          ? `ServiceAccount/${subject.namespace ?? namespace ?? ''}/${subject.name}`
          : `${subject.kind}/${subject.name}`;
      const known = found.get(key);
      if (known === undefined) found.set(key, [...grants]);
      else known.push(...grants);
    }
  }
  return found;
}

/** The names under which the authorizer knows a service account. */
export function identitiesOf({ namespace, name }: Pick<Account, 'namespace' | 'name'>): readonly string[] {
  return [
    `ServiceAccount/${namespace}/${name}`,
    `User/system:serviceaccount:${namespace}:${name}`,
    'Group/system:serviceaccounts',
    `Group/system:serviceaccounts:${namespace}`,
    'Group/system:authenticated',
  ];
}

export function accessOf(account: Account, grants: Grants): Access {
  return { grants: identitiesOf(account).flatMap((identity) => grants.get(identity) ?? []) };
}
