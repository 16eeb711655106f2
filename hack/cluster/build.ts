import { execFile, spawn } from 'node:child_process';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Watchdog } from './children.ts';
import { messageOf, Problem } from './problem.ts';
import { type Log, withProgress } from './progress.ts';
import { type BinaryFacts, type BinaryName, binaries, versions } from './versions.ts';

const GO_NEEDED = { major: 1, minor: 26 } as const;
const BUILD_LIMIT_MS = 60 * 60_000;

/** Go for the compiler's own processes: no C compiler needed, no garbage collection (a fifth faster, same bytes),
 *  and neither the caller's flags nor a workspace around the checkout may change the result. */
const goEnvironment = {
  GOTOOLCHAIN: 'local',
  CGO_ENABLED: '0',
  GOGC: 'off',
  GOMEMLIMIT: '4GiB',
  GOFLAGS: '',
  GOWORK: 'off',
} as const;

const linkerFlags: Readonly<Record<BinaryFacts['module'], readonly string[]>> = {
  etcd: [],
  kwok: [`-X sigs.k8s.io/kwok/pkg/consts.Version=${versions.kwok}`],
  prometheus: [`-X github.com/prometheus/common/version.Version=${versions.prometheus.slice(1)}`],
  k8s: ['k8s.io/component-base/version', 'k8s.io/client-go/pkg/version'].flatMap((at) => {
    const [major, minor] = versions.kubernetes.slice(1).split('.');
    return [
      `-X ${at}.gitVersion=${versions.kubernetes}`,
      `-X ${at}.gitMajor=${major}`,
      `-X ${at}.gitMinor=${minor}`,
      `-X ${at}.gitTreeState=clean`,
    ];
  }),
};

/** Prometheus knows the clients of two dozen clouds; we need that of Kubernetes. */
const buildTags: Readonly<Partial<Record<BinaryFacts['module'], string>>> = {
  prometheus: 'remove_all_sd,enable_kubernetes_sd',
};

/** Small first: the first line that says "done" comes early. */
const modules = ['etcd', 'kwok', 'prometheus', 'k8s'] as const;

export interface BuildOptions {
  readonly log: Log;
  readonly signal?: AbortSignal | undefined;
  readonly env?: NodeJS.ProcessEnv;
}

/** Builds the named binaries from Go modules into `folder`; a file appears there only when it is whole. */
export async function build(
  names: readonly BinaryName[],
  folder: string,
  { log, signal, env = process.env }: BuildOptions,
): Promise<void> {
  await checkGo(names, env);
  for (const module of modules) {
    const wanted = names.filter((name) => binaries[name].module === module);
    if (wanted.length === 0) continue;
    const half = join(folder, `.build-${module}.${process.pid}`);
    await mkdir(half, { recursive: true });
    try {
      await withProgress(`building ${wanted.join(', ')} with Go (minutes the first time)`, log, () =>
        goBuild(module, wanted, half, env, signal),
      );
      for (const name of wanted) await rename(join(half, name), join(folder, name));
    } finally {
      await rm(half, { recursive: true, force: true });
    }
  }
}

async function goBuild(
  module: BinaryFacts['module'],
  names: readonly BinaryName[],
  into: string,
  env: NodeJS.ProcessEnv,
  signal: AbortSignal | undefined,
): Promise<void> {
  // one name: etcd's package is called v3, so the file must be named; several: go names them after their packages
  const [only, ...others] = names;
  const output = others.length === 0 ? join(into, String(only)) : `${into}/`;
  const tags = buildTags[module];
  const tagFlags = tags === undefined ? [] : ['-tags', tags];
  const flags = [...tagFlags, '-trimpath', '-ldflags', ['-s', '-w', ...linkerFlags[module]].join(' ')];
  const args = ['build', ...flags, '-o', output, ...names.map((name) => binaries[name].goPackage)];
  const cwd = join(import.meta.dirname, 'build', module);
  await run('go', args, { cwd, env: { ...env, ...goEnvironment }, signal });
}

interface RunOptions {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal | undefined;
}

const KEPT_OUTPUT = 4000;

/** go starts compilers of its own, so it gets a process group, and the group is what is ended. */
async function run(
  command: string,
  args: readonly string[],
  { cwd, env, signal }: RunOptions,
): Promise<void> {
  const watchdog = new Watchdog(undefined);
  const child = spawn(command, args, { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const { pid } = child;
  if (pid !== undefined) watchdog.watch(pid);
  const end = () => {
    if (pid !== undefined && child.exitCode === null) process.kill(-pid, 'SIGTERM');
  };
  let output = '';
  const keep = (chunk: Buffer) => {
    output = (output + chunk.toString()).slice(-KEPT_OUTPUT);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const timer = setTimeout(end, BUILD_LIMIT_MS);
  signal?.addEventListener('abort', end, { once: true });
  try {
    const code = await new Promise<number | null>((done, fail) =>
      child.once('error', fail).once('close', done),
    );
    signal?.throwIfAborted();
    if (code !== 0)
      throw new Problem(`go build failed (${code ?? 'ended by a signal'}):\n${lastLines(output, 15)}`);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', end);
    if (pid !== undefined) watchdog.forget(pid);
    await watchdog.close({ keepFolder: true });
  }
}

const lastLines = (text: string, count: number): string =>
  text.trimEnd().split('\n').slice(-count).join('\n');

async function checkGo(names: readonly BinaryName[], env: NodeJS.ProcessEnv): Promise<void> {
  const { major, minor } = GO_NEEDED;
  const found = await promisify(execFile)('go', ['version'], { env: { ...env, GOTOOLCHAIN: 'local' } }).then(
    ({ stdout }) => /go(\d+)\.(\d+)\S*/.exec(stdout) ?? undefined,
    (error: unknown) => messageOf(error),
  );
  if (typeof found === 'object' && Number(found[1]) === major && Number(found[2]) >= minor) return;
  const have = typeof found === 'object' ? `Go here is ${found[1]}.${found[2]}` : 'Go is not installed';
  throw new Problem(`Not found: ${names.join(', ')}; and they cannot be built: ${have}. ${waysOut}`);
}

const waysOut = `Any of these helps:
  - install Go ${GO_NEEDED.major}.${GO_NEEDED.minor} or newer (the programs are then built from modules, once)
  - set KUBEBUILDER_ASSETS to a folder that holds them
  - put them on PATH: Kubernetes ${versions.kubernetes}, etcd ${versions.etcd}, kwok ${versions.kwok},
    Prometheus ${versions.prometheus}`;
