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
 * files nothing has: the rules of the ClusterRoles that the selectors match count, in the controller's order (selector
 * by selector, by name, an equal rule once), and the role's own are overwritten.
 * @returns the same list as long as it is made of the same
 */
export function rulesOf(
  role: Role,
  clusterRoles: ReadonlyMap<string, Role>,
  source: World['source'],
): readonly HeldRule[] {
  if (source !== 'files' || role.aggregationRule === undefined) return ownRules(role);
  const before = aggregated.get(role);
  if (before?.clusterRoles === clusterRoles) return before.rules;
  const collected = new Map<string, HeldRule>();
  for (const held of contributedTo(role, clusterRoles, new Set([role]))) {
    const content = JSON.stringify(held.rule);
    if (!collected.has(content)) collected.set(content, held);
  }
  const rules = [...collected.values()];
  aggregated.set(role, { clusterRoles, rules });
  return rules;
}

// many bindings name the same few roles: they share the lists
const own = new WeakMap<Role, readonly HeldRule[]>();
const aggregated = new WeakMap<
  Role,
  { readonly clusterRoles: ReadonlyMap<string, Role>; readonly rules: readonly HeldRule[] }
>();

function ownRules(role: Role): readonly HeldRule[] {
  let rules = own.get(role);
  if (rules === undefined) {
    const ref = refOf(role);
    rules = role.rules.map((rule, index) => ({ rule, role: ref, path: `/rules/${index}` }));
    own.set(role, rules);
  }
  return rules;
}

/** @param seen roles may select each other: each is entered once */
function* contributedTo(
  { aggregationRule }: Role,
  clusterRoles: ReadonlyMap<string, Role>,
  seen: Set<Role>,
): Iterable<HeldRule> {
  for (const selector of aggregationRule?.clusterRoleSelectors ?? []) {
    const selected = [...clusterRoles.values()].filter(({ metadata }) => selects(selector, metadata.labels));
    for (const other of selected.sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))) {
      if (seen.has(other)) continue;
      seen.add(other);
      if (other.aggregationRule === undefined) yield* ownRules(other);
      else yield* contributedTo(other, clusterRoles, seen);
    }
  }
}
