import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { layoutOf } from './layout.ts';
import { codeOf, Problem } from './problem.ts';
import { identityOf, isAlive, type ProcessIdentity } from './process-identity.ts';
import { waitFor } from './wait.ts';

/** What a running control plane says about itself, in its folder, to the other commands. */
export interface State {
  readonly supervisor: ProcessIdentity;
  /** Outlives the supervisor for a moment; a folder is free only when it is gone, for it may remove the folder. */
  readonly watchdog?: ProcessIdentity;
  readonly ready: boolean;
  readonly server?: string;
  readonly components: readonly {
    readonly name: string;
    readonly health: string;
    readonly process: ProcessIdentity;
  }[];
}

export function readState(dir: string): State | undefined {
  try {
    return JSON.parse(readFileSync(layoutOf(dir).state, 'utf8')) as State;
  } catch {
    return undefined;
  }
}

/** Everything that a control plane runs; all of it ended means that its folder is free. */
export function processesOf({ supervisor, watchdog, components }: State): readonly ProcessIdentity[] {
  return [supervisor, ...(watchdog === undefined ? [] : [watchdog]), ...components.map((c) => c.process)];
}

export function runningState(dir: string): State | undefined {
  const state = readState(dir);
  return state !== undefined && isAlive(state.supervisor) ? state : undefined;
}

/** Atomic, so that a reader never sees half a file. */
export function writeState(dir: string, state: State): void {
  const { state: path } = layoutOf(dir);
  const half = `${path}.${process.pid}`;
  writeFileSync(half, JSON.stringify(state, undefined, 2));
  renameSync(half, path);
}

export function removeState(dir: string): void {
  rmSync(layoutOf(dir).state, { force: true });
}

export function self(): ProcessIdentity {
  const identity = identityOf(process.pid);
  if (identity === undefined)
    throw new Problem('cannot read the start time of a process (/proc or ps needed)');
  return identity;
}

const LEFTOVERS_END_WITHIN_MS = 10_000;

/** Takes the folder for this process, or says who has it. */
export async function claim(dir: string): Promise<void> {
  const before = readState(dir);
  if (before !== undefined) {
    if (isAlive(before.supervisor)) throw alreadyRuns(dir, before.supervisor.pid);
    // its supervisor was killed: the watchdog is ending the rest, and etcd's data has one user at a time
    await waitFor(() => (processesOf(before).some(isAlive) ? undefined : true), {
      what: `the processes of an earlier run in ${dir} to end`,
      timeoutMs: LEFTOVERS_END_WITHIN_MS,
    });
    removeState(dir);
  }
  try {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new Problem(`cannot make the folder ${dir}: ${codeOf(error)}`);
  }
  try {
    writeFileSync(layoutOf(dir).state, JSON.stringify({ supervisor: self(), ready: false, components: [] }), {
      flag: 'wx',
    });
  } catch (error) {
    if (codeOf(error) === 'EEXIST') throw alreadyRuns(dir, readState(dir)?.supervisor.pid);
    throw new Problem(`cannot write to ${dir}: ${codeOf(error)}`);
  }
}

export const alreadyRuns = (dir: string, pid: number | undefined): Problem =>
  new Problem(
    `A control plane runs already in ${dir} (process ${pid ?? 'unknown'}).\n` +
      `Use it: export KUBECONFIG=${layoutOf(dir).kubeconfig}\n` +
      'End it with `stop`, or start another beside it with --dir.',
  );
