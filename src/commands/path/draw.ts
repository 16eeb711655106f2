/** Paths in words, for a terminal. */
import type { AttackPath, Reason, Step } from '../../world/escalation/path.ts';
import { textOf } from '../../world/world.ts';
import { clean } from '../table.ts';

/** What each consequence is called in a sentence. */
const wordsOf: Readonly<Record<AttackPath['consequence'], string>> = {
  'cluster-admin': 'cluster-admin',
  node: 'a node',
  'all-secrets': 'the Secrets of every namespace',
  'cloud-role': 'a role of the cloud',
  'other-namespace': 'another namespace',
  'namespace-secrets': 'the Secrets and accounts of its namespace',
};

export const drawn = (from: string, paths: readonly AttackPath[]): string =>
  `${paths.map((path) => [heading(from, path), ...path.steps.flatMap(stepLines)].join('\n')).join('\n\n')}\n`;

/** Where a path begins that comes from outside. */
const outside: Readonly<Record<string, string>> = {
  internet: 'somebody on the internet',
  'node-network': "somebody on the nodes' network",
};

function heading(from: string, { consequence, steps }: AttackPath): string {
  const far = steps.length === 1 ? 'one step' : `${steps.length} steps`;
  const start = steps[0]?.from ?? from;
  const who = outside[start];
  return who === undefined
    ? `${clean(from)} reaches ${wordsOf[consequence]} in ${far}:\n  ${clean(from)}`
    : `${who} reaches ${wordsOf[consequence]} in ${far}, over ${clean(from)}:\n  ${start}`;
}

const stepLines = ({ to, because }: Step): readonly string[] => [
  ...because.map((reason) => `      ${reasonLine(reason)}`),
  `  -> ${clean(to)}`,
];

const reasonLine = ({ object, path = '', text }: Reason): string =>
  clean(`${textOf(object)}${path === '' ? '' : ` ${path}`}: ${text}`);
