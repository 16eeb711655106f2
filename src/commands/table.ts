/** Tables for people: columns as wide as they need to be, numbers to the right. */
import type { Writable } from 'node:stream';
import { stripVTControlCharacters, styleText } from 'node:util';
import type { Level } from '../score/model.ts';

export interface Column<Row> {
  readonly title: string;
  readonly text: (row: Row) => string;
  readonly right?: boolean;
  readonly paint?: (row: Row, text: string) => string;
}

export function table<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string {
  const cells = rows.map((row) => columns.map((column) => cut(clean(column.text(row)))));
  const widths = columns.map(({ title }, index) =>
    cells.reduce((widest, line) => Math.max(widest, widthOf(line[index] ?? '')), title.length),
  );
  const pad = (text: string, index: number) => {
    const space = ' '.repeat((widths[index] ?? 0) - widthOf(text));
    return columns[index]?.right ? space + text : text + space;
  };
  const lines = cells.map((line, rowIndex) =>
    line
      .map((text, index) => {
        const padded = pad(text, index);
        const row = rows[rowIndex];
        const paint = columns[index]?.paint;
        return paint === undefined || row === undefined ? padded : paint(row, padded);
      })
      .join('   '),
  );
  const heading = columns.map(({ title }, index) => pad(title, index)).join('   ');
  return [heading, ...lines].map((line) => line.trimEnd()).join('\n');
}

/** Names come from outside: no terminal escape, and nothing that hides or reorders text, may reach the terminal. */
export const clean = (text: string): string =>
  PLAIN.test(text)
    ? text
    : stripVTControlCharacters(text).replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu, '?');

/** Nearly every text, and far quicker to tell. */
const PLAIN = /^[ -~]*$/;

/** The longest name that Kubernetes allows; one longer name must not widen the whole table. */
const WIDEST = 253;
const cut = (text: string): string => (text.length <= WIDEST ? text : `${text.slice(0, WIDEST - 1)}…`);

const WIDE =
  /[\p{Emoji_Presentation}\u1100-\u115F\u2E80-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6]/u;

/** In columns of a terminal: an ideograph takes two, an accent that stands on another letter none. */
function widthOf(text: string): number {
  if (PLAIN.test(text)) return text.length;
  let width = 0;
  for (const letter of text) width += WIDE.test(letter) ? 2 : /\p{M}/u.test(letter) ? 0 : 1;
  return width;
}

const colours: Readonly<Record<Level, Parameters<typeof styleText>[0]>> = {
  Low: 'green',
  Medium: 'yellow',
  High: ['red'],
  Critical: ['bold', 'red'],
};

/** Coloured on a terminal only; NO_COLOR and FORCE_COLOR are honoured. */
export const paintLevel = (level: Level, text: string, stream: Writable = process.stdout): string =>
  styleText(colours[level], text, { stream });
