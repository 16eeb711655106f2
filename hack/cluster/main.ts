import { Command, InvalidArgumentError } from 'commander';
import { background, foreground, kubeconfig, status, stop } from './commands.ts';
import { explain } from './problem.ts';

const help = `
The folder:
  Without --dir, the one control plane of this user: start says so if it runs already, and stop, status and
  kubeconfig find it. Its data is temporary, gone when it stops.
  With --dir D, everything is in D and stays there: the next start with the same D goes on with the same data.
  Any number can run side by side, each with its own D.

Where the programs come from, each from the first that has it:
  KUBEBUILDER_ASSETS; PATH, at the pinned version (kubectl: within one minor version of the server);
  \${XDG_CACHE_HOME:-~/.cache}/hexarisk; the official downloads, checksums checked (HEXARISK_DOWNLOADS=URL for a
  mirror, =off for none); a build from Go modules, which takes minutes the first time.

Example:
  hack/control-plane start --background && export KUBECONFIG=$(hack/control-plane kubeconfig)
`;

const positive = (text: string): number => {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('must be a whole number above 0');
  return value;
};

const program = new Command('hack/control-plane')
  .description(
    'etcd, API server, controller manager, scheduler, and KWOK in place of kubelets, on this machine',
  )
  .addHelpText('after', help);

const withDir = (command: Command) => command.option('--dir <folder>', 'the control plane in this folder');

const startCommand = withDir(program.command('start'))
  .description('start one; ends on Ctrl-C, or with `stop`')
  .option('--nodes <count>', 'how many nodes', positive, 3)
  .option('--pods-per-node <count>', 'how many pods a node takes', positive, 110)
  .option('--audit', 'write an audit log (Metadata level) to audit.log in the folder')
  .option('--background', 'return when it is ready, and leave it running');

interface StartFlags {
  readonly dir?: string;
  readonly nodes: number;
  readonly podsPerNode: number;
  readonly audit?: boolean;
  readonly background?: boolean;
}

startCommand.action(async ({ background: detached, ...options }: StartFlags) => {
  process.exitCode = detached ? await background(options) : await foreground(options);
});

for (const { name, does, run } of [
  { name: 'stop', does: 'stop one, and wait until nothing of it is left', run: stop },
  { name: 'kubeconfig', does: 'print the path of its kubeconfig', run: kubeconfig },
  { name: 'status', does: 'print how each part is; exit status 0 if all are well', run: status },
]) {
  withDir(program.command(name).description(does)).action(async ({ dir }: { dir?: string }) => {
    process.exitCode = await run(dir);
  });
}

try {
  await program.parseAsync();
} catch (error) {
  console.error(explain(error));
  process.exitCode = 1;
}
// whatever a failure left open (a socket, a timer) is no reason to stay
process.exit();
