/**
 * Levels and scores of manifests that others wrote: real installs, and a cluster that is vulnerable by design. Run this
 * file to write real-world.txt and kubernetes-goat.txt; they hold names and numbers only, nothing of the manifests.
 */
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { axes } from '../../src/axes/check.ts';
import { checks } from '../../src/axes/index.ts';
import { worstFirst } from '../../src/commands/scan/report-table.ts';
import { loadWorld, type Message } from '../../src/observe/files/load.ts';
import { readSources } from '../../src/observe/files/sources.ts';
import { defaultPolicy } from '../../src/policy/policy.ts';
import { reportOf } from '../../src/publish/render.ts';
import type { RiskReport } from '../../src/publish/report.ts';
import { assessOnce } from '../../src/score/assessor.ts';
import { MODEL_VERSION } from '../../src/score/model.ts';

const corpora = join(import.meta.dirname, '../../../shared/corpora');
export const realWorld = join(corpora, 'real-world');
export const goat = join(corpora, 'kubernetes-goat');
export const areThere: boolean = existsSync(realWorld) && existsSync(goat);

/** Folders of real-world, each with the manifests of one project. */
export const installs = (): readonly string[] =>
  readdirSync(realWorld, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('_'))
    .map(({ name }) => name)
    .sort();

export interface Install {
  /** The worst first. */
  readonly reports: readonly RiskReport[];
  /** What could not be read or judged. */
  readonly errors: readonly Message[];
}

/** What `hexarisk scan --all-findings` gives for a folder. */
export async function scanned(folder: string): Promise<Install> {
  const { sources, errors: unread } = await readSources([folder], Readable.from([]));
  const { world, errors } = await loadWorld(sources, 0);
  const failures: Message[] = [];
  const reports: RiskReport[] = [];
  for (const { workload, assessment, error } of assessOnce(world, defaultPolicy, checks)) {
    if (assessment !== undefined) reports.push(reportOf(assessment, { live: false, mostFindings: Infinity }));
    else failures.push({ where: workload.key, message: String(error) });
  }
  return { reports: reports.toSorted(worstFirst), errors: [...unread, ...errors, ...failures] };
}

const heading = `Score model ${MODEL_VERSION}. Written by \`node test/golden/update-real-world.ts\`.\n`;
const titles = ['level', 'score', ...axes, 'workload'];

function tableOf(reports: readonly RiskReport[]): string {
  const lines = reports.map(({ metadata: { namespace }, workload, report }) => [
    report.level,
    report.exact,
    ...axes.map((axis) => String(report.axes[axis].score)),
    `${namespace}/${workload.kind}/${workload.name}`,
  ]);
  const widths = titles.map((title, column) =>
    Math.max(title.length, ...lines.map((line) => line[column]?.length ?? 0)),
  );
  const isText = (column: number) => column === 0 || column === titles.length - 1;
  return [titles, ...lines]
    .map((line) =>
      line
        .map((cell, column) =>
          isText(column) ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

export const goldenFiles: readonly { readonly path: string; readonly text: () => Promise<string> }[] = [
  {
    path: join(import.meta.dirname, 'real-world.txt'),
    text: async () => {
      const parts: string[] = [heading];
      for (const name of installs()) {
        parts.push(`${name}\n${tableOf((await scanned(join(realWorld, name))).reports)}\n`);
      }
      return parts.join('\n');
    },
  },
  {
    path: join(import.meta.dirname, 'kubernetes-goat.txt'),
    text: async () => `${heading}\n${tableOf((await scanned(goat)).reports)}\n`,
  },
];

if (import.meta.main) for (const { path, text } of goldenFiles) writeFileSync(path, await text());
