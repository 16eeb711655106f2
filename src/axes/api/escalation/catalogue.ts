/** One check for each row of the table of escalation primitives. */
import { ANYTHING, type Need, type Primitive, primitives } from '../../../world/escalation/primitives.ts';
import type { Check } from '../../check.ts';
import { foundFor } from '../rights.ts';
import { about, familyOf } from './gains.ts';

const checkOf = (primitive: Primitive): Check => ({
  id: `api/${primitive.slug}`,
  family: familyOf(primitive.gives),
  title: `Its account may ${primitive.words}`,
  docs: `${needsOf(primitive)} ${about[primitive.gives]}`,
  source: primitive.reference,
  controls: [...(primitive.cis === undefined ? [] : [`CIS ${primitive.cis}`]), 'OWASP K03'],
  find: (variant, workload, around) =>
    foundFor(variant, workload, around, (right) => right.primitive === primitive),
});

/** When the row holds, in words. */
function needsOf({ needs, or: others = [], only }: Primitive): string {
  const where = only === undefined ? '' : only === '' ? ' in the whole cluster' : ` in ${only}`;
  const ways = [needs, ...others].map((some) => `it takes ${some.map(wordsOf).join('; and ')}${where}.`);
  return ways.join(' Or ').replace('it', 'It');
}

function wordsOf({ verbs, on, or: others = [], named, explicit, listed }: Need): string {
  if (on === ANYTHING) return `${verbs}* on anything, in any namespace`;
  const asked = [{ verbs, on }, ...others].map(
    (each) => `${either(each.verbs)} on ${either(pathOf(each.on))}`,
  );
  if (named === undefined) return asked.join(', or ');
  if (named === 'any') return `${asked.join(', or ')} (one object is enough)`;
  const further = listed === 'roles' ? ', or a role that leads somewhere' : '';
  return `${asked.join(', or ')} named ${either(named.slice(1))}${explicit === true ? ' in resourceNames' : further}`;
}

/** Subresources as the API writes them. */
const pathOf = (on: string): string => on.replaceAll(':', '/');

/** `a|b|c` as `a, b or c`. */
const either = (alternatives: string): string =>
  alternatives
    .split('|')
    .join(', ')
    .replace(/, ([^,]+)$/, ' or $1');

/** In the order of their ids. */
export default primitives.map(checkOf).sort((a, b) => (a.id < b.id ? -1 : 1)) satisfies readonly Check[];
