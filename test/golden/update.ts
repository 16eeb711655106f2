/**
 * The golden table of score model v1: well-known good and bad workloads in the order in which experts put them. Each
 * row is a manifest of this folder; its line `# worked: 45.1 Medium` is what the model's authors worked out by hand.
 * Run this file to write table.txt, which holds what the checks and the model really give.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { axes } from '../../src/axes/check.ts';
import { checks } from '../../src/axes/index.ts';
import { type Assessment, assess } from '../../src/score/assess.ts';
import { levelOf, MODEL_VERSION, shown } from '../../src/score/model.ts';
import { judge } from '../support/fixture.ts';

export const tablePath = join(import.meta.dirname, 'table.txt');

export interface GoldenRow {
  /** The name of the manifest without its ending, e.g. `05-stock-internal`; rows are in the order of these. */
  readonly name: string;
  readonly worked: { readonly score: number; readonly level: string };
  readonly level: string;
  readonly assessment: Assessment;
}

export async function goldenRows(): Promise<readonly GoldenRow[]> {
  const rows: GoldenRow[] = [];
  for (const file of readdirSync(import.meta.dirname).sort()) {
    if (!file.endsWith('.yaml')) continue;
    const content = readFileSync(join(import.meta.dirname, file), 'utf8');
    const [, score, level] = /^# worked: ([\d.]+) (\w+)$/m.exec(content) ?? [];
    if (score === undefined || level === undefined)
      throw new Error(`${file} has no line \`# worked: SCORE LEVEL\``);
    const { workload, around } = await judge(file, content);
    const assessment = assess(workload, around, checks);
    rows.push({
      name: file.replace(/\.yaml$/, ''),
      worked: { score: Number(score), level },
      level: levelOf(shown(assessment.score).score),
      assessment,
    });
  }
  return rows;
}

const titles = ['workload', 'score', 'worked', 'by', 'level', 'likelihood', 'blast', ...axes];

/** More digits than a report shows, so that no change of a weight goes unseen. */
export function renderTable(rows: readonly GoldenRow[]): string {
  const cells = rows.map(({ name, worked, level, assessment }) => {
    const { score, likelihood, blastRadius } = assessment;
    const by = score - worked.score;
    return [
      name,
      score.toFixed(4),
      worked.score.toFixed(1),
      Math.abs(by) < 0.05 ? '' : `${by < 0 ? '-' : '+'}${Math.abs(by).toFixed(1)}`,
      level,
      likelihood.toFixed(4),
      blastRadius.toFixed(4),
      ...axes.map((axis) => assessment.axes[axis].score.toFixed(3)),
    ];
  });
  const widths = titles.map((title, column) =>
    Math.max(title.length, ...cells.map((line) => line[column]?.length ?? 0)),
  );
  const isText = (column: number) => titles[column] === 'workload' || titles[column] === 'level';
  const lines = [titles, ...cells].map((line) =>
    line
      .map((cell, column) =>
        isText(column) ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  '),
  );
  return [`Score model ${MODEL_VERSION}. Written by \`node test/golden/update.ts\`.`, '', ...lines, ''].join(
    '\n',
  );
}

if (import.meta.main) writeFileSync(tablePath, renderTable(await goldenRows()));
