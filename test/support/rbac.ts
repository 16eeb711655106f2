/** RBAC objects as one would write them in YAML, in few words. */

export type Raw = Readonly<Record<string, unknown>>;

export interface Rule {
  readonly verbs?: readonly string[];
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly nonResourceURLs?: readonly string[];
}

export interface SubjectOf {
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
  readonly apiGroup?: string;
}

const GROUP = 'rbac.authorization.k8s.io';
export const RBAC = `${GROUP}/v1`;

/** `name` for a ClusterRole, `namespace/name` for a Role. */
export function role(place: string, ...rules: readonly Rule[]): Raw {
  const [kind, metadata] = placed(place, 'Role');
  return { apiVersion: RBAC, kind, metadata, rules };
}

/** @param place `name` for a ClusterRoleBinding, `namespace/name` for a RoleBinding @param roleRef `Role/name` */
export function binding(place: string, roleRef: string, ...subjects: readonly SubjectOf[]): Raw {
  const [kind, metadata] = placed(place, 'RoleBinding');
  const [roleKind, name] = roleRef.split(/\/(.*)/s);
  return { apiVersion: RBAC, kind, metadata, roleRef: { apiGroup: GROUP, kind: roleKind, name }, subjects };
}

function placed(place: string, kind: string): readonly [string, Raw] {
  const slash = place.indexOf('/');
  return slash < 0
    ? [`Cluster${kind}`, { name: place }]
    : [kind, { namespace: place.slice(0, slash), name: place.slice(slash + 1) }];
}

/** `sa:shop/runner`, `user:alice`, `group:ops` */
export function subject(text: string): SubjectOf {
  const [kind, name = ''] = text.split(/:(.*)/s);
  if (kind === 'sa') {
    const [namespace = '', account = ''] = name.split('/');
    return { kind: 'ServiceAccount', namespace, name: account };
  }
  return { kind: kind === 'user' ? 'User' : 'Group', name, apiGroup: GROUP };
}

export const account = (namespace: string, name: string): Raw => ({
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: { namespace, name },
});

export const namespaceNamed = (name: string): Raw => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name },
});
