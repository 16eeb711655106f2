/** `hack/storm`: from flags and signals to a line for each round and a summary. */
import { Command, InvalidArgumentError } from 'commander';
import { CommandError } from '../../src/commands/error.ts';
import { explain, Problem } from '../cluster/problem.ts';
import { stderrLog } from '../cluster/progress.ts';
import { startSession } from '../demo-run/session.ts';
import type { Round } from './outcome.ts';
import { startStorm, type Storm } from './storm.ts';

const help = `
Nothing outside this machine is touched: a control plane runs on loopback and is thrown away. About a minute a round.
A line for each round goes to stderr, the summary to stdout as JSON. Exits with 1 if a report was wrong.`;

interface Flags {
  readonly rounds: number;
  readonly kills: number;
  readonly seed: number;
  readonly atOnce: number;
  readonly only?: string;
}

function number(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < least)
      throw new InvalidArgumentError(`expected a whole number, at least ${least}`);
    return value;
  };
}

/** Aborted by the first signal. Asked twice: the watchdogs end what is left. */
function onSignal(): AbortSignal {
  const interrupt = new AbortController();
  const stop = () => {
    if (interrupt.signal.aborted) process.exit(130);
    process.stderr.write('stopping ...\n');
    interrupt.abort(new Problem('interrupted'));
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
  return interrupt.signal;
}

async function weather({ memory, round, kill }: Storm, { rounds, kills, seed }: Flags) {
  const begun = performance.now();
  const all: Round[] = [];
  const tell = (result: Round) => {
    all.push(result);
    stderrLog(lineOf(result));
    for (const difference of result.differences) stderrLog(`  ${difference}`);
  };
  for (let index = 0; index < rounds; index += 1) tell(await round(seed + index));
  const lastMemory = all.at(-1)?.memory ?? memory;
  for (let index = 0; index < kills; index += 1) tell(await kill(seed + index));
  return {
    seed,
    rounds,
    kills,
    minutes: Math.round((performance.now() - begun) / 6000) / 10,
    passed: all.filter(({ differences }) => differences.length === 0).length,
    failed: all.filter(({ differences }) => differences.length > 0).map((result) => result.seed),
    reportsCompared: all.reduce((sum, { reports }) => sum + reports, 0),
    differences: all.reduce((sum, { differences }) => sum + differences.length, 0),
    settledAfter: { most: Math.max(...all.map(({ settledAfter }) => settledAfter)) },
    injected: Object.fromEntries(
      [
        ...Map.groupBy(
          all.flatMap(({ faults }) => faults),
          (name) => name,
        ),
      ].map(([name, each]) => [name, each.length]),
    ),
    memoryMiB: { first: memory, last: lastMemory },
  };
}

const lineOf = ({ seed, seconds, faults, settledAfter, reports, differences, memory }: Round): string =>
  `seed ${seed}: ${faults.length} faults in ${seconds} s, settled after ${settledAfter} s; ${reports} reports, ` +
  `${differences.length} wrong; heap ${memory.heap} MiB, resident ${memory.rss} MiB`;

async function run(flags: Flags): Promise<number> {
  const interrupt = onSignal();
  const session = startSession(interrupt);
  await using _ = session.cleanup;
  try {
    const storm = await startStorm({ ...flags, log: stderrLog }, session);
    const summary = await weather(storm, flags);
    process.stdout.write(`${JSON.stringify(summary, undefined, 2)}\n`);
    return summary.failed.length === 0 ? 0 : 1;
  } catch (error) {
    const text = error instanceof CommandError ? error.message : explain(error);
    process.stderr.write(`hack/storm: ${text}\n`);
    return interrupt.aborted ? 130 : 1;
  }
}

const program = new Command('hack/storm')
  .description(
    'Faults of lists, watches and writes, in rounds; afterwards the reports must be those of a fresh start',
  )
  .option('--rounds <count>', 'each injects every fault once', number(0), 5)
  .option(
    '--kills <count>',
    'afterwards: ends the operator amid writing and starts it again, so often',
    number(0),
    5,
  )
  .option('--seed <number>', 'of the first round; the next one has the next', number(1), 1)
  .option('--at-once <count>', 'how many faults are under way at once', number(1), 4)
  .option('--only <text>', 'only faults with this in their name')
  .addHelpText('after', help)
  .action(async (flags: Flags) => {
    process.exitCode = await run(flags);
  });

await program.parseAsync();
// whatever a failure left open (a socket, a timer) is no reason to stay
process.exit();
