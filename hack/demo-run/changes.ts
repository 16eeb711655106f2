/** A change of a report in words: `score 61 -> 57, still Medium; privileges 48 -> 41`. */
import { axes } from '../../src/axes/check.ts';
import { paintLevel } from '../../src/commands/table.ts';
import type { ReportBody, RiskReport } from '../../src/publish/report.ts';
import type { ReportChange } from './feed.ts';
import { workloadName } from './manifests.ts';
import { plain } from './print.ts';

type Score = Pick<ReportBody, 'score' | 'exact'>;

/** Whole numbers where they differ, else two decimals; undefined when nothing changed. */
function fromTo(before: Score, after: Score): string | undefined {
  if (before.exact === after.exact) return undefined;
  return before.score === after.score
    ? `${before.exact} -> ${after.exact}`
    : `${before.score} -> ${after.score}`;
}

const levelWords = (before: ReportBody, after: ReportBody): string =>
  before.level === after.level
    ? `still ${paintLevel(after.level, after.level)}`
    : `${paintLevel(before.level, before.level)} -> ${paintLevel(after.level, after.level)}`;

/** Which axes moved, from what to what. */
function axisWords(before: ReportBody, after: ReportBody): string {
  const moved = axes.flatMap((axis) => {
    const words = fromTo(before.axes[axis], after.axes[axis]);
    return words === undefined ? [] : [`${axis} ${words}`];
  });
  return moved.length === 0 ? '' : `; ${moved.join(', ')}`;
}

/** Undefined when neither score nor level moved. */
export function scoreChange(
  { report: before }: RiskReport,
  { report: after }: RiskReport,
): string | undefined {
  const words = fromTo(before, after);
  return words === undefined
    ? undefined
    : `score ${words}, ${levelWords(before, after)}${axisWords(before, after)}`;
}

/** One line for the log of changes; undefined for a change that moved no score. */
export function changeLine(change: ReportChange, at: Date): string | undefined {
  const words = changeWords(change);
  const report = change.after ?? change.before;
  if (words === undefined || report === undefined) return undefined;
  const level = paintLevel(report.report.level, report.report.level.padEnd(8));
  return `${at.toTimeString().slice(0, 8)}  ${level}  ${plain(workloadName(report))}: ${words}`;
}

function changeWords({ before, after }: ReportChange): string | undefined {
  if (after === undefined)
    return before === undefined ? undefined : `gone (score was ${before.report.score})`;
  if (before === undefined) return `new, score ${after.report.score}`;
  return scoreChange(before, after);
}
