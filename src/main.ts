#!/usr/bin/env node
/** The process: parses flags, chooses a command, turns errors into one line and an exit code. */
import { Command, InvalidArgumentError, Option } from 'commander';
import type { AccessFlags } from './commands/access/flags.ts';
import { CommandError } from './commands/error.ts';
import type { OperatorFlags } from './commands/operator/start.ts';
import type { ReachFlags } from './commands/reach/reach.ts';
import type { PathFlags } from './commands/path/path.ts';
import type { ScanFlags } from './commands/scan/scan.ts';
import { VERSION } from './commands/version.ts';
import { levels } from './score/model.ts';
import { consequences } from './world/escalation/path.ts';

/** `60s`, `5m`, `1h` or plain seconds. @returns seconds */
function duration(text: string): number {
  const match = /^(\d+)(s|m|h)?$/.exec(text);
  const unit = { s: 1, m: 60, h: 3600 }[match?.[2] ?? 's'];
  if (match === null || unit === undefined)
    throw new InvalidArgumentError('expected a time such as 60s, 5m or 1h');
  return Number(match[1]) * unit;
}

const program = new Command('hexarisk')
  .description('Scores the risk of every workload in a Kubernetes cluster')
  .version(VERSION)
  .showHelpAfterError('(hexarisk --help shows what there is)')
  // 1 is an answer of some commands, so what cannot be understood has a code of its own
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2));

program
  .command('operator')
  .description('watch a cluster, keep its RiskReports and metrics current')
  .option(
    '--kubeconfig <file>',
    'the kubeconfig (default: as kubectl finds it, or the pod that this runs in)',
  )
  .option('--context <name>', 'the context of the kubeconfig to use')
  .option(
    '--metrics-address <host:port>',
    'where /metrics is served; beyond loopback: HTTPS, for whom the API server lets `get` it',
    '127.0.0.1:8080',
  )
  .option(
    '--metrics-tls-dir <dir>',
    'serve /metrics with its tls.crt and tls.key, read again when they change (default: self-signed)',
  )
  .option('--metrics-auth', 'HTTPS and authorization for /metrics on loopback, too', false)
  .option('--health-address <host:port>', 'where /healthz and /readyz are served', '127.0.0.1:8081')
  .option('--leader-elect', 'several operators run: only the one that holds the Lease writes', false)
  .option('--lease-namespace <namespace>', 'where the Lease is (default: that of the context or the pod)')
  .option('--lease-name <name>', 'the name of the Lease', 'hexarisk')
  .option('--young-after <time>', 'report a bare Pod or a lone Job once it is this old', duration, 60)
  .option(
    '--max-stale <time>',
    'turn unready when the API server has not answered for this long',
    duration,
    300,
  )
  .option(
    '--watch-silence <time>',
    'ask again when nothing has come on a watch for this long: the connection may be half-open',
    duration,
    90,
  )
  .option('--missing-retry <time>', 'how often to ask again for what could not be read', duration, 15)
  .addOption(
    new Option('--log-level <level>', 'how much is logged')
      .choices(['error', 'warn', 'info', 'debug'])
      .default('info'),
  )
  .addOption(
    new Option('--log-format <format>', 'default: human on a terminal, else json').choices(['json', 'human']),
  )
  .action(async (flags: OperatorFlags) => {
    const { startOperator } = await import('./commands/operator/start.ts');
    await startOperator(flags);
  });

program
  .command('scan')
  .description('score the workloads of files: YAML or JSON, folders, or - for standard input')
  .argument('<path...>')
  .addOption(
    new Option('-o, --output <format>', 'what is printed')
      .choices(['table', 'wide', 'json', 'yaml'])
      .default('table'),
  )
  .option('--all-findings', 'every finding, however many', false)
  .addOption(new Option('--fail-on <level>', 'exit with 1 if a workload reaches this level').choices(levels))
  .action(async (paths: readonly string[], flags: ScanFlags) => {
    const { scan } = await import('./commands/scan/scan.ts');
    process.exitCode = await scan(paths, flags);
  });

program
  .command('access')
  .description('what a service account, user or group may do, and through which bindings')
  .argument('[subject]', 'sa:NAMESPACE/NAME, user:NAME or group:NAME')
  .option('--files <path...>', 'read files, folders or - instead of a cluster')
  .option('--all', 'every service account that an object, a workload or a binding names')
  .option('--can <what...>', 'VERB RESOURCE [NAME]: one question, exit 0 for yes, 1 for no')
  .option('-n, --namespace <name>', 'where --can is asked (default: that of the account or the context)')
  .option('-A, --all-namespaces', 'ask --can across all namespaces')
  .option('--subresource <name>', 'of the resource of --can; the same as RESOURCE/SUBRESOURCE')
  .option(
    '--as-group <name>',
    'a further group that the subject is in; may be given again',
    (name, before: readonly string[]) => [...before, name],
    [],
  )
  .option('--audit', 'open grants, bindings that lead nowhere, malformed roles')
  .option('--kubeconfig <file>', 'the kubeconfig (default: as kubectl finds it)')
  .option('--context <name>', 'the context of the kubeconfig to use')
  .addOption(
    new Option('-o, --output <format>', 'what is printed')
      .choices(['table', 'wide', 'json'])
      .default('table'),
  )
  .action(async (subject: string | undefined, flags: AccessFlags) => {
    const { access } = await import('./commands/access/access.ts');
    process.exitCode = await access(subject, flags);
  });

program
  .command('reach')
  .description('who may connect to whom: the connections that network policies allow')
  .option(
    '--files <path...>',
    'read files instead of a cluster: YAML or JSON, folders, or - for standard input',
  )
  .option('--kubeconfig <file>', 'the kubeconfig (default: as kubectl finds it)')
  .option('--context <name>', 'the context of the kubeconfig to use')
  .option('--from <end>', 'only from this workload (namespace/kind/name), address or CIDR')
  .option('--to <end>', 'only to this one; with both, the answer is yes or no, and why')
  .option('--port <port>', 'only on this port: 80, 53/udp or 8000-8080/tcp')
  .addOption(
    new Option('-o, --output <format>', 'what is printed')
      .choices(['table', 'json', 'dot', 'mermaid'])
      .default('table'),
  )
  .action(async (flags: ReachFlags) => {
    const { reach } = await import('./commands/reach/reach.ts');
    process.exitCode = await reach(flags);
  });

program
  .command('path')
  .description('how an intruder in a workload comes to more, step by step')
  .argument('<workload>', 'NAMESPACE/KIND/NAME')
  .addOption(new Option('--to <what>', 'only to this; exit 1 if nothing leads there').choices(consequences))
  .option('--files <path...>', 'read files, folders or - instead of a cluster')
  .option('--kubeconfig <file>', 'the kubeconfig (default: as kubectl finds it)')
  .option('--context <name>', 'the context of the kubeconfig to use')
  .addOption(
    new Option('-o, --output <format>', 'what is printed')
      .choices(['text', 'json', 'mermaid'])
      .default('text'),
  )
  .action(async (workload: string, flags: PathFlags) => {
    const { path } = await import('./commands/path/path.ts');
    process.exitCode = await path(workload, flags);
  });

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof CommandError)) throw error;
  process.stderr.write(`hexarisk: ${error.message}\n`);
  process.exitCode = error.exitCode;
}
