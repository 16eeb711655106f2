/** Random worlds: workloads, and everything that surrounds them, as the documents of a file. */
import fc from 'fast-check';
import type { Exploitation } from '../../src/world/world.ts';
import type { Raw } from './random-pods.ts';
import { accounts, maybe, pick, some } from './random-specs.ts';
import { namespace, namespaces, randomWorkload } from './random-workloads.ts';

/** Goes with every random world. */
export const exploitation: Exploitation = new Map([
  ['CVE-2024-10002', { knownExploited: true, epss: 0.9 }],
  ['CVE-2024-10003', { epss: 0.6 }],
  ['CVE-2024-10004', { epss: 0.2 }],
]);

const RBAC = 'rbac.authorization.k8s.io';

const randomNamespace = fc
  .record({
    name: pick(...namespaces),
    labels: fc.record(
      {
        team: pick('payments', 'unknown'),
        environment: pick('production'),
        'pod-security.kubernetes.io/enforce': pick('privileged', 'baseline', 'restricted'),
      },
      { requiredKeys: [] },
    ),
  })
  .map(({ name, labels }) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } }));

const randomAccount = fc
  .record({
    namespace,
    name: pick(...accounts),
    automount: maybe(fc.boolean()),
    annotations: pick<Raw>({}, { 'eks.amazonaws.com/role-arn': 'arn:aws:iam::111122223333:role/web' }),
    secrets: some<Raw>([{ name: 'key' }], 1),
  })
  .map(({ namespace: home, name, automount, annotations, secrets }) => ({
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name, namespace: home, annotations },
    automountServiceAccountToken: automount,
    secrets,
  }));

const rules: readonly Raw[] = [
  { apiGroups: [''], resources: ['pods'], verbs: ['get', 'list'] },
  { apiGroups: [''], resources: ['secrets'], verbs: ['get', 'list'] },
  { apiGroups: [''], resources: ['secrets'], verbs: ['get'], resourceNames: ['key'] },
  { apiGroups: [''], resources: ['pods', 'pods/exec'], verbs: ['create'] },
  { apiGroups: ['apps'], resources: ['deployments'], verbs: ['*'] },
  { apiGroups: ['*'], resources: ['*'], verbs: ['list'] },
  { apiGroups: ['*'], resources: ['*'], verbs: ['*'] },
  { apiGroups: [RBAC], resources: ['clusterroles'], verbs: ['bind', 'escalate', 'update'] },
  { apiGroups: [''], resources: ['namespaces'], verbs: ['update', 'delete'] },
  { apiGroups: [''], resources: ['services', 'events'], verbs: ['create', 'delete'] },
  { apiGroups: [''], resources: ['nodes/proxy'], verbs: ['get'] },
  { apiGroups: ['apps'], resources: ['controllerrevisions'], verbs: ['update'] },
];
const roleNames = ['reader', 'writer'];

const randomRole = fc
  .record({ kind: pick('Role', 'ClusterRole'), namespace, name: pick(...roleNames), rules: some(rules, 3) })
  .map(({ kind, namespace: home, name, rules: given }) => ({
    apiVersion: `${RBAC}/v1`,
    kind,
    metadata: { name, ...(kind === 'Role' ? { namespace: home } : {}) },
    rules: given,
  }));

const subject = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: pick('ServiceAccount'), name: pick(...accounts), namespace }) },
  fc.record({
    kind: pick('Group'),
    apiGroup: pick(RBAC),
    name: pick('system:serviceaccounts', 'system:serviceaccounts:shop', 'system:authenticated'),
  }),
);
const randomBinding = fc
  .record({
    kind: pick('RoleBinding', 'ClusterRoleBinding'),
    namespace,
    name: pick('first', 'second'),
    roleKind: pick('Role', 'ClusterRole'),
    roleName: pick(...roleNames, ...roleNames, 'view', 'edit', 'cluster-admin'),
    subjects: fc.array(subject, { minLength: 1, maxLength: 2 }),
  })
  .map(({ kind, namespace: home, name, roleKind, roleName, subjects }) => ({
    apiVersion: `${RBAC}/v1`,
    kind,
    metadata: { name, ...(kind === 'RoleBinding' ? { namespace: home } : {}) },
    roleRef: { apiGroup: RBAC, kind: kind === 'RoleBinding' ? roleKind : 'ClusterRole', name: roleName },
    subjects,
  }));

