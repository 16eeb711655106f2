/** The operator as it is installed, from the bundle, with the probe in it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { lastLines } from '../cluster/children.ts';
import { Problem } from '../cluster/problem.ts';
import { waitFor } from '../cluster/wait.ts';
import { root } from '../demo-run/kubectl.ts';
import { type Measured, startMeasured, type BundleWorkshop } from './measured.ts';

export interface Operator extends Measured {
  /** http://127.0.0.1:PORT/metrics */
  readonly metrics: string;
  /** What it has warned of so far, each once. */
  warnings(): readonly string[];
  stop(): Promise<void>;
}

interface LogEntry {
  readonly level?: string;
  readonly message?: string;
  readonly metrics?: string;
}

const WRITTEN = 'all reports are written';
/** It writes what is pending for 5 s at most. */
const ENDS_WITHIN_MS = 8000;

interface Deployment {
  readonly spec: {
    readonly template: {
      readonly spec: {
        readonly containers: readonly {
          readonly env: readonly { readonly name: string; readonly value: string }[];
        }[];
      };
    };
  };
}

/** What manifests/deployment.yaml sets for Node. */
function nodeOptionsInstalled(): string {
  const deployment = load(readFileSync(join(root, 'manifests/deployment.yaml'), 'utf8')) as Deployment;
  const variables = deployment.spec.template.spec.containers.flatMap(({ env }) => env);
  const options = variables.find(({ name }) => name === 'NODE_OPTIONS')?.value;
  if (options === undefined) throw new Problem('manifests/deployment.yaml sets no NODE_OPTIONS any more');
  return options;
}

/** Starts it on free ports. @returns when it says that all reports are written */
export async function startOperator(
  name: string,
  { kubeconfig, timeoutMs }: { readonly kubeconfig: string; readonly timeoutMs: number },
  workshop: BundleWorkshop,
): Promise<Operator> {
  const nodeOptions = nodeOptionsInstalled();
  const anyPort = ['--metrics-address', '127.0.0.1:0', '--health-address', '127.0.0.1:0'];
  const args = ['operator', '--kubeconfig', kubeconfig, ...anyPort, '--log-format', 'json'];
  const measured = startMeasured(
    { name, path: process.execPath, args: [workshop.bundle, ...args], nodeOptions, isProfiled: true },
    workshop,
  );
  const { child, log } = measured;
  const metrics = await waitFor(
    async () => {
      if (child.hasEnded()) throw earlyEnd(await child.ended, log);
      const all = entries(log);
      if (!all.some(({ message }) => message === WRITTEN)) return undefined;
      return all.find(({ message }) => message === 'listening')?.metrics;
    },
    { what: 'the operator to write all reports', timeoutMs, everyMs: 200, signal: workshop.signal },
  ).catch(async (error: unknown) => {
    await child.end('SIGKILL');
    if (error instanceof Problem) throw new Problem(`${error.message}\n${lastLines(log, 5)}`);
    throw error;
  });
  return {
    ...measured,
    metrics,
    warnings: () => [
      ...new Set(
        entries(log)
          .filter(({ level }) => level === 'warn' || level === 'error')
          .map(({ message }) => message ?? ''),
      ),
    ],
    stop: () => child.end('SIGTERM', ENDS_WITHIN_MS),
  };
}

/** The JSON lines of the log; the last may be half written. */
const entries = (log: string): readonly LogEntry[] =>
  readFileSync(log, 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('{') && line.endsWith('}') && !line.includes('"message":"risk '))
    .map((line) => JSON.parse(line) as LogEntry);

const earlyEnd = (how: string, log: string): Problem =>
  new Problem(`the operator ended: ${how}. The end of ${log}:\n${lastLines(log, 10)}`);
