/** The operator as a user runs it: a process of its own against the shared control plane. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { apply, eventually, kubectl, sharedControlPlane } from './harness.ts';

const root = join(import.meta.dirname, '../..');

export interface LogLine {
  readonly level: string;
  readonly message: string;
  readonly [detail: string]: unknown;
}

export interface OperatorProcess {
  readonly log: readonly LogLine[];
  /** What the process wrote that is no log line: a stack trace, say. */
  readonly other: readonly string[];
  readonly pid: number;
  /** Resolves with the exit code when it ends, by itself or not. */
  readonly ended: Promise<number | null>;
  metrics(): Promise<string>;
  ready(): Promise<boolean>;
  said(text: string): boolean;
  /** Sends the signal and resolves with the exit code. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

interface Options {
  readonly kubeconfig?: string;
  readonly args?: readonly string[];
}

const running = new Set<ChildProcess>();
after(() => {
  for (const child of running) child.kill('SIGKILL');
});

/** Starts it. Waits for nothing: see `startedOperator`. */
export async function spawnOperator({ kubeconfig, args = [] }: Options = {}): Promise<OperatorProcess> {
  const config = kubeconfig ?? (await sharedControlPlane()).kubeconfig;
  const child = spawn(
    process.execPath,
    [
      '--disable-warning=DEP0040',
      join(root, 'src/main.ts'),
      'operator',
      `--kubeconfig=${config}`,
      '--metrics-address=127.0.0.1:0',
      '--health-address=127.0.0.1:0',
      '--log-format=json',
      ...args,
    ],
    { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, KUBECONFIG: '' } },
  );
  running.add(child);
  const log: LogLine[] = [];
  const other: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => {
    if (line.startsWith('{')) log.push(JSON.parse(line) as LogLine);
    else other.push(line);
  });
  const closed = once(child, 'close').then(([code]) => {
    running.delete(child);
    return code as number | null;
  });
  const address = (key: string) => String(log.find(({ message }) => message === 'listening')?.[key]);
  return {
    log,
    other,
    pid: child.pid ?? 0,
    ended: closed,
    metrics: async () => (await fetch(address('metrics'))).text(),
    ready: async () => (await fetch(address('health'))).ok,
    said: (text) => log.some(({ message }) => message.includes(text)),
    stop: async (signal = 'SIGTERM') => {
      child.kill(signal);
      return closed;
    },
  };
}

/** Starts it and waits until all reports are written. */
export async function startedOperator(options: Options = {}): Promise<OperatorProcess> {
  const operator = await spawnOperator(options);
  await eventually('all reports to be written', () => operator.said('all reports are written'), {
    timeoutMs: 60_000,
  });
  return operator;
}

export const installCrd = (): Promise<string> => apply(join(root, 'crds/riskreport.yaml'));

export interface Report {
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly uid: string;
    readonly resourceVersion: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly ownerReferences?: readonly { readonly uid: string }[];
  };
  readonly workload: { readonly running: number; readonly uid: string };
  readonly report: {
    readonly score: number;
    readonly level: string;
    readonly findings: readonly { readonly check: string }[];
    readonly change?: { readonly from: number; readonly to: number; readonly because: readonly unknown[] };
    readonly axes: Readonly<
      Record<string, { readonly coverage: number; readonly missing?: readonly string[] }>
    >;
  };
}

/** @returns undefined while there is none */
export async function report(namespace: string, name: string): Promise<Report | undefined> {
  const text = await kubectl('get', 'riskreports', '-n', namespace, name, '--ignore-not-found', '-o', 'json');
  return text === '' ? undefined : (JSON.parse(text) as Report);
}

export async function reports(namespace: string): Promise<readonly Report[]> {
  const text = await kubectl('get', 'riskreports', '-n', namespace, '-o', 'json');
  return (JSON.parse(text) as { readonly items: readonly Report[] }).items;
}
