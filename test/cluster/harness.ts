import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { inspect } from 'node:util';
import { type ControlPlane, startControlPlane } from '../../hack/cluster/control-plane.ts';
import { stderrLog } from '../../hack/cluster/progress.ts';

/** One control plane for the whole run: started by the first test that asks, ended after the last. */
let shared: Promise<ControlPlane> | undefined;

export function sharedControlPlane(): Promise<ControlPlane> {
  // room for what all tests together leave running: a pod that finds none is no test's subject
  shared ??= startControlPlane({ log: stderrLog, audit: true, podsPerNode: 400 });
  return shared;
}

/** How long the first test may take: there may be programs to build first. */
export const START_TIMEOUT_MS = 30 * 60_000;

// of the root suite, because this module is loaded outside any describe(): runs after failures, too
after(async function () {
  this.timeout(60_000);
  const plane = await shared?.catch(() => undefined);
  await plane?.stop();
});

/** Runs kubectl against the shared control plane and returns what it printed. */
export async function kubectl(...args: string[]): Promise<string> {
  return kubectlOn(await sharedControlPlane(), args);
}

/** Applies YAML text, or a file or folder of it, to the shared control plane. */
export async function apply(yamlTextOrFile: string, ...args: string[]): Promise<string> {
  const plane = await sharedControlPlane();
  const isText = yamlTextOrFile.includes('\n') || yamlTextOrFile.startsWith('{');
  if (isText) return kubectlOn(plane, ['apply', '-f', '-', ...args], yamlTextOrFile);
  return kubectlOn(plane, ['apply', '-f', yamlTextOrFile, ...args]);
}

const KUBECTL_LIMIT_MS = 60_000;

export function kubectlOn(plane: ControlPlane, args: readonly string[], input?: string): Promise<string> {
  return new Promise((done, fail) => {
    const child = execFile(
      plane.kubectl,
      [`--kubeconfig=${plane.kubeconfig}`, ...args],
      { maxBuffer: 256 * 1024 * 1024, timeout: KUBECTL_LIMIT_MS },
      (error, stdout, stderr) => {
        if (error === null) done(stdout);
        else fail(new Error(`kubectl ${args.join(' ')}: ${stderr.trim() || error.message}`));
      },
    );
    child.stdin?.end(input ?? '');
  });
}

/** The object as the API server has it. */
export async function get<T = unknown>(...args: string[]): Promise<T> {
  return JSON.parse(await kubectl('get', ...args, '-o', 'json')) as T;
}

/** A namespace of its own for a test, so that none has to clean up before the next. */
export async function freshNamespace(labels: Readonly<Record<string, string>> = {}): Promise<string> {
  const name = `test-${randomBytes(4).toString('hex')}`;
  await apply(JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } }));
  return name;
}

export interface EventuallyOptions {
  readonly timeoutMs?: number;
  readonly everyMs?: number;
}

/**
 * Asks until the answer is truthy, and returns it. A thrown error, a failed assertion too, is an answer of no.
 * @throws Error that says what was waited for, and the last answer
 */
export async function eventually<T>(
  what: string,
  ask: () => T | Promise<T>,
  { timeoutMs = 30_000, everyMs = 100 }: EventuallyOptions = {},
): Promise<NonNullable<T>> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    let last: unknown;
    try {
      last = await ask();
      if (last) return last as NonNullable<T>;
    } catch (error) {
      last = error;
    }
    if (Date.now() >= deadline) {
      const seen = last instanceof Error ? last.message : inspect(last, { depth: 4, breakLength: 110 });
      throw new Error(`waited ${timeoutMs / 1000} s for ${what}; last: ${seen}`);
    }
    await sleep(everyMs);
  }
}
