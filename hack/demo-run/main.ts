/** `hack/demo`: from flags and signals to the demo, and from whatever happens to one line and an exit code. */
import { Command } from 'commander';
import { CommandError } from '../../src/commands/error.ts';
import { explain, Problem } from '../cluster/problem.ts';
import { type DemoFlags, Interrupted, runDemo } from './demo.ts';

const help = `
Without --context nothing outside this machine is touched: etcd, API server, controller manager and scheduler run on
loopback, KWOK plays the kubelets, and all of it is gone afterwards. The first start fetches or builds these programs.

  hack/demo           shows the table, the worst workload, three hardenings, and then every change until Ctrl-C
  hack/demo --once    the same without staying
`;

/** Aborted by the first signal. Asked twice: the watchdogs end what is left. */
function onSignal(): AbortSignal {
  const interrupt = new AbortController();
  const stop = () => {
    if (interrupt.signal.aborted) process.exit(130);
    interrupt.abort(new Interrupted());
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
  // whoever read our output has gone, as in `hack/demo | head`
  process.stdout.on('error', () => interrupt.abort(new Interrupted()));
  return interrupt.signal;
}

async function run(flags: DemoFlags): Promise<number> {
  try {
    await runDemo(flags, onSignal());
    return 0;
  } catch (error) {
    if (error instanceof Interrupted) return 130;
    const text = error instanceof CommandError || error instanceof Problem ? error.message : explain(error);
    process.stderr.write(`hack/demo: ${text}\n`);
    return 1;
  }
}

const program = new Command('hack/demo')
  .description('A cluster on this machine with a small, badly kept web shop in it, and Hexarisk watching it')
  .option('--once', 'show the table and the three hardenings, end everything', false)
  .option('--monitoring', 'start Prometheus, too, and print its address', false)
  .option('--context <name>', 'use a cluster of your kubeconfig instead; says what it would do, and asks')
  .option('--yes', 'with --context: do not ask', false)
  .addHelpText('after', help)
  .action(async (flags: DemoFlags) => {
    process.exitCode = await run(flags);
  });

await program.parseAsync();
// whatever a failure left open (a socket, a timer) is no reason to stay
process.exit();
