/** The rules that count for a subject, each as the binding gives it. */
import type { Grant, Grants } from '../access.ts';

/**
 * The grants of all names of a subject: one per rule and binding, however many of its names the binding has. In a
 * namespace a rule has no effect on paths, so they are left out there, and rules that hold nothing else with them.
 * What holds everywhere first, then by namespace and binding; the rules of a role keep their order.
 */
export function effectiveGrants(identities: readonly string[], grants: Grants): readonly Grant[] {
  const found = new Map<string, Grant>();
  for (const grant of identities.flatMap((identity) => (grants.get(identity) ?? []).flatMap(inItsPlace))) {
    const { binding, role, path } = grant;
    const key = [binding.namespace, binding.name, role.kind, role.name, path].join('\n');
    // the most particular name comes first: it tells why the binding counts
    if (!found.has(key)) found.set(key, grant);
  }
  return [...found.values()].sort((a, b) => compare(placeOf(a), placeOf(b)));
}

function inItsPlace(grant: Grant): readonly Grant[] {
  const { namespace, rule } = grant;
  if (namespace === undefined || rule.nonResourceURLs.length === 0) return [grant];
  return rule.resources.length === 0 ? [] : [{ ...grant, rule: { ...rule, nonResourceURLs: [] } }];
}

const placeOf = ({ namespace = '', binding }: Grant): readonly string[] => [namespace, binding.name];

function compare(a: readonly string[], b: readonly string[]): number {
  const index = a.findIndex((item, i) => item !== b[i]);
  return index < 0 ? 0 : (a[index] ?? '') < (b[index] ?? '') ? -1 : 1;
}
