/** `hack/bench rbac`: access and escalation of every account, from nothing and after one binding more. */
import { execFile } from 'node:child_process';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Problem } from '../cluster/problem.ts';

export interface RbacFlags {
  /** Comma-separated. */
  readonly accounts: string;
  readonly seed: number;
}

const once = join(import.meta.dirname, 'rbac-once.ts');
const TIMEOUT_MS = 300_000;

/** The columns of the table, by the fields of what `rbac-once.ts` prints. */
const columns = {
  accounts: 'accounts',
  firstMs: 'first, ms',
  firstCpuMs: 'its CPU, ms',
  changeMs: 'one binding more, ms',
  changeCpuMs: 'its CPU, ms',
  bestChangeMs: 'best of nine, ms',
  resultsTouched: 'results touched',
  heapMb: 'results, MiB',
  processMb: 'process, MiB',
} as const;

/** @returns a Markdown table, one row per size, each measured in a process of its own */
export async function benchRbac({ accounts, seed }: RbacFlags): Promise<string> {
  const sizes = accounts.split(',').map(Number);
  if (sizes.some((size) => !Number.isSafeInteger(size) || size < 200))
    throw new Problem(`--accounts ${accounts}: expected numbers of at least 200, as in 1000,10000`);
  const line = (cells: readonly unknown[]) => `| ${cells.join(' | ')} |`;
  const rows = [line(Object.values(columns)), `|${'---|'.repeat(Object.keys(columns).length)}`];
  for (const size of sizes) {
    const { stdout } = await promisify(execFile)(process.execPath, [once, String(size), String(seed)], {
      timeout: TIMEOUT_MS,
    });
    const figures = JSON.parse(stdout) as Readonly<Record<keyof typeof columns, number>>;
    rows.push(line((Object.keys(columns) as (keyof typeof columns)[]).map((column) => figures[column])));
  }
  return `${rows.join('\n')}\n\nload average ${loadavg()[0]?.toFixed(1)}; Node ${process.version}\n`;
}
