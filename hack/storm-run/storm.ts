/** Rounds of faults over a cluster and the operator that watches it. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { loadKubeConfig } from '../../src/commands/kubeconfig.ts';
import { connect } from '../../src/observe/connection.ts';
import { type Random, seeded } from '../bench-run/random.ts';
import { readPair } from '../cluster/certificates.ts';
import { Watchdog } from '../cluster/children.ts';
import { startControlPlane } from '../cluster/control-plane.ts';
import { layoutOf } from '../cluster/layout.ts';
import { Problem } from '../cluster/problem.ts';
import type { Log } from '../cluster/progress.ts';
import { waitFor } from '../cluster/wait.ts';
import type { Session } from '../demo-run/session.ts';
import { isReportWrite } from './exchange.ts';
import { startChurn, turnPrivileged } from './churn.ts';
import { faults } from './faults/index.ts';
import { shuffled } from './faults/choice.ts';
import { freshReports } from './fresh.ts';
import { type Means, type Memory, type Operator, startOperator } from './operator.ts';
import { type Proxy, startProxy } from './proxy.ts';
import { quiet } from './quiet.ts';
import { differences, reportsOf } from './reports.ts';
import type { Fault, Stage } from './stage.ts';
import { kubeconfigFor, makeWorld, replenish, type StormWorld } from './world.ts';

export interface Round {
  readonly seed: number;
  readonly seconds: number;
  /** In the order in which they were injected; `differences` says if one was not met. */
  readonly faults: readonly string[];
  /** From the last fault until the reports were those of a fresh start. */
  readonly settledAfter: number;
  readonly reports: number;
  /** Empty, or what is wrong: with reports, with what the log says, with the memory. */
  readonly differences: readonly string[];
  readonly memory: Memory;
}

export interface Storm {
  /** Of the operator before the first round. */
  readonly memory: Memory;
  /** Every fault once. */
  readonly round: (seed: number) => Promise<Round>;
  /** SIGKILL amid writing, then a new start. */
  readonly kill: (seed: number) => Promise<Round>;
}

/** So many faults are under way at once. */
const AT_ONCE = 4;
/** A fault is met within seconds; this is for a machine that has much else to do. */
const MET_WITHIN_MS = 180_000;
/** MiB of heap above the level before the first round: no two worlds are equal, and what leaks adds up in a few rounds. */
const SLACK = 16;
/** What an object of 1.4 MB has left to do may outlast the reports. */
const CALM_WITHIN_MS = 45_000;
/** A report that was refused is tried again after 30 s at the latest. */
const SETTLES_WITHIN_MS = 60_000;

interface Options {
  readonly seed: number;
  readonly atOnce?: number;
  /** Only faults with this in their name. */
  readonly only?: string;
  readonly log: Log;
}

/** Starts everything. What must not stay is put on the session's stack. */
export async function startStorm(options: Options, session: Session): Promise<Storm> {
  const { seed, log, atOnce = AT_ONCE, only = '' } = options;
  const means = await meansOf(log, session);
  const world = await makeWorld(means.api, seed);
  const proxy = await startProxy(means.target);
  session.cleanup.defer(() => proxy.close());
  const kubeconfig = await kubeconfigFor(proxy.server, means);
  const runs = operatorRuns(kubeconfig, means, session);
  await runs.start(['--leader-elect', '--lease-namespace', 'hexarisk']).hasWrittenAll();
  const memory = await runs.now().memory();
  const ground: Ground = { memory, means, world, proxy, operator: () => runs.now(), atOnce, log, only };
  return {
    memory,
    round: (number) => roundOf(number, ground),
    kill: (number) => killOf(number, ground, () => runs.start([])),
  };
}

interface Ground {
  readonly memory: Memory;
  readonly means: Means;
  readonly world: StormWorld;
  readonly proxy: Proxy;
  readonly operator: () => Operator;
  readonly atOnce: number;
  readonly only: string;
  readonly log: Log;
}

async function meansOf(log: Log, session: Session): Promise<Means> {
  const { signal } = session;
  const plane = await startControlPlane({ log, signal, onFailure: session.fail });
  session.cleanup.defer(() => plane.stop());
  const folder = mkdtempSync(join(tmpdir(), 'hexarisk-storm-'));
  const watchdog = new Watchdog(folder);
  session.cleanup.defer(() => watchdog.close({ keepFolder: false }));
  return {
    plane,
    folder,
    api: { connection: connect(loadKubeConfig({ kubeconfig: plane.kubeconfig }), 'storm'), signal },
    workshop: { folder, watchdog, signal, profiles: undefined },
    target: {
      server: plane.server,
      pair: await readPair(layoutOf(plane.dir).certificates, 'kube-apiserver'),
    },
  };
}

/** One operator after the other. */
function operatorRuns(kubeconfig: string, { workshop }: Means, session: Session) {
  let count = 0;
  let last: Operator | undefined;
  session.cleanup.defer(async () => last?.end('SIGTERM'));
  return {
    start(args: readonly string[]): Operator {
      last = startOperator(`operator-${count++}`, { kubeconfig, args }, workshop);
      return last;
    },
    now(): Operator {
      if (last === undefined) throw new Error('no operator was started');
      return last;
    },
  };
}

