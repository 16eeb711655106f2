/** What the operator does and takes while nothing changes. */
import { setTimeout as sleep } from 'node:timers/promises';
import { writesSince } from './audit.ts';
import type { Operator } from './operator.ts';
import { OPERATOR_USER } from './populate.ts';
import { cpuSeconds } from './proc.ts';
import { median, rounded } from './statistics.ts';

interface Options {
  readonly operator: Operator;
  readonly auditLog: string;
  readonly seconds: number;
  readonly signal: AbortSignal;
}

/** The server's own work from before, and what is still on its way. */
const SETTLE_MS = 5000;

export async function atRest({ operator, auditLog, seconds, signal }: Options) {
  await sleep(SETTLE_MS, undefined, { signal });
  const begun = Date.now();
  const before = cpuSeconds(operator.child.pid);
  await sleep(seconds * 1000, undefined, { signal });
  const used = cpuSeconds(operator.child.pid) - before;
  const writes = await writesSince(auditLog, OPERATOR_USER, begun);
  const count = (resource: string) => writes.filter((write) => write.resource === resource).length;
  return {
    seconds,
    reportWrites: count('riskreports'),
    eventWrites: count('events'),
    cpuSeconds: rounded(used, 2),
  };
}

const SCRAPES = 10;

export async function scrape({ metrics }: Operator, signal: AbortSignal) {
  const times: number[] = [];
  let [bytes, series] = [0, 0];
  for (let count = 0; count < SCRAPES; count++) {
    const begun = performance.now();
    const text = await (await fetch(metrics, { signal })).text();
    times.push(performance.now() - begun);
    bytes = Buffer.byteLength(text);
    series = text.split('\n').filter((line) => line !== '' && !line.startsWith('#')).length;
  }
  return { ms: rounded(median(times), 1), slowestMs: rounded(Math.max(...times), 1), bytes, series };
}
