/** What a workload is to an intruder who runs code in its pods: an account, and perhaps a node. */
import type { Account } from '../account.ts';
import { nodeTakenBy } from '../node/takeover.ts';
import type { Storage } from '../storage.ts';
import type { Variant } from '../variants.ts';
import type { Workload } from '../workloads.ts';
import { type Edge, step } from './edges.ts';
import { hub } from './hubs.ts';
import type { Reason } from './path.ts';
import { type Pool, poolOf } from './pools.ts';

export interface Actor {
  /** Of the workload. */
  readonly key: string;
  readonly namespace: string;
  /** `ns/kind/name`, as in the steps of a path. */
  readonly name: string;
  /** The key of its account in `Grants`. */
  readonly account: string;
  /** Whether the account's token is in its pods; without one it takes another way to the account. */
  readonly hasToken: boolean;
  readonly toAccount: Edge;
  /** Undefined if nothing in its pods gives the node. */
  readonly toNode?: Edge;
  /** Where its pods may run. */
  readonly pool: Pool;
  /** For whoever has a node of its pool. */
  readonly fromNode: Edge;
}

/** @returns undefined for a workload of which nothing is known */
export function actorOf(workload: Workload, account: Account, storage: Storage): Actor | undefined {
  const [first] = workload.variants;
  if (first === undefined) return undefined;
  const { ref, key } = workload;
  const { namespace } = ref;
  const to = `ServiceAccount/${account.namespace}/${account.name}`;
  const pool = poolOf(first.pod);
  const node = workload.variants.map((variant) => nodeTakenBy(variant, storage)).find((taken) => taken);
  const text = `its pods may run there, with the token of ${account.name}`;
  return {
    key,
    namespace,
    name: `${namespace}/${ref.kind.toLowerCase()}/${ref.name}`,
    account: to,
    hasToken: account.tokenMounted,
    toAccount: step(to, accountReasons(first, account)),
    ...(node === undefined ? {} : { toNode: step(hub.node(pool.key), [node]) }),
    pool,
    fromNode: step(to, [{ object: ref, text, about: namespace }]),
  };
}

/** From the workload to its account: by the token in the pod, or for lack of one by what its pods run as. */
function accountReasons({ ref, pod, at }: Variant, { tokenMounted }: Account): readonly Reason[] {
  const path = pod.serviceAccountName === undefined ? at() : at('serviceAccountName');
  const text = tokenMounted ? 'the token of the account is in its pods' : 'its pods run as the account';
  return [{ object: ref, path, text }];
}
