/**
 * Preloaded (`node --import`) into the process that is measured, and nothing else: what only the process itself can
 * tell goes to the file HEXARISK_PROBE, at its end, and at each SIGUSR2 with the delays since the last one.
 */
import { renameSync, writeFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** What the file holds. */
export interface ProbeReading {
  /** Counts the readings, so that a new one can be told from the last. */
  readonly reading: number;
  /** How much later than asked for a timer ran, in milliseconds. */
  readonly eventLoopDelay: { readonly p50: number; readonly p99: number; readonly max: number };
  /** The process's peak so far, in KiB. */
  readonly maxRss: number;
  /** User and system time so far. */
  readonly cpuSeconds: number;
  /** Resident now, and of the heap in use, in bytes; without what is garbage if HEXARISK_PROBE_COLLECTS is set. */
  readonly rss: number;
  readonly heapUsed: number;
}

const RESOLUTION = 10;

function measureInto(file: string): void {
  const delays = monitorEventLoopDelay({ resolution: RESOLUTION });
  delays.enable();
  let reading = 0;
  // the histogram holds the time from one tick to the next
  const late = (nanoseconds: number) => Number(Math.max(0, nanoseconds / 1e6 - RESOLUTION).toFixed(1));
  const write = () => {
    reading += 1;
    const { rss, heapUsed } = process.memoryUsage();
    const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
    const now: ProbeReading = {
      reading,
      maxRss: maxRSS,
      cpuSeconds: (userCPUTime + systemCPUTime) / 1e6,
      rss,
      heapUsed,
      eventLoopDelay: {
        p50: late(delays.percentile(50)),
        p99: late(delays.percentile(99)),
        max: late(delays.max),
      },
    };
    writeFileSync(`${file}.half`, JSON.stringify(now));
    renameSync(`${file}.half`, file);
    delays.reset();
  };
  const collects = process.env['HEXARISK_PROBE_COLLECTS'] !== undefined;
  process.on('SIGUSR2', () => {
    if (collects) void withoutGarbage().then(write);
    else write();
  });
  process.on('exit', write);
}

/** Collects, lets go what is told of it (a finalizer, say), and collects again. */
async function withoutGarbage(): Promise<void> {
  setFlagsFromString('--expose-gc'); // NODE_OPTIONS may not hold it
  const collect = runInNewContext('gc') as () => void;
  for (let times = 0; times < 2; times += 1) {
    collect();
    await sleep(100);
  }
  collect();
}

const file = process.env['HEXARISK_PROBE'];
if (file !== undefined) measureInto(file);
