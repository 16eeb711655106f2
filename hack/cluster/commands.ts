import { spawn } from 'node:child_process';
import { closeSync, lstatSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import { ApiClient } from './api-client.ts';
import { resolveBinaries } from './binaries.ts';
import { readPair } from './certificates.ts';
import { startControlPlane } from './control-plane.ts';
import { layoutOf } from './layout.ts';
import { Problem } from './problem.ts';
import { isAlive } from './process-identity.ts';
import { stderrLog } from './progress.ts';
import { alreadyRuns, processesOf, readState, runningState } from './state.ts';
import { waitFor } from './wait.ts';

/** The commands of hack/control-plane. Each returns the exit status; what cannot be done is thrown as a Problem. */

export interface StartOptions {
  readonly dir?: string;
  readonly nodes: number;
  readonly podsPerNode: number;
  readonly audit?: boolean;
}

/** The folder of the control plane that is meant when none is named. */
function folderOf(dir: string | undefined): string {
  return resolve(dir ?? join(tmpdir(), `hexarisk-control-plane-${userInfo().uid}`));
}

/** The system's temporary folder is everybody's: someone else could have made the default folder first. */
function makePrivate(dir: string): void {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const { uid, mode } = lstatSync(dir);
  if (uid !== userInfo().uid || (mode & 0o022) !== 0) {
    throw new Problem(`${dir} is not yours alone; use --dir with a folder that is`);
  }
}

export async function foreground(options: StartOptions): Promise<number> {
  const dir = folderOf(options.dir);
  const temporary = options.dir === undefined;
  if (temporary) makePrivate(dir);
  const interrupt = new AbortController();
  let failure: Problem | undefined;
  let signals = 0;
  const onSignal = () => {
    signals += 1;
    // asked twice: leave the rest to the watchdog
    if (signals > 1) process.exit(130);
    interrupt.abort(new Problem('interrupted'));
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
  const onFailure = (problem: Problem) => {
    failure ??= problem;
    interrupt.abort(problem);
  };
  const { nodes, podsPerNode, audit = false } = options;
  const { signal } = interrupt;
  const log = stderrLog;
  const plane = await startControlPlane({
    dir,
    temporary,
    nodes,
    podsPerNode,
    audit,
    log,
    signal,
    onFailure,
  });
  console.log(`export KUBECONFIG=${plane.kubeconfig}`);
  log(`kubectl is ${plane.kubectl}; Ctrl-C ends it`);
  const untilAsked = new Promise((done) => signal.addEventListener('abort', done, { once: true }));
  const staysAlive = setInterval(() => undefined, 60_000);
  if (!signal.aborted) await untilAsked;
  clearInterval(staysAlive);
  if (failure !== undefined) log(failure.message);
  log('stopping ...');
  await plane.stop();
  return failure === undefined ? 0 : 1;
}

const BACKGROUND_READY_WITHIN_MS = 300_000;

export async function background(options: StartOptions): Promise<number> {
  const dir = folderOf(options.dir);
  if (options.dir === undefined) makePrivate(dir);
  const running = runningState(dir);
  if (running !== undefined) throw alreadyRuns(dir, running.supervisor.pid);
  // here, where its progress is seen; the one in the background then finds all of it
  await resolveBinaries({ log: stderrLog });
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const logPath = join(dir, 'supervisor.log');
  const output = openSync(logPath, 'w', 0o600);
  // opened now: a temporary folder is gone when the log of a failure is wanted
  const log = openSync(logPath, 'r');
  const child = spawn(process.execPath, [join(import.meta.dirname, 'main.ts'), 'start', ...argsOf(options)], {
    detached: true,
    stdio: ['ignore', output, output],
  });
  let ended = false;
  child.once('exit', () => {
    ended = true;
  });
  await waitFor(
    () => {
      if (ended) throw new Problem(readFileSync(log, 'utf8').trimEnd());
      return runningState(dir)?.ready === true ? true : undefined;
    },
    { what: `the control plane (see ${logPath})`, timeoutMs: BACKGROUND_READY_WITHIN_MS, everyMs: 100 },
  ).finally(() => {
    closeSync(output);
    closeSync(log);
  });
  child.unref();
  console.log(`export KUBECONFIG=${layoutOf(dir).kubeconfig}`);
  return 0;
}

const argsOf = ({ dir, nodes, podsPerNode, audit }: StartOptions): string[] => [
  ...(dir === undefined ? [] : ['--dir', folderOf(dir)]),
  `--nodes=${nodes}`,
  `--pods-per-node=${podsPerNode}`,
  ...(audit ? ['--audit'] : []),
];

const STOPS_WITHIN_MS = 20_000;

export async function stop(dir: string | undefined): Promise<number> {
  const folder = folderOf(dir);
  const state = readState(folder);
  const processes = state === undefined ? [] : processesOf(state);
  if (!processes.some(isAlive)) {
    console.error(`no control plane runs in ${folder}`);
    return 0;
  }
  const [supervisor] = processes;
  const allEnded = () => (processes.some(isAlive) ? undefined : true);
  const what = `the control plane in ${folder} to stop`;
  if (supervisor !== undefined && isAlive(supervisor)) process.kill(supervisor.pid, 'SIGTERM');
  await waitFor(allEnded, { what, timeoutMs: STOPS_WITHIN_MS }).catch(async () => {
    // its watchdog ends the rest
    if (supervisor !== undefined && isAlive(supervisor)) process.kill(supervisor.pid, 'SIGKILL');
    await waitFor(allEnded, { what, timeoutMs: STOPS_WITHIN_MS });
  });
  return 0;
}

export async function kubeconfig(dir: string | undefined): Promise<number> {
  const folder = folderOf(dir);
  if (runningState(folder) === undefined) throw new Problem(`no control plane runs in ${folder}`);
  console.log(layoutOf(folder).kubeconfig);
  return 0;
}

export async function status(dir: string | undefined): Promise<number> {
  const folder = folderOf(dir);
  const state = runningState(folder);
  if (state === undefined) throw new Problem(`no control plane runs in ${folder}`);
  const api = new ApiClient(await readPair(layoutOf(folder).certificates, 'admin'));
  const lines = await Promise.all(
    state.components.map(async ({ name, health, process: { pid, startedAt } }) => {
      const alive = isAlive({ pid, startedAt });
      const word = !alive ? 'not running' : (await api.isHealthy(health)) ? 'healthy' : 'not healthy';
      return { healthy: word === 'healthy', text: `${name.padEnd(24)} ${word.padEnd(12)} process ${pid}` };
    }),
  );
  for (const { text } of lines) console.log(text);
  console.log(`${'ready'.padEnd(24)} ${state.ready ? 'yes' : 'not yet'}`);
  console.log(`${'server'.padEnd(24)} ${state.server ?? '-'}`);
  console.log(`${'folder'.padEnd(24)} ${folder}`);
  return state.ready && lines.every(({ healthy }) => healthy) ? 0 : 1;
}
