/** Rounds of faults over a cluster and the operator that watches it. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadKubeConfig } from '../../src/commands/kubeconfig.ts';
import { connect } from '../../src/observe/connection.ts';
import { readPair } from '../cluster/certificates.ts';
import { Watchdog } from '../cluster/children.ts';
import { startControlPlane } from '../cluster/control-plane.ts';
import { layoutOf } from '../cluster/layout.ts';
import type { Log } from '../cluster/progress.ts';
import type { Session } from '../demo-run/session.ts';
import type { Ground } from './ground.ts';
import { killOf } from './kill.ts';
import { type Means, type Memory, type Operator, startOperator } from './operator.ts';
import type { Round } from './outcome.ts';
import { reviving } from './reviving.ts';
import { startProxy } from './proxy.ts';
import { roundOf } from './round.ts';
import { kubeconfigFor, makeWorld } from './world.ts';

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

async function meansOf(log: Log, session: Session): Promise<Means> {
  const { signal } = session;
  const revive = reviving((name) => plane.restart(name), session.fail, log);
  const plane = await startControlPlane({ log, signal, onFailure: revive });
  session.cleanup.defer(() => plane.stop());
  const folder = mkdtempSync(join(tmpdir(), 'hexarisk-storm-'));
  const watchdog = new Watchdog(folder);
  let isKept = false;
  session.cleanup.defer(() => watchdog.close({ keepFolder: isKept }));
  return {
    plane,
    folder,
    keepFolder: () => void (isKept = true),
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
