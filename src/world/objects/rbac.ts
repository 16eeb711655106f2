/** Service accounts, roles and bindings. */
import type { Slim } from './metadata.ts';
import type { LabelSelector } from './network-policy.ts';

export interface ServiceAccount extends Slim {
  readonly automountServiceAccountToken?: boolean | undefined;
  readonly secrets: readonly string[];
  readonly imagePullSecrets: readonly string[];
}

export interface PolicyRule {
  readonly verbs: readonly string[];
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames: readonly string[];
  readonly nonResourceURLs: readonly string[];
}

/** Role or ClusterRole. */
export interface Role extends Slim {
  readonly rules: readonly PolicyRule[];
  /** Present on aggregated ClusterRoles. */
  readonly aggregationRule?: { readonly clusterRoleSelectors: readonly LabelSelector[] } | undefined;
}

export interface Subject {
  readonly kind: string;
  readonly apiGroup?: string | undefined;
  readonly name: string;
  readonly namespace?: string | undefined;
}

/** RoleBinding or ClusterRoleBinding. */
export interface Binding extends Slim {
  readonly roleRef: { readonly kind: string; readonly name: string };
  readonly subjects: readonly Subject[];
}
