/** What has to be said beside an answer, so that no silence is taken for "no access". */
import { boundRole, identityOf } from '../../world/access.ts';
import { isMaster, type Who } from '../../world/access/subject.ts';
import type { Binding } from '../../world/objects.ts';
import { all, find, textOf, refOf, type World } from '../../world/world.ts';

export function notesOn(who: Who, world: World): readonly string[] {
  const { tables } = world;
  const bindings = [...all(tables.rolebindings), ...all(tables.clusterrolebindings)].filter((binding) =>
    namesAny(binding, who.identities),
  );
  const dangling = bindings.filter(
    (binding) => boundRole(binding, tables.roles, tables.clusterroles) === undefined,
  );
  return [
    ...unknown(who, world, bindings),
    ...dangling.map(
      (binding) =>
        `${textOf(refOf(binding))} gives ${who.text} nothing: its ${binding.roleRef.kind} ${binding.roleRef.name} does not exist or could not be read`,
    ),
    ...(isMaster(who)
      ? ['the API server lets the group system:masters do anything, whatever the bindings say']
      : []),
  ];
}

const namesAny = (binding: Binding, identities: readonly string[]): boolean =>
  binding.subjects.some((subject) => identities.includes(identityOf(subject, binding.metadata.namespace)));

/** Kubernetes keeps no list of users and groups: they are known from bindings only. */
function unknown(
  { text, account, identities }: Who,
  { tables, source, missing }: World,
  bindings: readonly Binding[],
): readonly string[] {
  const own = identities.slice(0, account === undefined ? 1 : 2);
  if (account !== undefined) {
    const { namespace, name } = account;
    if (missing.has('serviceaccounts') || find(tables.serviceaccounts, namespace, name) !== undefined)
      return [];
    const where = source === 'files' ? 'the files have no' : 'there is no';
    return [
      `${text}: ${where} ServiceAccount ${namespace}/${name}; shown is what ${givers(bindings, own)} give`,
    ];
  }
  if (bindings.some((binding) => namesAny(binding, own))) return [];
  return [`${text}: no binding names it; shown is what its groups give`];
}

const givers = (bindings: readonly Binding[], own: readonly string[]): string =>
  bindings.some((binding) => namesAny(binding, own)) ? 'bindings to its name and its groups' : 'its groups';
