/** The service account of a workload, and whether its token is really in the pod. */
import type { PodSpec, ServiceAccount } from './objects.ts';
import type { Workload } from './workloads.ts';

export interface Account {
  readonly namespace: string;
  readonly name: string;
  /** The object; undefined if it is not in the world. */
  readonly object?: ServiceAccount;
  /** Some variant has a token for the API server in it, by whatever way. */
  readonly tokenMounted: boolean;
}

/**
 * @param accounts the service accounts of the workload's namespace
 * @see ServiceAccount admission: the pod's own field wins over the account's; the default of both is true
 */
export function accountOf(workload: Workload, accounts: ReadonlyMap<string, ServiceAccount>): Account {
  const name = accountName(workload);
  const object = accounts.get(name);
  return {
    namespace: workload.ref.namespace,
    name,
    ...(object === undefined ? {} : { object }),
    tokenMounted: workload.variants.some(({ pod }) => hasToken(pod, object)),
  };
}

const accountName = (workload: Workload): string => workload.variants[0]?.pod.serviceAccountName || 'default';

function hasToken(pod: PodSpec, account: ServiceAccount | undefined): boolean {
  const automount = pod.automountServiceAccountToken ?? account?.automountServiceAccountToken ?? true;
  return (
    automount ||
    pod.volumes.some(
      (volume) =>
        volume.projected?.sources.some(({ serviceAccountToken }) => serviceAccountToken !== undefined) ??
        false,
    )
  );
}