async function roundOf(seed: number, ground: Ground): Promise<Round> {
  const { means, world, only } = ground;
  const begun = performance.now();
  await replenish(means.api, world);
  const chosen = faults.filter(({ name }) => name.includes(only));
  const order = shuffled(seeded(seed), chosen);
  const churn = startChurn({ api: means.api, world, random: seeded(seed + 1) });
  let unmet: readonly string[];
  try {
    unmet = await injectAll(order, seed, ground);
  } finally {
    await churn.stop();
  }
  const round = await outcome(
    seed,
    begun,
    order.map(({ name }) => name),
    ground,
  );
  return { ...round, differences: [...unmet, ...round.differences] };
}

/** In this order, some at once, so that one meets what another has left. @returns what could not be done */
async function injectAll(order: readonly Fault[], seed: number, ground: Ground): Promise<readonly string[]> {
  const left = order.entries();
  const unmet: string[] = [];
  const lane = async () => {
    for (const [index, fault] of left) {
      const begun = performance.now();
      await fault.inject(stageOf(seeded(seed * 1000 + index), ground)).catch((error: unknown) => {
        ground.means.api.signal.throwIfAborted();
        unmet.push(`fault "${fault.name}": ${String(error)}`);
      });
      ground.log(`  ${fault.name}: ${secondsSince(begun)} s`);
    }
  };
  await Promise.all(Array.from({ length: ground.atOnce }, lane));
  return unmet;
}

function stageOf(random: Random, { means, world, proxy, operator }: Ground): Stage {
  const { api, plane } = means;
  return {
    ...world,
    plane,
    proxy,
    api,
    random,
    async stir() {
      for (const deployment of shuffled(random, world.load.changeable).slice(0, 8))
        await turnPrivileged(api, deployment, random.chance(0.5));
    },
    async until(what, isTrue, cause) {
      let due = 0;
      const ask = async () => {
        if (isTrue()) return true;
        if (operator().hasEnded()) throw new Problem('the operator has ended');
        if (performance.now() < due) return undefined;
        due = performance.now() + 1000;
        await cause?.();
        return undefined;
      };
      await waitFor(ask, { what, timeoutMs: MET_WITHIN_MS, everyMs: 20, signal: api.signal });
    },
  };
}

/** Waits for the cluster to come to rest, and then, bounded, for the reports to be those of a fresh start. */
async function outcome(
  seed: number,
  begun: number,
  injected: readonly string[],
  ground: Ground,
): Promise<Round> {
  const { means, operator, log } = ground;
  const over = performance.now();
  await quiet(means.api);
  const expected = await freshReports(means, `fresh-${seed}-${Math.round(begun)}`);
  const deadline = performance.now() + SETTLES_WITHIN_MS;
  let wrong: readonly string[];
  while (
    (wrong = differences(await reportsOf(means.api), expected)).length > 0 &&
    performance.now() < deadline
  )
    await sleep(200);
  const settledAfter = secondsSince(over);
  if (operator().hasEnded())
    throw new Problem(`seed ${seed}: the operator has ended; its log: ${operator().log}`);
  const memory = await memoryAtRest(operator(), ground.memory.heap + SLACK);
  const grown =
    memory.heap > ground.memory.heap + SLACK
      ? [`heap ${memory.heap} MiB, ${ground.memory.heap} at first`]
      : [];
  if (wrong.length > 0) log(`seed ${seed}: the operator's log is ${operator().log}`);
  return {
    seed,
    seconds: secondsSince(begun),
    faults: injected,
    settledAfter,
    reports: expected.size,
    differences: [...wrong, ...operator().defects(), ...grown],
    memory,
  };
}

/** @returns the memory once its heap is below `most` MiB, or after a bounded time */
async function memoryAtRest(operator: Operator, most: number): Promise<Memory> {
  const deadline = performance.now() + CALM_WITHIN_MS;
  let memory = await operator.memory();
  while (memory.heap > most && performance.now() < deadline) {
    await sleep(1000);
    memory = await operator.memory();
  }
  return memory;
}

async function killOf(seed: number, ground: Ground, start: () => Operator): Promise<Round> {
  const { means, world, operator } = ground;
  const begun = performance.now();
  const random = seeded(seed);
  await replenish(means.api, world);
  const churn = startChurn({ api: means.api, world, random: seeded(seed + 1) });
  const kills = 1 + random.int(3);
  try {
    for (let count = 0; count < kills; count += 1) {
      await killAmidWriting(operator(), stageOf(random, ground));
      await sleep(random.int(1000));
      start();
    }
  } finally {
    await churn.stop();
  }
  await operator().hasWrittenAll();
  return outcome(
    seed,
    begun,
    Array.from({ length: kills }, () => 'SIGKILL'),
    ground,
  );
}

/** At a write that the seed chooses: before the API server hears of it, or before the operator hears the answer. */
async function killAmidWriting(operator: Operator, { proxy, random, stir, until }: Stage): Promise<void> {
  const isDone = random.chance(0.5);
  let left = 1 + random.int(12);
  let isKilled = false;
  const release = proxy.rule({
    apply(exchange) {
      if (!isReportWrite(exchange) || left-- !== 1) return undefined;
      void operator.end('SIGKILL').then(() => (isKilled = true));
      return { kind: isDone ? 'lose' : 'silence' };
    },
  });
  try {
    await until('it to be killed', () => isKilled, stir);
  } finally {
    release();
  }
}

const secondsSince = (begun: number): number => Math.round((performance.now() - begun) / 100) / 10;
