/** Finds a workload by what a person calls it. */
import type { Workload } from '../../world/workload/workloads.ts';
import { CommandError } from '../error.ts';

const MOST_SUGGESTIONS = 5;

/** `ns/kind/name`, as in the steps of a path. */
export const nameOf = ({ ref }: Workload): string => `${ref.namespace}/${ref.kind.toLowerCase()}/${ref.name}`;

/**
 * @param name `ns/kind/name`; the kind in any case, in the plural too
 * @throws CommandError naming those that come close
 */
export function findWorkload(name: string, workloads: ReadonlyMap<string, Workload>): Workload {
  const parts = name.split('/');
  if (parts.length !== 3 || parts.includes(''))
    throw new CommandError(`${name} names no workload: write NAMESPACE/KIND/NAME, e.g. shop/deployment/web`);
  const wanted = singular(name);
  const all = [...workloads.values()];
  const found = all.find((workload) => nameOf(workload) === wanted);
  if (found !== undefined) return found;
  const near = all
    .map((workload) => ({ text: nameOf(workload), distance: distanceOf(nameOf(workload), wanted) }))
    .toSorted((a, b) => a.distance - b.distance || (a.text < b.text ? -1 : 1))
    .filter(({ distance }, _, [nearest]) => distance <= 2 * (nearest?.distance ?? 0))
    .slice(0, MOST_SUGGESTIONS)
    .map(({ text }) => text);
  const hint = near.length === 0 ? 'there is none at all' : `the nearest are ${near.join(', ')}`;
  throw new CommandError(`there is no workload ${name}: ${hint}`);
}

function singular(name: string): string {
  const [namespace, kind = '', own] = name.split('/');
  return `${namespace}/${kind.toLowerCase().replace(/s$/, '')}/${own}`;
}

/** Part by part, so that the same name elsewhere comes before another name here. */
function distanceOf(a: string, b: string): number {
  const others = b.split('/');
  return a.split('/').reduce((sum, part, index) => sum + editDistance(part, others[index] ?? ''), 0);
}

/** How many letters to put in, take out or change (Levenshtein). */
function editDistance(a: string, b: string): number {
  const wanted = Array.from(b);
  let row = [0, ...wanted.map((_, index) => index + 1)];
  for (const [index, letter] of Array.from(a).entries()) {
    let before = index;
    const next = [index + 1];
    for (const [place, other] of wanted.entries()) {
      const above = row[place + 1] ?? 0;
      next.push(Math.min(above + 1, (next[place] ?? 0) + 1, before + (letter === other ? 0 : 1)));
      before = above;
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
