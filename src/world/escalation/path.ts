/** What an intruder takes in the end, and the steps that lead there. */
import type { Ref } from '../objects.ts';

/** The worst first. */
export const consequences = [
  'cluster-admin',
  'node',
  'all-secrets',
  'cloud-role',
  'other-namespace',
  'namespace-secrets',
] as const;
export type Consequence = (typeof consequences)[number];

export interface AttackPath {
  readonly consequence: Consequence;
  readonly steps: readonly Step[];
}

export interface Step {
  /** `ns/kind/name`, `sa:ns/name`, `user:name`, `group:name`, `node`, `internet`, or a consequence at the end. */
  readonly from: string;
  readonly to: string;
  /** All of them hold together. */
  readonly because: readonly Reason[];
}

export interface Reason {
  readonly object: Ref;
  /** RFC 6901 JSON Pointer into the object. */
  readonly path?: string;
  readonly text: string;
  /** What the text names lives in this namespace: others need not know of it. */
  readonly about?: string;
}
