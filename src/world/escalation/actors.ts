/** What a workload is to an intruder who runs code in its pods: an account, and perhaps a node. */
import type { Account } from '../surroundings/account.ts';
import { nodeTakenBy } from '../node/takeover.ts';
import type { Ref } from '../objects.ts';
import type { Storage } from '../surroundings/storage.ts';
import type { Workload } from '../workload/workloads.ts';
import { type Edge, step } from './edges.ts';
import { hub } from './hubs.ts';
import { type Pool, poolOf } from './pools.ts';

export interface Actor {
  /** Of the workload. */
  readonly key: string;
  readonly ref: Ref;
  readonly namespace: string;
  /** The key of its account in `Grants`. */
  readonly account: string;
  /** Whether the account's token is in its pods; without one it takes another way to the account. */
  readonly hasToken: boolean;
  /** Where its pods say what they run as. */
  readonly shown: Ref;
  readonly place: string;
  /** Undefined if nothing in its pods gives the node. */
  readonly toNode?: Edge;
  /** Where its pods may run. */
  readonly pool: Pool;
  // its edges are made where they are asked for: most actors lead nowhere
}

/** @returns undefined for a workload of which nothing is known */
export function actorOf(workload: Workload, account: Account, storage: Storage): Actor | undefined {
  const [first] = workload.variants;
  if (first === undefined) return undefined;
  const { ref, key } = workload;
  const pool = poolOf(first.pod);
  const node = workload.variants.map((variant) => nodeTakenBy(variant, storage)).find((taken) => taken);
  return {
    key,
    ref,
    namespace: ref.namespace,
    account: `ServiceAccount/${account.namespace}/${account.name}`,
    hasToken: account.tokenMounted,
    shown: first.ref,
    place: first.pod.serviceAccountName === undefined ? first.at() : first.at('serviceAccountName'),
    ...(node === undefined ? {} : { toNode: step(hub.node(pool.key), [node]) }),
    pool,
  };
}

/** `ns/kind/name`, as in the steps of a path. */
export const nameOf = ({ ref: { namespace, kind, name } }: Actor): string =>
  `${namespace}/${kind.toLowerCase()}/${name}`;

/** From the workload to its account: by the token in the pod, or for lack of one by what its pods run as. */
export const toAccount = remembered(({ account, hasToken, shown, place }) => {
  const text = hasToken ? 'the token of the account is in its pods' : 'its pods run as the account';
  return step(account, [{ object: shown, path: place, text }]);
});

/** To its account, for whoever has a node of its pool. */
export const fromNode = remembered(({ account, ref, namespace }) => {
  const text = `its pods may run there, with the token of ${account.slice(account.lastIndexOf('/') + 1)}`;
  return step(account, [{ object: ref, text, about: namespace }]);
});

/** What follows from an actor, made when it is first asked for. */
export function remembered<T extends object>(make: (actor: Actor) => T): (actor: Actor) => T {
  const known = new WeakMap<Actor, T>();
  return (actor) => {
    let made = known.get(actor);
    if (made === undefined) known.set(actor, (made = make(actor)));
    return made;
  };
}
