/** Small worlds in which accounts can become each other: enough namespaces, rights and tokens for long ways. */
import fc from 'fast-check';
import { maybe, pick, some } from './random-specs.ts';

export interface RawObject {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}
export type Objects = readonly RawObject[];

const RBAC = 'rbac.authorization.k8s.io';
const namespaces = ['a', 'b', 'kube-system'] as const;
const accounts = ['x', 'y', 'z'] as const;
const namespace = pick(...namespaces, 'a', 'b');

const rule = (group: string, resource: string, verb: string, resourceNames: readonly string[] = []) => ({
  apiGroups: [group],
  resources: [resource],
  verbs: [verb],
  resourceNames,
});

const rules = [
  rule('', 'pods', 'create'),
  rule('apps', 'deployments', 'patch'),
  rule('', 'pods/exec', 'create'),
  rule('', 'serviceaccounts/token', 'create'),
  rule('', 'serviceaccounts/token', 'create', ['x']),
  rule('', 'serviceaccounts', 'impersonate', ['y', 'z']),
  rule('', 'secrets', 'list'),
  rule('', 'secrets', 'get', ['token-x']),
  rule('', 'secrets', 'create'),
  rule(RBAC, 'roles', 'escalate'),
  rule(RBAC, 'roles', 'update'),
  rule(RBAC, 'clusterroles', 'bind'),
  rule(RBAC, 'rolebindings', 'create'),
  rule(RBAC, 'clusterrolebindings', 'create'),
  rule(RBAC, 'clusterroles', 'bind', ['p', 'q']),
  rule(RBAC, 'roles', 'bind', ['p', 'r']),
  rule('', 'namespaces', 'patch'),
  rule('', 'nodes/proxy', 'get'),
  rule('', 'services', 'update'),
  rule('*', '*', '*'),
];

const randomNamespace = fc
  .record({ name: namespace, level: maybe(pick('privileged', 'baseline', 'restricted')) })
  .map(({ name, level }) => ({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: {
      name,
      labels: level === undefined ? {} : { 'pod-security.kubernetes.io/enforce': level },
    },
  }));

const randomAccount = fc
  .record({
    home: namespace,
    name: pick(...accounts),
    token: fc.boolean(),
    cloud: fc.integer({ min: 0, max: 5 }),
  })
  .map(({ home, name, token, cloud }) => ({
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: {
      name,
      namespace: home,
      annotations: cloud === 0 ? { 'eks.amazonaws.com/role-arn': 'arn:aws:iam::111122223333:role/x' } : {},
    },
    secrets: token ? [{ name: `token-${name}` }] : [],
  }));

const randomRole = fc
  .record({
    kind: pick('Role', 'Role', 'ClusterRole'),
    home: namespace,
    name: pick('p', 'q', 'r'),
    held: some(rules, 2),
  })
  .map(({ kind, home, name, held }) => ({
    apiVersion: `${RBAC}/v1`,
    kind,
    metadata: { name, ...(kind === 'Role' ? { namespace: home } : {}) },
    rules: held,
  }));

const subject = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: pick('ServiceAccount'), name: pick(...accounts), namespace }) },
  fc.record({
    kind: pick('Group'),
    apiGroup: pick(RBAC),
    name: pick('system:serviceaccounts:a', 'system:serviceaccounts'),
  }),
);

const randomBinding = fc
  .record({
    isWide: fc.integer({ min: 0, max: 4 }).map((one) => one === 0),
    home: namespace,
    name: pick('m', 'n'),
    roleKind: pick('Role', 'Role', 'ClusterRole'),
    role: pick('p', 'q', 'r'),
    subjects: fc.array(subject, { minLength: 1, maxLength: 2 }),
  })
  .map(({ isWide, home, name, roleKind, role, subjects }) => ({
    apiVersion: `${RBAC}/v1`,
    kind: isWide ? 'ClusterRoleBinding' : 'RoleBinding',
    metadata: { name, ...(isWide ? {} : { namespace: home }) },
    roleRef: { apiGroup: RBAC, kind: isWide ? 'ClusterRole' : roleKind, name: role },
    subjects,
  }));

const randomPod = fc
  .record({
    home: namespace,
    name: pick('one', 'two'),
    account: pick(...accounts),
    hasToken: fc.integer({ min: 0, max: 3 }).map((one) => one > 0),
    isPrivileged: fc.integer({ min: 0, max: 4 }).map((one) => one === 0),
  })
  .map(({ home, name, account, hasToken, isPrivileged }) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: home },
    spec: {
      serviceAccountName: account,
      automountServiceAccountToken: hasToken,
      containers: [{ name: 'main', image: 'main:1', securityContext: { privileged: isPrivileged } }],
    },
  }));

const several = <T>(arbitrary: fc.Arbitrary<T>, maxLength: number): fc.Arbitrary<T[]> =>
  fc.array(arbitrary, { maxLength });

/** At most one object of each name. */
export const randomRbac: fc.Arbitrary<Objects> = fc
  .tuple(
    fc.array(randomPod, { minLength: 1, maxLength: 4 }),
    several(randomNamespace, 3),
    several(randomAccount, 4),
    several(randomRole, 6),
    several(randomBinding, 8),
  )
  .map((groups): Objects => {
    const objects: readonly RawObject[] = groups.flat();
    const named = new Map(
      objects.map((object) => [
        `${object.kind} ${object.metadata.namespace ?? ''}/${object.metadata.name}`,
        object,
      ]),
    );
    return [...named.values()];
  });
