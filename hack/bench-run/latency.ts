/** How long after a change its report says so. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection } from '../../src/observe/connection.ts';
import { type Log } from '../cluster/progress.ts';
import { followReports, type Feed } from '../demo-run/feed.ts';
import { workloadName } from '../demo-run/manifests.ts';
import type { Session } from '../demo-run/session.ts';
import type { Deployment } from './objects.ts';
import { waitFor } from '../cluster/wait.ts';
import type { Random } from './random.ts';
import { percentile, rounded } from './statistics.ts';

export const CHANGES = 200;
const LONGEST_MS = 30_000;
/** Not in step with the operator's own timers, and as long as to let rollouts of earlier changes overlap. */
const PAUSE_MS = 200;

interface Options {
  readonly connection: Connection;
  readonly targets: readonly Deployment[];
  readonly workloads: number;
  readonly random: Random;
  readonly session: Session;
  readonly log: Log;
}

/** Makes one workload after the other worse. */
export async function changeToReport({ connection, targets, workloads, random, session, log }: Options) {
  const { signal } = session;
  const feed = followReports(connection, session);
  const areListed = () => (feed.reports.size >= workloads ? true : undefined);
  await waitFor(areListed, { what: 'the list of reports', timeoutMs: 60_000, signal });
  const times: number[] = [];
  let missed = 0;
  for (const target of targets.slice(0, CHANGES)) {
    const ms = await timeOf(target, { connection, feed, signal });
    if (ms === undefined) missed += 1;
    else times.push(ms);
    if (times.length % 50 === 0) log(`${times.length} changes, the last in ${rounded(ms ?? 0)} ms`);
    await sleep(random.int(PAUSE_MS), undefined, { signal });
  }
  return {
    changes: times.length,
    missed,
    p50Ms: rounded(percentile(times, 50)),
    p99Ms: rounded(percentile(times, 99)),
    maxMs: rounded(Math.max(...times)),
  };
}

interface Watching {
  readonly connection: Connection;
  readonly feed: Feed;
  readonly signal: AbortSignal;
}

/** From before the change is sent to the event that brings another score. @returns undefined if none comes */
async function timeOf(
  { metadata: { namespace, name } }: Deployment,
  { connection, feed, signal }: Watching,
): Promise<number | undefined> {
  const key = `${namespace}/Deployment/${name}`;
  const seen = Promise.withResolvers<number | undefined>();
  feed.onChange(({ before, after }) => {
    if (after === undefined || workloadName(after) !== key) return;
    if (after.report.exact !== before?.report.exact) seen.resolve(performance.now());
  });
  const begun = performance.now();
  await connection.json({
    method: 'PATCH',
    path: `/apis/apps/v1/namespaces/${namespace}/deployments/${name}`,
    contentType: 'application/json-patch+json',
    body: JSON.stringify([
      { op: 'add', path: '/spec/template/spec/containers/0/securityContext', value: { privileged: true } },
    ]),
    signal,
  });
  const timer = setTimeout(() => seen.resolve(undefined), LONGEST_MS);
  const stop = () => seen.resolve(undefined);
  signal.addEventListener('abort', stop, { once: true });
  const at = await seen.promise;
  signal.removeEventListener('abort', stop);
  clearTimeout(timer);
  signal.throwIfAborted();
  return at === undefined ? undefined : at - begun;
}
