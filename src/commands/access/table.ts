/** The rules of a subject for people: by namespace, those that every cluster gives apart. */
import type { Grant, Grants } from '../../world/access.ts';
import { effectiveGrants } from '../../world/access/effective.ts';
import { textOfIdentity, type Who } from '../../world/access/subject.ts';
import { groupsText, listed } from '../../world/access/words.ts';
import { textOf, type World } from '../../world/world.ts';
import { clean, type Column, table } from '../table.ts';
import { roleRefOf } from './rules.ts';

/** So many items of a list are shown in a cell, unless it may be wide. */
const MOST = 5;

export function ruleTable(who: Who, grants: Grants, world: World, isWide: boolean): string {
  const every = effectiveGrants(who.identities, grants);
  const shown = isWide ? every : every.filter(({ bootstrap }) => !bootstrap);
  const lines = [clean(who.text)];
  lines.push(shown.length === 0 ? 'no rules' : table(columnsFor(who, world, isWide), shown));
  const left = every.length - shown.length;
  if (left > 0) lines.push(`and ${left} rules that every cluster gives everyone: -o wide shows them`);
  return `${lines.join('\n')}\n`;
}

const columnsFor = (who: Who, world: World, isWide: boolean): readonly Column<Grant>[] => {
  const most = isWide ? Infinity : MOST;
  return [
    { title: 'NAMESPACE', text: ({ namespace = '*' }) => namespace },
    { title: 'VERBS', text: ({ rule }) => listed(rule.verbs, most) },
    { title: 'RESOURCES', text: ({ rule }) => listed([...rule.resources, ...rule.nonResourceURLs], most) },
    { title: 'API GROUPS', text: ({ rule }) => groupsText(rule.apiGroups) },
    { title: 'NAMES', text: ({ rule }) => listed(rule.resourceNames, most) },
    { title: 'BINDING', text: ({ binding }) => textOf(binding) },
    { title: 'ROLE', text: ({ binding, role }) => roleText(roleRefOf(binding, world), role.name) },
    {
      title: 'AS',
      text: ({ identity }) => (identity === who.identities[0] ? '' : textOfIdentity(identity)),
    },
  ];
};

/** In files the rules of an aggregated role are in others. */
const roleText = ({ kind, name }: { readonly kind: string; readonly name: string }, holder: string): string =>
  `${kind} ${name}${holder === name ? '' : ` (from ${holder})`}`;
