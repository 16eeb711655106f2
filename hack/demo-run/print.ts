/** What the user reads. Results go to stdout, progress to stderr; colours only on a terminal. */
import { styleText } from 'node:util';
import { clean } from '../../src/commands/table.ts';

export const say = (line = ''): void => void process.stdout.write(`${line}\n`);

export const heading = (text: string): void =>
  say(`\n${styleText('bold', text, { stream: process.stdout })}`);

export const dim = (text: string): string => styleText('dim', text, { stream: process.stdout });

/** For words that come from the cluster. */
export const plain = clean;

export const plural = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`;

/** The first few, and how many more. */
export function some(names: readonly string[], most = 4): string {
  const more = names.length - most;
  return `${names.slice(0, most).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
