/** The operator as a user runs it, with the probe in it that tells its memory. */
import { existsSync, readFileSync } from 'node:fs';
import { lastLines } from '../cluster/children.ts';
import type { ControlPlane } from '../cluster/control-plane.ts';
import { Problem } from '../cluster/problem.ts';
import { waitFor } from '../cluster/wait.ts';
import { hexarisk } from '../demo-run/manifests.ts';
import { startMeasured, type Workshop } from '../bench-run/measured.ts';
import type { Api } from './api.ts';
import type { startProxy } from './proxy.ts';

export interface Means {
  readonly api: Api;
  readonly plane: ControlPlane;
  readonly folder: string;
  /** There is something in it to look at afterwards. */
  readonly keepFolder: () => void;
  readonly workshop: Workshop;
  /** The API server, for a proxy. */
  readonly target: Parameters<typeof startProxy>[0];
}

export interface Memory {
  /** Resident, in MiB. */
  readonly rss: number;
  /** Of the JavaScript heap, in use after a collection of what is garbage, in MiB. */
  readonly heap: number;
}

export interface Operator {
  readonly log: string;
  hasEnded(): boolean;
  /** Resolves when it says so. @throws Problem when it ends before, or never says it */
  hasWrittenAll(): Promise<void>;
  memory(): Promise<Memory>;
  /** Lines of its log that are none: the trace of a crash, say; and those that tell of a defect of ours. */
  defects(): readonly string[];
  end(signal: NodeJS.Signals): Promise<void>;
}

/** So that the faults of a round are met, and over, within seconds. */
const IMPATIENT = ['--watch-silence', '4s', '--missing-retry', '2s', '--young-after', '0s'];
const WRITTEN_WITHIN_MS = 120_000;
const MIB = 2 ** 20;

interface Start {
  readonly kubeconfig: string;
  readonly args: readonly string[];
}

export function startOperator(name: string, { kubeconfig, args }: Start, workshop: Workshop): Operator {
  const anyPort = [
    '--metrics-address',
    '127.0.0.1:0',
    '--health-address',
    '127.0.0.1:0',
    '--log-format',
    'json',
  ];
  const all = ['operator', '--kubeconfig', kubeconfig, ...anyPort, ...IMPATIENT, ...args];
  const measured = startMeasured(
    { name, path: hexarisk, args: all, environment: ['HEXARISK_PROBE_COLLECTS=1'] },
    workshop,
  );
  const { child, log } = measured;
  const lines = (): readonly string[] => (existsSync(log) ? readFileSync(log, 'utf8').split('\n') : []);
  return {
    log,
    hasEnded: child.hasEnded,
    async hasWrittenAll() {
      await waitFor(
        async () => {
          if (child.hasEnded())
            throw new Problem(`${name} ended: ${await child.ended}\n${lastLines(log, 10)}`);
          return lines().some((line) => line.includes('all reports are written')) ? true : undefined;
        },
        { what: `${name} to write all reports`, timeoutMs: WRITTEN_WITHIN_MS, signal: workshop.signal },
      ).catch((error: unknown) => {
        throw new Problem(`${String(error)}\n${lastLines(log, 10)}`);
      });
    },
    async memory() {
      const { rss, heapUsed } = await measured.read();
      return { rss: Math.round(rss / MIB), heap: Math.round((heapUsed / MIB) * 10) / 10 };
    },
    defects: () =>
      lines().filter((line) => line !== '' && (!line.startsWith('{') || line.includes('"level":"error"'))),
    end: (signal) => child.end(signal, 8000),
  };
}
