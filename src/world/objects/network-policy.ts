/** Policies of one namespace, and of the whole cluster. */
import type { Labels, Slim } from './metadata.ts';

export interface LabelSelector {
  readonly matchLabels: Labels;
  readonly matchExpressions: readonly {
    readonly key: string;
    readonly operator: string;
    readonly values: readonly string[];
  }[];
}

export interface NetworkPolicyPort {
  readonly protocol?: string | undefined;
  readonly port?: number | string | undefined;
  readonly endPort?: number | undefined;
}

export interface NetworkPolicyPeer {
  readonly podSelector?: LabelSelector | undefined;
  readonly namespaceSelector?: LabelSelector | undefined;
  readonly ipBlock?: { readonly cidr: string; readonly except: readonly string[] } | undefined;
}

export interface NetworkPolicyRule {
  /** `from` or `to`; an absent or empty list means every peer. */
  readonly peers: readonly NetworkPolicyPeer[];
  readonly ports: readonly NetworkPolicyPort[];
}

export interface NetworkPolicy extends Slim {
  readonly podSelector: LabelSelector;
  /** As written; undefined lets the specification's defaults apply. */
  readonly policyTypes?: readonly string[] | undefined;
  readonly ingress: readonly NetworkPolicyRule[];
  readonly egress: readonly NetworkPolicyRule[];
  /** `egress` is written, even if empty: decides the default policyTypes. */
  readonly hasEgress: boolean;
}

/** What a rule of a ClusterWidePolicy is for. `Allow` of the older kinds reads as `Accept`. */
export type PolicyAction = 'Accept' | 'Deny' | 'Pass';

/** Pods by their namespace's labels, and by their own: without `podSelector` every pod of those namespaces. */
export interface NamespacedPods {
  readonly namespaceSelector: LabelSelector;
  readonly podSelector?: LabelSelector | undefined;
}

/** At most one of the fields is there; none stands for a kind of peer that is not known here. */
export interface ClusterWidePeer {
  readonly pods?: NamespacedPods | undefined;
  readonly nodes?: LabelSelector | undefined;
  /** CIDRs. */
  readonly networks?: readonly string[] | undefined;
  readonly domainNames?: readonly string[] | undefined;
}

/** A range of one protocol, or a name that any protocol may have; empty for what is not known here. */
export interface ClusterWidePort {
  readonly protocol?: string | undefined;
  readonly start?: number | undefined;
  readonly end?: number | undefined;
  readonly name?: string | undefined;
}

export interface ClusterWideRule {
  readonly name?: string | undefined;
  readonly action: PolicyAction;
  /** `from` or `to`. */
  readonly peers: readonly ClusterWidePeer[];
  /** `ports` or `protocols`; an empty list means every port. */
  readonly ports: readonly ClusterWidePort[];
}

/** A ClusterNetworkPolicy, or one of the kinds before it (AdminNetworkPolicy, BaselineAdminNetworkPolicy), in its terms. */
export interface ClusterWidePolicy extends Slim {
  readonly tier: 'Admin' | 'Baseline';
  /** From 0, which comes first, to 1000. */
  readonly priority: number;
  readonly subject: NamespacedPods;
  readonly ingress: readonly ClusterWideRule[];
  readonly egress: readonly ClusterWideRule[];
}
