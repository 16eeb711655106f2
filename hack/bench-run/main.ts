/** `hack/bench`: from flags and signals to the figures, and from whatever happens to one line and an exit code. */
import { writeFileSync } from 'node:fs';
import { Command } from 'commander';
import { CommandError } from '../../src/commands/error.ts';
import { explain, Problem } from '../cluster/problem.ts';
import { type BenchFlags, runBench } from './bench.ts';
import { number } from './flags.ts';
import { networkCommand } from './network/command.ts';
import { benchRbac, type RbacFlags } from './rbac.ts';

const help = `
Nothing outside this machine is touched: a control plane runs on loopback and is thrown away. About five minutes with
1,000 workloads. Only JSON goes to stdout, progress goes to stderr. docs/performance.md explains the figures.

  hack/bench --out figures.json 2> progress.log &      where it takes long`;

interface Flags extends BenchFlags {
  readonly out?: string;
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

async function run({ out, ...flags }: Flags): Promise<number> {
  const interrupt = onSignal();
  try {
    const figures = JSON.stringify(await runBench(flags, interrupt), undefined, 2);
    if (out !== undefined) writeFileSync(out, `${figures}\n`);
    process.stdout.write(`${figures}\n`);
    return 0;
  } catch (error) {
    const text = error instanceof CommandError ? error.message : explain(error);
    process.stderr.write(`hack/bench: ${text}\n`);
    return interrupt.aborted ? 130 : 1;
  }
}

const program = new Command('hack/bench')
  .description('What Hexarisk costs: start, latency, memory, writes, scan; on a control plane of its own')
  .option('--workloads <count>', 'how many Deployments', number(1), 1000)
  .option('--pods <count>', 'pods of each', number(1), 3)
  .option('--seed <number>', 'the same seed makes the same objects', number(0), 1)
  .option('--quiet-seconds <count>', 'how long to watch for writes while nothing changes', number(1), 60)
  .option('--scan-only', 'only what needs no cluster', false)
  .option(
    '--cpu-prof <folder>',
    'write a CPU profile of each run of the operator there (it runs slower then)',
  )
  .option('--out <file>', 'write the JSON to a file, too')
  .addHelpText('after', help)
  .enablePositionalOptions() // what follows the name of a subcommand is its own
  .addCommand(networkCommand)
  .action(async (flags: Flags) => {
    process.exitCode = await run(flags);
  });

program
  .command('rbac')
  .description(
    'what permissions and attack paths cost: no cluster, a world made from the seed; under a minute',
  )
  .option('--accounts <counts>', 'how many service accounts, e.g. 1000,10000', '1000,10000,50000')
  .option('--seed <number>', 'the same seed makes the same objects', number(0), 1)
  .action(async (flags: RbacFlags) => {
    process.stdout.write(await benchRbac(flags));
  });

await program.parseAsync();
// whatever a failure left open (a socket, a timer) is no reason to stay
process.exit();
