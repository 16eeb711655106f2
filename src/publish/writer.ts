/**
 * Makes the RiskReports of the cluster equal to those that are wanted, with as few writes as possible. Level-driven:
 * whatever event came, in whatever order, a key is compared and written until the two agree.
 */
import { type Backoff, backoff, pause } from '../observe/backoff.ts';
import type { Connection } from '../observe/connection.ts';
import { messageOf, StatusError } from '../observe/fault.ts';
import { type Baseline, isNewer, type Known, readKnown, sameChange, withChange } from './known.ts';
import { applyReport, keyOf, partsOf, removeReport } from './report-client.ts';
import { contentHash, type RiskReport } from './report.ts';
import { tokenBucket } from './token-bucket.ts';

export type WriteResult = 'applied' | 'deleted' | 'failed';

export interface WriterOptions {
  readonly connection: Connection;
  readonly signal: AbortSignal;
  /** Writes per second, and how many at once after a pause. */
  readonly rate?: number;
  readonly burst?: number;
  readonly concurrency?: number;
  /** Is it we who write? While it is not, reports are only compared. After it has become so: `begin` again. */
  readonly mayWrite?: () => boolean;
  /** May a report that no workload wants go? Not while its kind of workload cannot be read. */
  readonly mayDelete: (namespace: string, name: string) => boolean;
  /** @param since when the change that led to this write was seen, in milliseconds of `performance.now()` */
  readonly onWrite: (result: WriteResult, report: string, since: number | undefined) => void;
  readonly onTrouble: (report: string, why: string) => void;
  /** The score of a report that was written is another than before. */
  readonly onChange?: (report: RiskReport, before: number | undefined) => void;
}

export interface Writer {
  want(report: RiskReport, since?: number): void;
  unwant(namespace: string, name: string): void;
  /** What is wanted and what there is are both complete now. Nothing is written before this is called. */
  begin(): void;
  observed(type: 'ADDED' | 'MODIFIED' | 'DELETED', report: unknown): void;
  /** The reports that there are, all of them, as `namespace/name`: their content was observed. */
  listed(present: ReadonlySet<string>): void;
  /** How many reports are wanted. */
  wanted(): number;
  /** How many reports are not yet as wanted. */
  pending(): number;
  /** Resolves when nothing is pending. */
  settled(): Promise<void>;
  /** Resolves when the writes under way are done, after the signal was aborted. */
  readonly done: Promise<void>;
}

const CONCURRENCY = 16;
/** A trouble that a person must solve is tried again this often. */
const STUBBORN_WAIT = 30_000;

interface Wanted {
  /** As JSON: there is one for each workload for as long as it lives, and text is a third of the size. */
  readonly text: string;
  readonly hash: string;
  readonly since: number | undefined;
}

