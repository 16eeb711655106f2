import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { codeOf, Problem } from './problem.ts';
import { identityOf, isAlive, type ProcessIdentity } from './process-identity.ts';
import type { Log } from './progress.ts';
import { waitFor } from './wait.ts';

export interface LockOptions {
  /** Completes "waiting for ...". */
  readonly what: string;
  readonly timeoutMs: number;
  readonly log: Log;
  readonly signal?: AbortSignal | undefined;
}

/** Runs the job while holding a lock folder. A lock whose owner is gone is taken over. */
export async function withLock<T>(
  folder: string,
  { what, timeoutMs, log, signal }: LockOptions,
  job: () => Promise<T>,
): Promise<T> {
  let said = false;
  await mkdir(dirname(folder), { recursive: true });
  await waitFor(
    async () => {
      if (await taken(folder)) return true;
      if (!said) log(`waiting for ${what} ...`);
      said = true;
      return undefined;
    },
    { what: `${what} (lock ${folder})`, timeoutMs, everyMs: 200, signal },
  );
  try {
    return await job();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function taken(folder: string): Promise<boolean> {
  try {
    await mkdir(folder);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw new Problem(`cannot create ${folder}: ${String(error)}`);
    if (await isStale(folder)) await rm(folder, { recursive: true, force: true });
    return false;
  }
  await writeFile(join(folder, 'owner'), JSON.stringify(identityOf(process.pid)));
  return true;
}

const OWNER_APPEARS_WITHIN_MS = 10_000;

async function isStale(folder: string): Promise<boolean> {
  try {
    const owner = JSON.parse(await readFile(join(folder, 'owner'), 'utf8')) as ProcessIdentity;
    return !isAlive(owner);
  } catch {
    // no owner yet, or half written: its owner may just be about to do it
    const made = await stat(folder).catch(() => undefined);
    return made !== undefined && Date.now() - made.mtimeMs > OWNER_APPEARS_WITHIN_MS;
  }
}
