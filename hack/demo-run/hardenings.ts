/** Three repairs, one after the other, and what each does to the score. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RiskReport } from '../../src/publish/report.ts';
import { messageOf, Problem } from '../cluster/problem.ts';
import { waitFor } from '../cluster/wait.ts';
import { scoreChange } from './changes.ts';
import type { DemoCluster } from './cluster.ts';
import type { Feed } from './feed.ts';
import { shownPath } from './kubectl.ts';
import { demoFolder, yamlFiles } from './manifests.ts';
import { dim, heading, say } from './print.ts';
import { notRolledOut } from './rollout.ts';

export interface Hardening {
  readonly file: string;
  /** `shop/Deployment/web` */
  readonly workload: string;
  readonly what: string;
  /** The arguments of kubectl. */
  readonly how: readonly string[];
}

/** The comment lines at the top of each file say which workload, what changes, and how it is applied. */
export function readHardenings(): readonly Hardening[] {
  return yamlFiles(join(demoFolder, 'hardenings')).map((file) => {
    const text = readFileSync(file, 'utf8');
    const note = (name: string): string => {
      const found = new RegExp(`^# ${name}: (.+)$`, 'm').exec(text)?.[1];
      if (found === undefined) throw new Problem(`${shownPath(file)} does not say "# ${name}: ..."`);
      return found.trim();
    };
    const [program, ...how] = note('how').split(/\s+/);
    if (program !== 'kubectl') throw new Problem(`${shownPath(file)}: "# how:" is not a kubectl command`);
    return { file, workload: note('workload'), what: note('what'), how: [...how, AS_DELIVERY] };
  });
}

/** As a pipeline delivers: a change by hand is a finding of its own, on the labels axis. */
const AS_DELIVERY = '--field-manager=delivery';

const FALLS_WITHIN_MS = 20_000;
/** The old pods count until they are gone, so a report may move more than once. */
const QUIET_MS = 500;

interface Running {
  readonly cluster: DemoCluster;
  readonly feed: Feed;
  readonly signal: AbortSignal;
  /** The operator's. */
  readonly log: string;
}

export async function applyHardenings(running: Running): Promise<void> {
  const { cluster, feed } = running;
  const hardenings = readHardenings();
  heading(`${hardenings.length} hardenings, each of one workload, one after the other:`);
  for (const [index, hardening] of hardenings.entries()) {
    const { file, workload, what, how } = hardening;
    say(`${index + 1}. ${workload}: ${what}`);
    say(dim(`   ${cluster.shownKubectl} ${how.join(' ')}`));
    const report = feed.reports.get(workload);
    if (report === undefined)
      throw new Problem(`there is no report of ${workload}, which ${shownPath(file)} names`);
    const before = { report, runs: await runs(workload, cluster) };
    // kubectl says "configured", and the generation rises, for some changes that are none
    const spec = () => cluster.kubectl('get', '-f', file, '--ignore-not-found', '-o', 'jsonpath={.spec}');
    const old = await spec();
    await cluster.kubectl(...how);
    const isNew = old !== (await spec());
    say(`   ${isNew ? await effect(before, workload, running) : 'in place already, from an earlier run'}`);
  }
}

interface Before {
  readonly report: RiskReport;
  /** Made-up images run only where there is no real kubelet. */
  readonly runs: boolean;
}

const runs = async (workload: string, { connection }: DemoCluster): Promise<boolean> =>
  (await notRolledOut(connection, new Set([workload]))).length === 0;

async function effect(before: Before, workload: string, running: Running): Promise<string> {
  try {
    return scoreChange(before.report, await fallen(before, workload, running)) ?? '';
  } catch (error) {
    running.signal.throwIfAborted();
    if (before.runs) throw new Problem(`${messageOf(error)}; the operator's log: ${running.log}`);
    return `no lower score within ${FALLS_WITHIN_MS / 1000} s: its new pods do not run, so the old ones stay, and count`;
  }
}

/** Waits until the score is lower, the change is rolled out if anything runs, and the reports rest. */
function fallen(before: Before, workload: string, { cluster, feed, signal }: Running): Promise<RiskReport> {
  const { exact } = before.report.report;
  const ask = async () => {
    const after = feed.reports.get(workload);
    if (after === undefined || Number(after.report.exact) >= Number(exact))
      throw new Error(`still ${after?.report.exact ?? 'no report'}, before it was ${exact}`);
    if (Date.now() - feed.lastChange() < QUIET_MS) throw new Error('reports are still changing');
    if (before.runs && !(await runs(workload, cluster))) throw new Error('its new pods do not run yet');
    return after;
  };
  return waitFor(ask, { what: `the score of ${workload} to fall`, timeoutMs: FALLS_WITHIN_MS, signal });
}
