/** What whole groups that anybody or every account is in may do, beyond what every cluster gives them. */
import type { Grant, Grants } from '../access.ts';
import type { Ref } from '../objects.ts';
import { textOf } from '../world.ts';
import { effectiveGrants } from './effective.ts';
import { textOfIdentity } from './subject.ts';
import { ruleText } from './words.ts';

/** Who that is. */
const open: Readonly<Record<string, string>> = {
  'User/system:anonymous': 'whoever reaches the API server',
  'Group/system:unauthenticated': 'whoever reaches the API server',
  'Group/system:authenticated': 'everyone with an account of any kind',
  'Group/system:serviceaccounts': 'every service account',
};

interface OpenGrant {
  readonly object: Ref;
  readonly path: string;
  readonly text: string;
}

/** So many rules are told in words, and so many items of each list. */
const MOST = { rules: 3, items: 5 };

/** One for each subject of a binding that gives them more. */
export function openGrants(grants: Grants, bootstrap: Grants): readonly OpenGrant[] {
  return Object.entries(open).flatMap(([identity, who]) => {
    const known = new Set(effectiveGrants([identity], bootstrap).map(contentOf));
    const more = effectiveGrants([identity], grants).filter((grant) => !known.has(contentOf(grant)));
    const bySubject = Map.groupBy(more, ({ binding, subject }) => `${textOf(binding)}${subject}`);
    return [...bySubject.values()].flatMap((alike) => findingOf(alike, identity, who));
  });
}

const contentOf = ({ binding, rule }: Grant): string => `${textOf(binding)} ${JSON.stringify(rule)}`;

function findingOf(grants: readonly Grant[], identity: string, who: string): readonly OpenGrant[] {
  const [first] = grants;
  if (first === undefined) return [];
  const { namespace, binding, subject } = first;
  const rules = grants.slice(0, MOST.rules).map(({ rule }) => ruleText(rule, MOST.items));
  if (grants.length > MOST.rules) rules.push(`and ${grants.length - MOST.rules} more rules`);
  const where = namespace === undefined ? 'everywhere' : `in namespace ${namespace}`;
  const text = `${textOfIdentity(identity)}, ${who}, may ${where}: ${rules.join('; ')}`;
  return [{ object: binding, path: subject, text }];
}