const podSelector = pick<Raw>({}, { matchLabels: { app: 'web' } }, { matchLabels: { app: 'db' } });
const peer = fc.oneof(
  fc.record({ podSelector }),
  fc.record({ namespaceSelector: pick<Raw>({}, { matchLabels: { team: 'payments' } }) }),
  fc.record({ ipBlock: pick<Raw>({ cidr: '0.0.0.0/0' }, { cidr: '10.0.0.0/8', except: ['10.1.0.0/16'] }) }),
);
const policyPort = pick<Raw>(
  { port: 8080 },
  { port: 'http' },
  { port: 53, protocol: 'UDP' },
  { port: 1, endPort: 9000 },
);
const rulesOf = (side: 'from' | 'to') =>
  fc.array(
    fc
      .tuple(fc.array(peer, { maxLength: 2 }), fc.uniqueArray(policyPort, { maxLength: 2 }))
      .map(([peers, ports]) => ({ [side]: peers, ports })),
    { maxLength: 2 },
  );
const randomPolicy = fc
  .record({
    namespace,
    name: pick('first', 'second'),
    spec: fc.record(
      {
        podSelector,
        policyTypes: pick(['Ingress'], ['Egress'], ['Ingress', 'Egress']),
        ingress: rulesOf('from'),
        egress: rulesOf('to'),
      },
      { requiredKeys: ['podSelector'] },
    ),
  })
  .map(({ namespace: home, name, spec }) => ({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name, namespace: home },
    spec,
  }));

const randomService = fc
  .record({
    namespace,
    name: pick('web', 'db'),
    type: pick('ClusterIP', 'NodePort', 'LoadBalancer'),
    selector: pick<Raw>({ app: 'web' }, { app: 'db' }, { tier: 'shop' }, {}),
    targetPort: pick<number | string | undefined>(8080, 'http', 6379, undefined),
    externalIPs: some(['192.0.2.1'], 1),
    annotations: pick<Raw>({}, { 'service.beta.kubernetes.io/aws-load-balancer-internal': 'true' }),
    ranges: some(['198.51.100.0/24', '0.0.0.0/0'], 2),
    ingress: some<Raw>([{ ip: '192.0.2.7' }, { ip: '10.0.0.7' }], 1),
  })
  .map(
    ({ namespace: home, name, type, selector, targetPort, externalIPs, annotations, ranges, ingress }) => ({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name, namespace: home, annotations },
      spec: {
        type,
        selector,
        externalIPs,
        ports: [{ name: 'http', port: 80, targetPort, nodePort: type === 'ClusterIP' ? undefined : 30080 }],
        ...(type === 'LoadBalancer' ? { loadBalancerSourceRanges: ranges } : {}),
      },
      status: { loadBalancer: type === 'LoadBalancer' ? { ingress } : {} },
    }),
  );

const randomIngress = fc
  .record({
    namespace,
    name: pick('web'),
    host: maybe(pick('shop.example')),
    service: pick('web', 'db'),
    tls: fc.boolean(),
  })
  .map(({ namespace: home, name, host, service, tls }) => ({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name, namespace: home },
    spec: {
      rules: [
        {
          host,
          http: { paths: [{ path: '/', backend: { service: { name: service, port: { name: 'http' } } } }] },
        },
      ],
      tls: tls ? [{ hosts: ['shop.example'], secretName: 'tls' }] : [],
    },
  }));

