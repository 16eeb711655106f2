import { execFile } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join, relative } from 'node:path';
import { cacheFolder } from '../cluster/binaries.ts';
import { Problem } from '../cluster/problem.ts';

export const root = join(import.meta.dirname, '../..');

/** How a file of the checkout is called from where the user is. */
export const shownPath = (file: string): string => relative(process.cwd(), file) || '.';

const LIMIT_MS = 60_000;

/** Runs a program of ours in the checkout to its end. @returns what it printed @throws Problem with what it said */
export function runToEnd(
  path: string,
  args: readonly string[],
  { signal, env = process.env }: { readonly signal: AbortSignal; readonly env?: NodeJS.ProcessEnv },
): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const options = { cwd: root, signal, env, timeout: LIMIT_MS, maxBuffer: 64 * 1024 * 1024 };
  execFile(path, [...args], options, (error, stdout, stderr) => {
    if (error === null) return resolve(stdout);
    if (signal.aborted) return reject(signal.reason);
    const why = error.killed ? `no end within ${LIMIT_MS / 1000} s` : stderr.trim() || error.message;
    return reject(new Problem(`${[path, ...args].join(' ')} failed: ${why}`));
  });
  return promise;
}

/** The kubectl that the user's own shell would run. */
export const kubectlOnPath = (): string | undefined =>
  (process.env['PATH'] ?? '')
    .split(delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, 'kubectl'))
    .find(isExecutable);

/** For a cluster that is there already: any kubectl will do. */
export function anyKubectl(): string {
  const cached = join(cacheFolder(process.env), 'kubectl');
  const found = kubectlOnPath() ?? (isExecutable(cached) ? cached : undefined);
  if (found === undefined) throw new Problem('kubectl is not on PATH: install it, or run without --context');
  return found;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
