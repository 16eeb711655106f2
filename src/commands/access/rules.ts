/** The rules that count for a subject, in the shape of `-o json`. */
import type { Grant, Grants } from '../../world/access.ts';
import { effectiveGrants } from '../../world/access/effective.ts';
import type { Who } from '../../world/access/subject.ts';
import type { PolicyRule, Ref } from '../../world/objects.ts';
import { find, type World } from '../../world/world.ts';

export interface RuleEntry extends Partial<PolicyRule> {
  /** null: everywhere. */
  readonly namespace: string | null;
  readonly via: Via;
}

/** The binding, and the role that it names. */
export interface Via {
  readonly kind: string;
  readonly namespace: string | null;
  readonly name: string;
  readonly role: string;
}

export interface SubjectRules {
  readonly subject: string;
  readonly rules: readonly RuleEntry[];
}

/** One entry per rule and binding, neither merged nor split. */
export const rulesOf = ({ text, identities }: Who, grants: Grants, world: World): SubjectRules => ({
  subject: text,
  rules: effectiveGrants(identities, grants).map((grant) => entryOf(grant, world)),
});

export function entryOf(grant: Grant, world: World): RuleEntry {
  return { namespace: grant.namespace ?? null, ...filled(grant.rule), via: viaOf(grant, world) };
}

/** Empty lists say nothing, and are left out. */
function filled(rule: PolicyRule): Partial<PolicyRule> {
  const { apiGroups, resources, resourceNames, verbs, nonResourceURLs } = rule;
  const lists = { apiGroups, resources, resourceNames, verbs, nonResourceURLs };
  return Object.fromEntries(Object.entries(lists).filter(([, list]) => list.length > 0));
}

function viaOf({ binding }: Grant, world: World): Via {
  const { kind, namespace, name } = binding;
  return { kind, namespace: namespace === '' ? null : namespace, name, role: roleRefOf(binding, world).name };
}

/** Not the role that holds the rule: of an aggregated one in files that is another. */
export function roleRefOf({ namespace, name }: Ref, { tables }: World) {
  const table = namespace === '' ? tables.clusterrolebindings : tables.rolebindings;
  const binding = find(table, namespace, name);
  if (binding === undefined)
    throw new Error(`a grant comes from a binding: ${namespace}/${name} is not there`);
  return binding.roleRef;
}
