import { type ChildProcess, spawn } from 'node:child_process';
import { openSync, closeSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Problem } from './problem.ts';

/** A process that was started here. In a process group of its own, so that a terminal's Ctrl-C reaches only the
 *  supervisor, which ends the children in order. */
export interface Child {
  readonly name: string;
  readonly pid: number;
  readonly ended: Promise<string>;
  readonly hasEnded: () => boolean;
  /** The end was asked for. */
  readonly isEnding: () => boolean;
  /** Sends the signal, waits, sends SIGKILL. */
  readonly end: (signal?: NodeJS.Signals, patienceMs?: number) => Promise<void>;
}

export interface ChildFacts {
  readonly name: string;
  readonly path: string;
  readonly args: readonly string[];
  readonly log: string;
  readonly cwd: string;
}

export function startChild({ name, path, args, log, cwd }: ChildFacts, watchdog: Watchdog): Child {
  const output = openSync(log, 'a');
  const child = spawn(path, [...args], { cwd, detached: true, stdio: ['ignore', output, output] });
  closeSync(output);
  const { pid } = child;
  // an 'error' event without a pid (not executable, gone) comes later, and must not be an uncaught one
  child.on('error', () => undefined);
  if (pid === undefined) throw new Problem(`cannot start ${path}`);
  watchdog.watch(pid);
  let over = false;
  let asked = false;
  const ended = new Promise<string>((done) => {
    child.once('exit', (code, signal) => {
      over = true;
      watchdog.forget(pid);
      done(code === null ? `ended by ${signal}` : `exit code ${code}`);
    });
  });
  const send = (signal: NodeJS.Signals) => {
    if (!over) process.kill(-pid, signal);
  };
  const end = async (signal: NodeJS.Signals = 'SIGTERM', patienceMs = 2000) => {
    asked = true;
    send(signal);
    const timer = setTimeout(() => send('SIGKILL'), patienceMs);
    await ended;
    clearTimeout(timer);
  };
  return { name, pid, ended, hasEnded: () => over, isEnding: () => asked, end };
}

/** See watchdog.sh. */
export class Watchdog {
  readonly #child: ChildProcess;
  readonly #gone: Promise<void>;

  constructor(folderToRemove: string | undefined) {
    const script = join(import.meta.dirname, 'watchdog.sh');
    // its folder must not be the one that it removes
    this.#child = spawn('sh', [script, folderToRemove ?? ''], {
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
      cwd: '/',
    });
    this.#child.on('error', () => undefined);
    this.#child.stdin?.on('error', () => undefined);
    this.#gone = new Promise((done) => this.#child.once('close', () => done()));
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  watch(pid: number): void {
    this.#child.stdin?.write(`start ${pid}\n`);
  }

  forget(pid: number): void {
    this.#child.stdin?.write(`end ${pid}\n`);
  }

  /** Lets it do its work at once: end what is left, remove the folder. */
  async close({ keepFolder }: { readonly keepFolder: boolean }): Promise<void> {
    if (keepFolder) this.#child.stdin?.write('keep -\n');
    this.#child.stdin?.end();
    await this.#gone;
  }
}

export function lastLines(log: string, count: number): string {
  try {
    const lines = readFileSync(log, 'utf8').trimEnd().split('\n').slice(-count);
    return lines.map((line) => `  | ${line}`).join('\n');
  } catch {
    return '  | (no log)';
  }
}