const GATEWAY = 'gateway.networking.k8s.io/v1';
const randomGateway = fc
  .record({
    namespace,
    className: pick('istio', 'odd'),
    protocol: pick('HTTP', 'HTTPS'),
    from: pick('All', 'Same', 'Selector'),
    addresses: some<Raw>([{ value: '192.0.2.8' }, { value: '10.0.0.8' }], 1),
  })
  .map(({ namespace: home, className, protocol, from, addresses }) => ({
    apiVersion: GATEWAY,
    kind: 'Gateway',
    metadata: { name: 'public', namespace: home },
    spec: {
      gatewayClassName: className,
      listeners: [
        {
          name: 'web',
          port: 443,
          protocol,
          allowedRoutes: { namespaces: { from, selector: { matchLabels: { team: 'payments' } } } },
        },
      ],
    },
    status: { addresses },
  }));
const randomRoute = fc
  .record({ namespace, parent: namespace, backend: namespace, service: pick('web', 'db') })
  .map(({ namespace: home, parent, backend, service }) => ({
    apiVersion: GATEWAY,
    kind: 'HTTPRoute',
    metadata: { name: 'web', namespace: home },
    spec: {
      parentRefs: [{ name: 'public', namespace: parent }],
      rules: [{ backendRefs: [{ name: service, namespace: backend, port: 80 }] }],
    },
  }));
const randomGrant = fc.record({ namespace, from: namespace }).map(({ namespace: home, from }) => ({
  apiVersion: GATEWAY,
  kind: 'ReferenceGrant',
  metadata: { name: 'routes', namespace: home },
  spec: {
    from: [{ group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', namespace: from }],
    to: [{ group: '', kind: 'Service' }],
  },
}));
/** A controller, by its image and its labels; in any namespace. */
const randomController = namespace.map((home) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'controller', namespace: home },
  spec: {
    selector: { matchLabels: { app: 'controller' } },
    template: {
      metadata: { labels: { app: 'controller' } },
      spec: { containers: [{ name: 'main', image: 'registry.k8s.io/ingress-nginx/controller:v1' }] },
    },
  },
}));

const randomConfigMap = fc
  .record({
    namespace,
    data: fc.record({ mode: pick('fast', 'slow'), password: pick('Vq7-tRm2xKp9', '') }, { requiredKeys: [] }),
  })
  .map(({ namespace: home, data }) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'settings', namespace: home },
    data,
  }));

const randomClaim = namespace.map((home) => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name: 'data', namespace: home },
  spec: { volumeName: 'disk' },
}));
const randomDisk = pick('/srv/disk', '/etc', '/var/lib/kubelet').map((path) => ({
  apiVersion: 'v1',
  kind: 'PersistentVolume',
  metadata: { name: 'disk' },
  spec: { hostPath: { path } },
}));

const several = <T>(arbitrary: fc.Arbitrary<T>, maxLength = 2): fc.Arbitrary<T[]> =>
  fc.array(arbitrary, { maxLength });

/** What identifies an object: a world holds at most one of each. */
export function nameOf({ kind, metadata }: Raw): string {
  const { namespace: home = '', name } = metadata as { namespace?: string; name: string };
  return `${String(kind)} ${home}/${name}`;
}

/** Objects in any order, at most one of each name. Nothing in them is `undefined`. */
export const randomWorld: fc.Arbitrary<readonly Raw[]> = fc
  .tuple(
    fc.array(randomWorkload, { minLength: 1, maxLength: 3 }),
    several(randomNamespace),
    several(randomAccount),
    several(randomRole, 3),
    several(randomBinding, 3),
    several(randomPolicy),
    several(randomService),
    several(randomIngress),
    several(randomGateway, 1),
    several(randomRoute, 1),
    several(randomGrant, 1),
    several(randomController, 1),
    several(randomConfigMap),
    several(randomClaim),
    several(randomDisk, 1),
  )
  .map(([workloads, ...around]) => {
    const objects: readonly Raw[] = [...workloads.flat(), ...around.flat()];
    const distinct = [...new Map(objects.map((object) => [nameOf(object), object])).values()];
    return JSON.parse(JSON.stringify(distinct)) as readonly Raw[];
  });
