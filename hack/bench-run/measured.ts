/** A child process with the probe in it. */
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { type Child, startChild, type Watchdog } from '../cluster/children.ts';
import { waitFor } from '../cluster/wait.ts';
import { root } from '../demo-run/kubectl.ts';
import type { ProbeReading } from './probe.ts';

const probeFile = fileURLToPath(import.meta.resolve('./probe.ts'));
/** As hack/hexarisk sets it. */
export const COMPILE_CACHE = `NODE_COMPILE_CACHE=${join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'hexarisk/compile')}`;

/** Where the children of one run keep what. */
export interface Workshop {
  readonly folder: string;
  readonly watchdog: Watchdog;
  readonly signal: AbortSignal;
  /** Where to put CPU profiles of the operator, if anywhere. */
  readonly profiles: string | undefined;
}

/** The same where what runs is the bundle that goes into the image. */
export interface BundleWorkshop extends Workshop {
  /** The file to run. */
  readonly bundle: string;
}

interface Program {
  readonly name: string;
  readonly path: string;
  readonly args: readonly string[];
  /** Variables, as `NAME=value`. */
  readonly environment?: readonly string[];
  /** Options of Node, as the installation sets them. */
  readonly nodeOptions?: string;
  /** Without it nothing is added to what a user would run. */
  readonly hasProbe?: boolean;
  readonly isProfiled?: boolean;
}

export interface Measured {
  readonly child: Child;
  readonly log: string;
  /** When it was started, in milliseconds of `Date.now()`. */
  readonly since: number;
  /** What its probe says now; its delays are those since the last reading. */
  read(): Promise<ProbeReading>;
  /** What its probe said last: after the end, that of the whole run. */
  last(): ProbeReading;
}

/** `env` puts itself aside for the program, so the process's id and its start are the program's own. */
export function startMeasured(program: Program, { folder, watchdog, signal, profiles }: Workshop): Measured {
  const { name, path, environment = [], nodeOptions, hasProbe = true, isProfiled = false } = program;
  const [log, probe] = [join(folder, `${name}.log`), join(folder, `${name}.probe.json`)];
  const options = [
    ...(nodeOptions === undefined ? [] : [nodeOptions]),
    ...(hasProbe ? [`--import=${pathToFileURL(probeFile).href}`] : []),
    ...(isProfiled && profiles !== undefined ? ['--cpu-prof', `--cpu-prof-dir=${profiles}`] : []),
  ];
  const args = [
    ...environment,
    ...(hasProbe ? [`HEXARISK_PROBE=${probe}`] : []),
    `NODE_OPTIONS=${options.join(' ')}`,
    path,
    ...program.args,
  ];
  const since = Date.now();
  const child = startChild({ name, path: 'env', args, log, cwd: root }, watchdog);
  const last = () => JSON.parse(readFileSync(probe, 'utf8')) as ProbeReading;
  let seen = 0;
  return {
    child,
    log,
    since,
    async read() {
      process.kill(child.pid, 'SIGUSR2');
      const reading = await waitFor(
        () => {
          const found = last();
          return found.reading > seen ? found : undefined;
        },
        { what: `the probe of ${name}`, timeoutMs: 10_000, everyMs: 20, signal },
      );
      seen = reading.reading;
      return reading;
    },
    last,
  };
}
