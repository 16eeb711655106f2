import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dump } from 'js-yaml';
import { type Child, lastLines, startChild, Watchdog } from './children.ts';
import { Problem } from './problem.ts';
import { waitFor } from './wait.ts';

export interface PrometheusOptions {
  /** The program: see `resolvePrograms`. */
  readonly path: string;
  /** What prometheus.yml says. */
  readonly config: object;
  readonly signal?: AbortSignal;
  /** Called when it ends without having been asked to. */
  readonly onFailure?: (problem: Problem) => void;
}

export interface Prometheus {
  /** http://127.0.0.1:PORT */
  readonly url: string;
  /** Ends it, and removes its data. */
  readonly stop: () => Promise<void>;
}

const STARTS_WITHIN_MS = 30_000;
const ENDS_WITHIN_MS = 5000;

/**
 * Starts Prometheus on a free port of the loopback address. Its data is temporary, and goes with it, however it ends.
 * @throws Problem with its last lines; nothing is left running then
 */
export async function startPrometheus(options: PrometheusOptions): Promise<Prometheus> {
  const folder = mkdtempSync(join(tmpdir(), 'hexarisk-prometheus-'));
  const watchdog = new Watchdog(folder);
  const log = join(folder, 'prometheus.log');
  const config = join(folder, 'prometheus.yml');
  writeFileSync(config, dump(options.config));
  const args = [
    `--config.file=${config}`,
    `--storage.tsdb.path=${join(folder, 'data')}`,
    '--web.listen-address=127.0.0.1:0',
    '--log.format=json',
  ];
  const child = startChild({ name: 'prometheus', path: options.path, args, log, cwd: folder }, watchdog);
  const stop = async () => {
    await child.end('SIGTERM', ENDS_WITHIN_MS);
    await watchdog.close({ keepFolder: false });
  };
  void child.ended.then((how) => {
    if (!child.isEnding()) options.onFailure?.(earlyEnd(how, log));
  });
  try {
    return { url: await readyAddress(child, log, options.signal), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Where it listens, once its storage is open and its configuration read. */
const readyAddress = (child: Child, log: string, signal: AbortSignal | undefined): Promise<string> =>
  waitFor(
    async () => {
      if (child.hasEnded()) throw earlyEnd(await child.ended, log);
      const [, address] = /"Listening on".*"address":"([^"]+)"/.exec(readFileSync(log, 'utf8')) ?? [];
      if (address === undefined) return undefined;
      const url = `http://${address}`;
      return (await fetch(`${url}/-/ready`)).ok ? url : undefined;
    },
    { what: 'Prometheus to be ready', timeoutMs: STARTS_WITHIN_MS, everyMs: 100, signal },
  );

const earlyEnd = (how: string, log: string): Problem =>
  new Problem(`Prometheus ended: ${how}. The end of its log:\n${lastLines(log, 10)}`);
