/** `hack/bench rbac`: access and escalation of every account, from nothing and after one binding more. */
import { execFile } from 'node:child_process';
import { homedir, loadavg } from 'node:os';
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
/** As the operator runs: hack/hexarisk and manifests/deployment.yaml set the one, src/commands/operator/start.ts the other. */
const asOperator = ['--max-semi-space-size=4', '--heap-growing-percent=30'];
/** With what was compiled before no compiler of TypeScript is in memory, as there is none in the operator's bundle. */
const { NODE_COMPILE_CACHE: chosen, XDG_CACHE_HOME: caches } = process.env;
const compiled = {
  NODE_COMPILE_CACHE: chosen || join(caches || join(homedir(), '.cache'), 'hexarisk/compile'),
};

/** The columns of the table, by the fields of what `rbac-once.ts` prints. */
const columns = {
  accounts: 'accounts',
  firstMs: 'first, ms',
  firstCpuMs: 'its CPU, ms',
  changeMs: 'one binding more, ms',
  changeCpuMs: 'its CPU, ms',
  bestChangeMs: 'best of 30, ms',
  resultsTouched: 'results touched',
  worldMb: 'world, MiB',
  heapMb: 'results, MiB',
  emptyMb: 'process, empty, MiB',
  firstMb: 'after the first, MiB',
  processMb: 'after all, MiB',
} as const;

/** The whole cluster has to have something in it. */
const SMALLEST = 200;

async function run(size: number, seed: number): Promise<Readonly<Record<keyof typeof columns, number>>> {
  const args = [...asOperator, once, String(size), String(seed)];
  const env = { ...process.env, ...compiled };
  const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: TIMEOUT_MS, env });
  return JSON.parse(stdout) as Readonly<Record<keyof typeof columns, number>>;
}

/** @returns a Markdown table, one row per size, each measured in a process of its own */
export async function benchRbac({ accounts, seed }: RbacFlags): Promise<string> {
  const sizes = accounts.split(',').map(Number);
  if (sizes.some((size) => !Number.isSafeInteger(size) || size < SMALLEST))
    throw new Problem(`--accounts ${accounts}: expected numbers of at least ${SMALLEST}, as in 1000,10000`);
  const line = (cells: readonly unknown[]) => `| ${cells.join(' | ')} |`;
  await run(SMALLEST, seed);
  const rows = [line(Object.values(columns)), `|${'---|'.repeat(Object.keys(columns).length)}`];
  for (const size of sizes) {
    const figures = await run(size, seed);
    rows.push(line((Object.keys(columns) as (keyof typeof columns)[]).map((column) => figures[column])));
  }
  return `${rows.join('\n')}\n\nload average ${loadavg()[0]?.toFixed(1)}; Node ${process.version}\n`;
}
