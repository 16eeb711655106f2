/** Paths as one Mermaid flowchart, which Markdown pages show as a drawing. */
import type { AttackPath } from '../../world/escalation/path.ts';
import { textOf } from '../../world/world.ts';
import { clean } from '../table.ts';

/** Steps that paths share are drawn once. */
export function mermaid(from: string, paths: readonly AttackPath[]): string {
  const steps = paths.flatMap((path) => path.steps);
  const names = [...new Set([from, ...steps.flatMap((step) => [step.from, step.to])])];
  const idOf = new Map(names.map((name, index) => [name, `n${index}`]));
  const goals = new Set<string>(paths.flatMap(({ steps: all }) => all.at(-1)?.to ?? []));
  const arrows = steps.map((step) => {
    const label = step.because.map(({ object, text }) => `${textOf(object)} ${text}`).join('; ');
    return `  ${idOf.get(step.from)} -->|"${quoted(label)}"| ${idOf.get(step.to)}`;
  });
  return `${[
    'flowchart LR',
    ...names.map(
      (name) => `  ${idOf.get(name)}${goals.has(name) ? `{{"${quoted(name)}"}}` : `["${quoted(name)}"]`}`,
    ),
    ...new Set(arrows),
  ].join('\n')}\n`;
}

/** Inside quotes, Mermaid takes entities for what would end them or be taken for markup. */
const quoted = (text: string): string =>
  clean(text).replaceAll(/["#<>&`]/g, (letter) => `#${letter.charCodeAt(0)};`);
