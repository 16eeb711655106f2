import type { Connection } from '../../src/observe/connection.ts';
import { Problem } from '../cluster/problem.ts';
import { waitFor } from '../cluster/wait.ts';

const resources = {
  Deployment: 'deployments',
  StatefulSet: 'statefulsets',
  DaemonSet: 'daemonsets',
} as const;

interface Controller {
  readonly metadata: { readonly namespace: string; readonly name: string; readonly generation: number };
  readonly spec: { readonly replicas?: number };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly replicas?: number;
    readonly updatedReplicas?: number;
    readonly readyReplicas?: number;
    readonly desiredNumberScheduled?: number;
    readonly currentNumberScheduled?: number;
    readonly updatedNumberScheduled?: number;
    readonly numberReady?: number;
  };
}

/** All pods are of the current template, run, and are ready; no old one is left. */
function isRolledOut({ metadata, spec, status = {} }: Controller): boolean {
  if ((status.observedGeneration ?? 0) < metadata.generation) return false;
  const isDaemonSet = status.desiredNumberScheduled !== undefined;
  const wanted = isDaemonSet ? status.desiredNumberScheduled : spec.replicas;
  const counts = isDaemonSet
    ? [status.currentNumberScheduled, status.updatedNumberScheduled, status.numberReady]
    : [status.replicas, status.updatedReplicas, status.readyReplicas];
  return counts.every((count = 0) => count === wanted);
}

/** Which of the workloads (`shop/Deployment/web`) do not run as they should; CronJobs have nothing to run yet. */
export async function notRolledOut(
  connection: Connection,
  workloads: ReadonlySet<string>,
): Promise<readonly string[]> {
  const lists = Object.entries(resources).map(async ([kind, resource]) => {
    const list = await connection.json({ path: `/apis/apps/v1/${resource}` });
    return (list as { readonly items: readonly Controller[] }).items
      .filter((item) => !isRolledOut(item))
      .map(({ metadata }) => `${metadata.namespace}/${kind}/${metadata.name}`);
  });
  return (await Promise.all(lists)).flat().filter((name) => workloads.has(name));
}

export interface RolloutWait {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** Waits until all run, or for so long. @returns those that do not */
export async function waitForRollout(
  connection: Connection,
  workloads: ReadonlySet<string>,
  { timeoutMs, signal }: RolloutWait,
): Promise<readonly string[]> {
  let left: readonly string[] = [...workloads];
  const ask = async () => {
    left = await notRolledOut(connection, workloads);
    return left.length === 0 ? true : undefined;
  };
  try {
    await waitFor(ask, { what: 'the pods to run', timeoutMs, everyMs: 150, signal });
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof Problem)) throw error;
  }
  return left;
}
