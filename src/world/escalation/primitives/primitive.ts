/** What a row of the table of escalation primitives says. */

/** Requests of which one must be allowed: each verb on each resource. Alternatives are separated by `|`. */
interface Asked {
  /** `create|update|patch` */
  readonly verbs: string;
  /** `[group/]resource[:subresource]`, the core group written as none: `pods:exec|apps/deployments`. Or `ANYTHING`. */
  readonly on: string;
}

/**
 * Whatever a rule is about: resources, some of their objects, or paths; and in whatever namespace, not only where the
 * other needs are met. Verbs are then beginnings: `impersonate-on:user-info:` stands for all that start so.
 */
export const ANYTHING = 'anything';

export interface Need extends Asked {
  /** Other requests that do as well. */
  readonly or?: readonly Asked[];
  /**
   * On which objects. Absent: all of them, so a rule that lists names does not count. `any`: one is as good as all
   * (a webhook configuration itself says what it catches). `=a|b`: on one that has this name.
   */
  readonly named?: 'any' | `=${string}`;
  /** Only a rule that lists the name counts; a right to all objects of the kind says nothing of this one. */
  readonly explicit?: boolean;
  /**
   * A rule that lists names gives these alone: accounts, users, groups, accounts by their token Secrets, or what is in
   * these roles, which are then listed as `clusterroles/name` or `roles/name`.
   */
  readonly listed?: 'accounts' | 'users' | 'groups' | 'tokens' | 'roles';
}

/** What is gained, before it is known where. */
export type Gain =
  /** Everything; in one namespace all of it, and its Pod Security level can be lifted. */
  | 'everything'
  /** A node, and what runs there. */
  | 'node'
  /** Pods of one's own making: any account and secret of the namespace, and the node unless its level forbids. */
  | 'pods'
  /** Any account of the place. */
  | 'accounts'
  /** Code in running pods of the place, with their accounts and their hold on the node. */
  | 'code'
  /** The Secrets of the place. */
  | 'secrets'
  /** Secrets that pass by, wherever. */
  | 'all-secrets'
  /** Other workloads, by detours. */
  | 'others'
  /** One of the rights that a takeover needs together. */
  | 'part'
  | 'traffic'
  | 'tampering'
  | 'evasion'
  | 'denial'
  | 'reconnaissance';

export interface Primitive {
  /** Names the check of this mechanism, `api/<slug>`; unique. */
  readonly slug: string;
  /** All of them, at one place; from whatever bindings. */
  readonly needs: readonly Need[];
  /** Other lists of needs that do as well. */
  readonly or?: readonly (readonly Need[])[];
  readonly gives: Gain;
  /** What it is about lives in this namespace only; '' for what must hold across the cluster. */
  readonly only?: string;
  /** Completes `account shop/ci may ...`. */
  readonly words: string;
  readonly reference: string;
  /** Control of the CIS Kubernetes Benchmark. */
  readonly cis?: string;
}
