/** The rules of a role, with those that an aggregated ClusterRole takes from others. */
import type { PolicyRule, Ref, Role } from '../objects.ts';
import { selects } from '../selector.ts';
import { refOf, type World } from '../world.ts';

export interface HeldRule {
  readonly rule: PolicyRule;
  readonly role: Ref;
  readonly path: string;
}

/**
 * In a cluster a controller has written the rules into the aggregated role, and the authorizer reads only these. In
 * files nothing has: the rules of the ClusterRoles that the selectors match count, and their own are overwritten.
 */
export function rulesOf(
  role: Role,
  clusterRoles: ReadonlyMap<string, Role>,
  source: World['source'],
): readonly HeldRule[] {
  const selectors = source === 'files' ? role.aggregationRule?.clusterRoleSelectors : undefined;
  if (selectors === undefined) return ownRules(role);
  const contributing = new Set<Role>();
  collect(role, clusterRoles, contributing);
  return [...contributing]
    .filter((each) => each.aggregationRule === undefined)
    .sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))
    .flatMap(ownRules);
}

const ownRules = (role: Role): readonly HeldRule[] => {
  const ref = refOf(role);
  return role.rules.map((rule, index) => ({ rule, role: ref, path: `/rules/${index}` }));
};

function collect(role: Role, clusterRoles: ReadonlyMap<string, Role>, into: Set<Role>): void {
  for (const selector of role.aggregationRule?.clusterRoleSelectors ?? []) {
    for (const other of clusterRoles.values()) {
      if (into.has(other) || other === role || !selects(selector, other.metadata.labels)) continue;
      into.add(other);
      collect(other, clusterRoles, into);
    }
  }
}
