/** A cluster full of RBAC for `hack/bench rbac`: the same seed makes the same objects. */
import { withBootstrap } from '../../src/observe/files/bootstrap.ts';
import { projector } from '../../src/observe/project.ts';
import { createStore, type Store } from '../../src/observe/store.ts';
import type { Slim } from '../../src/world/objects.ts';
import { all, emptyTables, type Resource } from '../../src/world/world.ts';
import { type Random, seeded } from './random.ts';

const RBAC = 'rbac.authorization.k8s.io';
const ACCOUNTS_PER_NAMESPACE = 20;

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}
const rule = (group: string, resources: string, verbs: string): Rule => ({
  apiGroups: [group],
  resources: resources.split(' '),
  verbs: verbs.split(' '),
});

/** What applications ask for, and what some should not. */
const harmless: readonly Rule[] = [
  rule('', 'configmaps', 'get list watch'),
  rule('', 'services endpoints', 'get list watch'),
  rule('', 'pods', 'get list watch'),
  rule('', 'events', 'create patch'),
  rule('coordination.k8s.io', 'leases', 'get create update'),
  rule('apps', 'deployments replicasets', 'get list watch'),
  rule('batch', 'jobs', 'get list watch'),
  rule('shop.example', 'orders orders/status', 'get list watch update patch'),
];
const risky: readonly Rule[] = [
  rule('', 'secrets', 'get list watch'),
  rule('', 'pods', 'create delete'),
  rule('', 'pods/exec', 'create'),
  rule('apps', 'deployments', 'create update patch'),
  rule('', 'serviceaccounts/token', 'create'),
  rule('', 'services', 'create update'),
  rule(RBAC, 'rolebindings', 'create'),
];
const reckless: readonly Rule[] = [
  rule('*', '*', '*'),
  rule('', 'nodes/proxy', 'get'),
  rule(RBAC, 'clusterroles', 'bind escalate update'),
];

function rulesFrom(random: Random, isForCluster: boolean): readonly Rule[] {
  const rules = Array.from({ length: 1 + random.int(3) }, () => random.pick(harmless));
  if (random.chance(isForCluster ? 0.05 : 0.15)) rules.push(random.pick(risky));
  if (isForCluster && random.chance(0.02)) rules.push(random.pick(reckless));
  return rules;
}

/** What the measured changes bind. */
export const POD_CREATOR = {
  apiVersion: `${RBAC}/v1`,
  kind: 'ClusterRole',
  metadata: { name: 'pod-creator' },
  rules: [rule('', 'pods', 'create')],
};

const namespaceOf = (account: number): string => `ns-${Math.floor(account / ACCOUNTS_PER_NAMESPACE)}`;

/** N accounts with a Deployment each, N/5 roles (one in ten a ClusterRole), 2N bindings, N/20 namespaces. */
export async function rbacStore(accounts: number, seed: number): Promise<Store> {
  const random = seeded(seed);
  const store = createStore();
  const projects = projector();
  const fill = async (resource: Resource, raw: readonly unknown[]): Promise<void> => {
    const outcomes = await projects(resource, raw);
    store.replace(
      resource,
      outcomes.flatMap((outcome) => ('object' in outcome ? [outcome.object] : [])),
    );
  };
  const numbers = (count: number) => Array.from({ length: count }, (_, index) => index);
  const namespaces = Math.ceil(accounts / ACCOUNTS_PER_NAMESPACE);
  await fill(
    'namespaces',
    numbers(namespaces).map((index) => namespaceObject(index, random)),
  );
  await fill('serviceaccounts', numbers(accounts).map(accountObject));
  await fill(
    'deployments',
    numbers(accounts).map((index) => deployment(index, random)),
  );
  const roles = numbers(Math.floor(accounts / 5));
  const isClusterRole = (index: number): boolean => index % 10 === 0;
  await fill(
    'roles',
    roles.filter((index) => !isClusterRole(index)).map((index) => role(index, namespaces, random)),
  );
  await fill(
    'clusterroles',
    roles.filter(isClusterRole).map((index) => clusterRole(index, random)),
  );
  const bindings = numbers(2 * accounts).map((index) =>
    binding(index, accounts, roles.length, namespaces, random),
  );
  await fill(
    'rolebindings',
    bindings.filter(({ kind }) => kind === 'RoleBinding'),
  );
  await fill(
    'clusterrolebindings',
    bindings.filter(({ kind }) => kind === 'ClusterRoleBinding'),
  );
  await putBootstrap(store);
  const [creator] = await projects('clusterroles', [POD_CREATOR]);
  if (creator !== undefined && 'object' in creator) store.put('clusterroles', creator.object);
  return store;
}

async function putBootstrap(store: Store): Promise<void> {
  const tables = await withBootstrap(emptyTables);
  for (const resource of ['clusterroles', 'clusterrolebindings', 'roles', 'rolebindings'] as const) {
    for (const object of all<Slim>(tables[resource])) store.put(resource, object);
  }
}

const namespaceObject = (index: number, random: Random) => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: {
    name: `ns-${index}`,
    labels: random.chance(0.6) ? { 'pod-security.kubernetes.io/enforce': 'baseline' } : {},
  },
});

const accountObject = (index: number) => ({
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: { name: `sa-${index}`, namespace: namespaceOf(index) },
});

const deployment = (index: number, random: Random) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: `app-${index}`, namespace: namespaceOf(index) },
  spec: {
    replicas: 1,
    template: {
      spec: {
        serviceAccountName: `sa-${index}`,
        nodeSelector: random.chance(0.1) ? { pool: `pool-${random.int(5)}` } : {},
        containers: [
          {
            name: 'main',
            image: 'registry.example/app:1.0.0',
            ...(random.chance(0.02) ? { securityContext: { privileged: true } } : {}),
          },
        ],
      },
    },
  },
});

const role = (index: number, namespaces: number, random: Random) => ({
  apiVersion: `${RBAC}/v1`,
  kind: 'Role',
  metadata: { name: `role-${index}`, namespace: `ns-${index % namespaces}` },
  rules: rulesFrom(random, false),
});

const clusterRole = (index: number, random: Random) => ({
  apiVersion: `${RBAC}/v1`,
  kind: 'ClusterRole',
  metadata: { name: `role-${index}` },
  rules: rulesFrom(random, true),
});

/** One in twenty counts in the whole cluster, and one in twenty in the namespace of others. */
function binding(index: number, accounts: number, roles: number, namespaces: number, random: Random) {
  const account = index % accounts;
  const isForCluster = random.chance(0.05);
  const home = Math.floor(account / ACCOUNTS_PER_NAMESPACE);
  const place = random.chance(0.05) ? random.int(namespaces) : home;
  // roles of the namespace are `place`, `place + namespaces`, ...; every tenth is a ClusterRole
  const local = place + namespaces * random.int(Math.max(1, Math.floor(roles / namespaces)));
  const isLocal = !isForCluster && local % 10 !== 0 && random.chance(0.7);
  const wide = 10 * random.int(Math.max(1, Math.floor(roles / 10)));
  return {
    apiVersion: `${RBAC}/v1`,
    kind: isForCluster ? 'ClusterRoleBinding' : 'RoleBinding',
    metadata: { name: `binding-${index}`, ...(isForCluster ? {} : { namespace: `ns-${place}` }) },
    roleRef: {
      apiGroup: RBAC,
      kind: isLocal ? 'Role' : 'ClusterRole',
      name: `role-${isLocal ? local : wide}`,
    },
    subjects: [{ kind: 'ServiceAccount', name: `sa-${account}`, namespace: namespaceOf(account) }],
  };
}
