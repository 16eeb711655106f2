/** Tables for people: columns as wide as they need to be, numbers to the right. */
import { stripVTControlCharacters, styleText } from 'node:util';
import type { Level } from '../score/model.ts';

export interface Column<Row> {
  readonly title: string;
  readonly text: (row: Row) => string;
  readonly right?: boolean;
  readonly paint?: (row: Row, text: string) => string;
}

export function table<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string {
  const cells = rows.map((row) => columns.map((column) => clean(column.text(row))));
  const widths = columns.map(({ title }, index) =>
    Math.max(title.length, ...cells.map((line) => line[index]?.length ?? 0)),
  );
  const pad = (text: string, index: number) =>
    columns[index]?.right ? text.padStart(widths[index] ?? 0) : text.padEnd(widths[index] ?? 0);
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

/** Names come from outside: no terminal escape, and nothing that reorders text, may reach the terminal. */
export const clean = (text: string): string =>
  stripVTControlCharacters(text).replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu, '?');

const colours: Readonly<Record<Level, Parameters<typeof styleText>[0]>> = {
  Low: 'green',
  Medium: 'yellow',
  High: ['red'],
  Critical: ['bold', 'red'],
};

/** Coloured on a terminal only; NO_COLOR and FORCE_COLOR are honoured. */
export const paintLevel = (level: Level, text: string): string =>
  styleText(colours[level], text, { stream: process.stdout });
