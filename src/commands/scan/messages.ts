/** What `scan` says on stderr. */
import type { Message, Warning } from '../../observe/files/load.ts';
import { clean } from '../table.ts';

/** So many warnings that say the same are shown; the rest is a number. */
const MOST_ALIKE = 10;
const LONGEST = 1000;

/** Lines without their ends. Every error is named, because it explains the exit code. */
export function* messageLines(
  warnings: readonly Warning[],
  errors: readonly Message[],
  passedOver: number,
): Iterable<string> {
  for (const [of, alike] of Map.groupBy(warnings, (warning) => warning.of)) {
    for (const { where, message } of alike.slice(0, MOST_ALIKE)) yield line(`warning: ${where}: ${message}`);
    const more = alike.length - MOST_ALIKE;
    if (more > 0) yield line(`warning: and ${more} more: ${of}`);
  }
  for (const { where, message } of errors) yield line(`error: ${where}: ${message}`);
  if (passedOver > 0) {
    yield passedOver === 1
      ? '1 document without apiVersion and kind was passed over'
      : `${passedOver} documents without apiVersion and kind were passed over`;
  }
}

const line = (text: string): string => {
  const shown = clean(text);
  return shown.length <= LONGEST ? shown : `${shown.slice(0, LONGEST - 1)}…`;
};