export function startWriter(options: WriterOptions): Writer {
  const { signal, mayWrite = () => true } = options;
  const wanted = new Map<string, Wanted>();
  const known = new Map<string, Known>();
  /** What `change` is made from. Not what somebody has written into a report by hand since. */
  const baselines = new Map<string, Baseline>();
  const waits = new Map<string, Backoff>();
  const pending = new Set<string>();
  const busy = new Set<string>();
  /** Reports that went while a write of them was under way, as far as was told: undefined if by a list. */
  const gone = new Map<string, Known | undefined>();
  /** Keys whose last write failed, until it is time to try again. */
  const delayed = new Set<string>();
  const bucket = tokenBucket(options.rate ?? 250, options.burst ?? 500, signal);
  let settledWaiters: (() => void)[] = [];
  let wake: () => void = () => undefined;
  let begun = false;

  const differs = (key: string): boolean => {
    const want = wanted.get(key);
    const there = known.get(key);
    if (want !== undefined) return want.hash !== there?.hash || !sameChange(there, baselines.get(key));
    return there !== undefined && options.mayDelete(...partsOf(key));
  };
  const forget = (key: string) => {
    known.delete(key);
    baselines.delete(key);
    waits.delete(key);
  };
  /** The report is as wanted. If somebody changes it later, that is not the change that we have been slow to answer. */
  const answered = (key: string) => {
    const want = wanted.get(key);
    if (want?.since !== undefined) wanted.set(key, { ...want, since: undefined });
  };
  const touch = (key: string) => {
    if (!differs(key)) {
      pending.delete(key);
      answered(key);
      // one of that name that comes later is another
      if (!wanted.has(key) && !known.has(key)) forget(key);
    } else {
      pending.add(key);
      wake();
    }
    announce();
  };
  const wrote = (key: string, written: Known) => {
    baselines.set(key, written);
    // an answer may come after the watch has told that what was written is gone again: nobody would tell it twice
    const told = gone.get(key);
    if (!gone.has(key) || (told !== undefined && isNewer(written, told))) known.set(key, written);
  };
  const announce = () => {
    if (!begun || pending.size > 0 || busy.size > 0) return;
    for (const waiter of settledWaiters) waiter();
    settledWaiters = [];
  };

  const bring = async (key: string) => {
    await bucket.take();
    // what was wanted may have changed while waiting for a turn
    if (signal.aborted || !mayWrite() || !differs(key)) return;
    const want = wanted.get(key);
    const there = known.get(key);
    try {
      if (want === undefined) await removeReport(options.connection, key, there);
      else wrote(key, await apply(options, want, { before: baselines.get(key), there }));
      if (want === undefined) forget(key);
      waits.delete(key);
      options.onWrite(want === undefined ? 'deleted' : 'applied', key, want?.since);
    } catch (error) {
      if (signal.aborted || !mayWrite()) return; // the watch tells what came of it
      options.onWrite('failed', key, undefined);
      delayed.add(key);
      void pause(delayAfter(error, key, waits, options), signal).then(() => {
        delayed.delete(key);
        touch(key);
      });
    }
  };

  const next = (): string | undefined => {
    for (const key of pending) if (!busy.has(key) && !delayed.has(key)) return key;
    return undefined;
  };
  const work = async (): Promise<void> => {
    while (!signal.aborted) {
      const key = begun && mayWrite() ? next() : undefined;
      if (key === undefined) return;
      pending.delete(key);
      busy.add(key);
      await bring(key);
      busy.delete(key);
      gone.delete(key);
      touch(key);
    }
  };
  signal.addEventListener('abort', () => wake(), { once: true });
  const done = (async () => {
    const workers = new Set<Promise<void>>();
    while (!signal.aborted) {
      const isFree = () => workers.size < (options.concurrency ?? CONCURRENCY) && begun && mayWrite();
      while (isFree() && next() !== undefined) {
        const worker: Promise<void> = work().finally(() => workers.delete(worker));
        workers.add(worker);
      }
      await new Promise<void>((resolve) => {
        wake = resolve;
        if (signal.aborted) resolve();
      });
    }
    await Promise.all(workers);
  })();

  return {
    want(report, since) {
      const key = keyOf(report.metadata);
      wanted.set(key, { text: JSON.stringify(report), hash: contentHash(report), since });
      touch(key);
    },
    unwant(namespace, name) {
      const key = `${namespace}/${name}`;
      wanted.delete(key);
      touch(key);
    },
    begin() {
      begun = true;
      for (const key of new Set([...wanted.keys(), ...known.keys()])) touch(key);
      announce();
    },
    observed(type, report) {
      const read = readKnown(report);
      if (read === undefined || !isNewer(read.known, known.get(read.key))) return;
      if (!mayWrite()) forget(read.key); // where the leader has got to is where we shall go on
      if (type === 'DELETED' && busy.has(read.key)) gone.set(read.key, read.known);
      if (type === 'DELETED') known.delete(read.key);
      else known.set(read.key, read.known);
      if (type !== 'DELETED' && !baselines.has(read.key)) baselines.set(read.key, read.known);
      touch(read.key);
    },
    listed(present) {
      // a report may have gone with its CRD before any watch told that it had come: nobody would tell that it went.
      // If it was written after this list, the next write is refused, and the watch brings it.
      for (const key of busy) if (!present.has(key)) gone.set(key, undefined);
      const lost = [...known.keys()].filter((key) => !present.has(key));
      for (const key of lost) known.delete(key);
      // what failed because there was no CRD need not wait any longer
      const failed = [...delayed];
      delayed.clear();
      for (const key of [...lost, ...failed]) touch(key);
    },
    wanted: () => wanted.size,
    pending: () => pending.size + busy.size,
    settled: () =>
      new Promise((resolve) => {
        settledWaiters.push(resolve);
        announce();
      }),
    done,
  };
}

interface Was {
  readonly before: Baseline | undefined;
  readonly there: Known | undefined;
}

async function apply(options: WriterOptions, want: Wanted, { before, there }: Was): Promise<Known> {
  const report = withChange(JSON.parse(want.text) as RiskReport, before);
  const after = await applyReport(options.connection, report, want.hash, there);
  if (before?.score !== report.report.score) options.onChange?.(report, before?.score);
  return after;
}

function delayAfter(
  error: unknown,
  key: string,
  waits: Map<string, Backoff>,
  options: WriterOptions,
): number {
  const wait = waits.get(key) ?? backoff({ most: STUBBORN_WAIT });
  waits.set(key, wait);
  if (!(error instanceof StatusError)) {
    options.onTrouble(key, messageOf(error));
    return wait.next();
  }
  if (error.code === 409) return wait.next(); // another version is there: the watch brings it
  if (error.message.includes('is being terminated')) return STUBBORN_WAIT; // the namespace goes, and we with it
  options.onTrouble(key, adviceFor(error));
  const needsPerson = error.code === 403 || error.code === 404 || error.code === 422 || error.code === 500;
  return needsPerson ? wait.next(5_000) : wait.next(error.retryAfter);
}

function adviceFor({ code, message }: StatusError): string {
  switch (code) {
    case 403:
      return `not allowed to write RiskReports (${message}): apply the ClusterRole in manifests/`;
    case 404:
      return 'the CRD of RiskReport is not installed: kubectl apply -f crds/';
    case 500:
      return /not declared in schema/.test(message)
        ? `the installed CRD is older than this operator: kubectl apply -f crds/ (${message})`
        : message;
    default:
      return `HTTP ${code}: ${message}`;
  }
}
