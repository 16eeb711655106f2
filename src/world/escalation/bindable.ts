/** What a role gives whoever may bind it, at the place where it may be bound. */
import { type HeldRule, rulesOf } from '../access/aggregation.ts';
import { find, refOf } from '../world.ts';
import { type Edge, through } from './edges.ts';
import { type Holding, holdingsOf } from './holdings.ts';
import { targetsOf, WHOLE_CLUSTER } from './hubs.ts';
import type { Parts } from './parts.ts';
import type { Reason } from './path.ts';

/** By the rules of the role, which keep their list while they are the same. */
const known = new WeakMap<readonly HeldRule[], Map<string, readonly Edge[]>>();

/**
 * @param place a namespace, or `WHOLE_CLUSTER`
 * @param kind `clusterroles` or `roles`
 * @returns none if the role does not exist
 */
export function edgesOfRole(place: string, kind: string, name: string, parts: Parts): readonly Edge[] {
  const { roles, clusterRoles, source } = parts;
  const role = kind === 'clusterroles' ? clusterRoles.get(name) : find(roles, place, name);
  if (role === undefined) return [];
  const rules = rulesOf(role, clusterRoles, source);
  const byPlace = known.get(rules) ?? new Map<string, readonly Edge[]>();
  known.set(rules, byPlace);
  const before = byPlace.get(place);
  if (before !== undefined) return before;
  const namespace = place === WHOLE_CLUSTER ? undefined : place;
  const bound = { namespace, binding: refOf(role), subject: '', identity: '', bootstrap: false };
  const edges = holdingsOf(rules.map((held) => ({ ...held, ...bound }))).flatMap(edgesOf);
  byPlace.set(place, edges);
  return edges;
}

function edgesOf(holding: Holding): readonly Edge[] {
  const { primitive, namespace, grants } = holding;
  const because = [...new Set(grants)].map(
    ({ role, path }): Reason => ({
      object: role,
      path,
      text: `lets whoever is bound to it ${primitive.words}`,
      ...(namespace === undefined ? {} : { about: namespace }),
    }),
  );
  return targetsOf(holding).map((to) => through(to, because));
}
