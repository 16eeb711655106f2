/** What a cluster is divided into, and who admits objects to it. */
import type { Slim } from './metadata.ts';

export interface Namespace extends Slim {}

/** Puts a ValidatingAdmissionPolicy in force; what the policy says is CEL, which nothing here reads. */
export interface AdmissionPolicyBinding extends Slim {}

export interface Node extends Slim {
  readonly unschedulable: boolean;
  readonly taints: readonly {
    readonly key: string;
    readonly value?: string | undefined;
    readonly effect: string;
  }[];
  readonly addresses: readonly { readonly type: string; readonly address: string }[];
  readonly podCIDRs: readonly string[];
}
