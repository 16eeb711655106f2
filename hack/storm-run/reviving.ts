/** Bystanders of the storm that end are started again, as a kubelet does with the static pods of a control plane. */
import type { ComponentName } from '../cluster/components.ts';
import type { Log } from '../cluster/progress.ts';
import type { OnFailure } from '../cluster/supervisor.ts';

/** A scheduler ends itself when it no longer trusts its cache: a binding was done whose answer it never got, say. */
const bystanders: readonly ComponentName[] = ['kube-scheduler', 'kube-controller-manager'];
/** More than that is no accident. */
const AT_MOST = 5;

/** @param fail what else ends, or what does not start again, ends the storm */
export function reviving(
  restart: (name: ComponentName) => Promise<void>,
  fail: (problem: unknown) => void,
  log: Log,
): OnFailure {
  let left = AT_MOST;
  return (problem, name) => {
    if (!bystanders.includes(name) || left === 0) return fail(problem);
    left -= 1;
    log(`${name} has ended by itself: it is started again`);
    restart(name).catch(fail);
  };
}
