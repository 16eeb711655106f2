/** `hack/bench network`: what the network layers cost, size by size, each in a process of its own. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Command } from 'commander';
import { explain } from '../../cluster/problem.ts';
import { number } from '../flags.ts';

const MEASURE = join(import.meta.dirname, 'measure.ts');
/** 50,000 workloads with 250,000 pods need a few gigabytes while they are made. */
const OPTIONS = ['--expose-gc', '--max-old-space-size=6144'];
const LONGEST_MS = 30 * 60_000;

interface Flags {
  readonly workloads: readonly number[];
  readonly seed: number;
}

async function run({ workloads, seed }: Flags): Promise<void> {
  for (const size of workloads) {
    process.stderr.write(`${size} workloads ...\n`);
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [...OPTIONS, MEASURE, String(size), String(seed)],
      { timeout: LONGEST_MS, maxBuffer: 1 << 20 },
    );
    process.stdout.write(`${JSON.stringify(JSON.parse(stdout), undefined, 2)}\n`);
  }
}

const sizes = (text: string): readonly number[] => text.split(',').map(number(10));

export const networkCommand = new Command('network')
  .description(
    'What the network layers cost: exposure of every workload, and one change of a policy; no cluster',
  )
  .option(
    '--workloads <counts>',
    'sizes, by commas; each with 5 pods, a fifth as many policies',
    sizes,
    [1000, 10_000],
  )
  .option('--seed <number>', 'the same seed makes the same objects', number(0), 1)
  .action(async (flags: Flags) => {
    try {
      await run(flags);
    } catch (error) {
      process.stderr.write(`hack/bench network: ${explain(error)}\n`);
      process.exitCode = 1;
    }
  });
