/** The objects of the network benchmark: pure, and the same for the same numbers and seed. */
import type { Resource } from '../../../src/world/world.ts';
import { type Random, seeded } from '../random.ts';

export interface NetworkLoad {
  readonly workloads: number;
  readonly podsOfEach: number;
  readonly policies: number;
  readonly services: number;
  readonly namespaces: number;
  readonly seed: number;
}

/** As many of each for a number of workloads as 10,000 have: 2,000 policies, 5,000 Services, 200 namespaces. */
export const loadOf = (workloads: number, seed: number): NetworkLoad => ({
  workloads,
  podsOfEach: 5,
  policies: Math.round(workloads / 5),
  services: Math.round(workloads / 2),
  namespaces: Math.max(1, Math.round(workloads / 50)),
  seed,
});

export type Raw = Readonly<Record<string, unknown>>;

const API = 'gateway.networking.k8s.io';
const teams = ['checkout', 'catalog', 'identity', 'payments', 'search', 'platform'];
const tiers = ['front', 'back', 'data'];

/** Every object is made from the seed and its own number: nothing is shared, and none needs another to be kept. */
const sourceOf = (load: NetworkLoad, what: number, index: number): Random =>
  seeded(load.seed * 1_000_003 + what * 100_000_007 + index);

const namespaceOf = (load: NetworkLoad, index: number): string => `ns-${index % load.namespaces}`;

/** The objects of each resource, one after the other. */
export function generate(load: NetworkLoad): ReadonlyMap<Resource, Iterable<Raw>> {
  const some = (count: number, make: (index: number, namespace: string) => Raw): Iterable<Raw> =>
    range(count).map((index) => make(index, namespaceOf(load, index)));
  const { workloads, podsOfEach } = load;
  return new Map<Resource, Iterable<Raw>>([
    ['namespaces', range(load.namespaces).map(namespaceObject)],
    ['deployments', some(workloads, (index, namespace) => deployment(load, index, namespace))],
    ['replicasets', some(workloads, (index, namespace) => replicaSet(load, index, namespace))],
    ['pods', range(workloads * podsOfEach).map((number) => pod(load, number))],
    ['services', some(load.services, (index, namespace) => service(load, index, namespace))],
    ['networkpolicies', range(load.policies).map((index) => policyAt(load, index))],
    ['ingressclasses', [ingressClass()]],
    ['ingresses', some(Math.round(load.services / 10), ingress)],
    ['gateways', [gateway()]],
    ['httproutes', some(Math.round(load.services / 20), route)],
    ['nodes', range(Math.ceil((workloads * podsOfEach) / 100)).map(node)],
    ['daemonsets', [plugin()]],
    ['statefulsets', [controller()]],
  ]);
}

function* range(count: number): Generator<number> {
  for (let index = 0; index < count; index += 1) yield index;
}

const object = (apiVersion: string, kind: string, namespace: string, name: string, rest: Raw): Raw => ({
  apiVersion,
  kind,
  metadata: { name, ...(namespace === '' ? {} : { namespace }), uid: `${kind}-${namespace}-${name}` },
  ...rest,
});

const namespaceObject = (index: number): Raw => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name: `ns-${index}`, labels: { team: teams[index % teams.length] } },
});

const labelsOf = (index: number) => ({
  app: `app-${index}`,
  tier: tiers[index % tiers.length] ?? '',
  'app.kubernetes.io/part-of': `system-${index % 97}`,
});

function containersOf(load: NetworkLoad, index: number) {
  const random = sourceOf(load, 1, index);
  const ports = [
    { name: 'http', containerPort: 8080 },
    ...(random.chance(0.3) ? [{ name: 'metrics', containerPort: 9090 }] : []),
    ...(random.chance(0.1) ? [{ name: 'db', containerPort: 5432 }] : []),
  ];
  return [{ name: 'main', image: `registry.example/app-${index}:1`, ports }];
}

const specOf = (load: NetworkLoad, index: number): Raw => ({
  replicas: load.podsOfEach,
  template: { metadata: { labels: labelsOf(index) }, spec: { containers: containersOf(load, index) } },
});

const deployment = (load: NetworkLoad, index: number, namespace: string): Raw =>
  object('apps/v1', 'Deployment', namespace, `app-${index}`, { spec: specOf(load, index) });

const ownedBy = (apiVersion: string, kind: string, name: string) => [
  { apiVersion, kind, name, uid: `${kind}-${name}`, controller: true },
];

function replicaSet(load: NetworkLoad, index: number, namespace: string): Raw {
  const made = object('apps/v1', 'ReplicaSet', namespace, `app-${index}-1`, { spec: specOf(load, index) });
  const ownerReferences = ownedBy('apps/v1', 'Deployment', `app-${index}`);
  return { ...made, metadata: { ...(made['metadata'] as object), ownerReferences } };
}

function pod(load: NetworkLoad, number: number): Raw {
  const index = Math.floor(number / load.podsOfEach);
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: `app-${index}-1-${number % load.podsOfEach}`,
      namespace: namespaceOf(load, index),
      uid: `pod-${number}`,
      labels: { ...labelsOf(index), 'pod-template-hash': '1' },
      ownerReferences: ownedBy('apps/v1', 'ReplicaSet', `app-${index}-1`),
    },
    spec: { containers: containersOf(load, index), nodeName: `node-${number % 500}` },
    status: {
      phase: 'Running',
      podIPs: [{ ip: `10.${number >> 16}.${(number >> 8) & 255}.${number & 255}` }],
    },
  };
}

/** Three in a hundred are LoadBalancers, five NodePorts. */
function service(load: NetworkLoad, index: number, namespace: string): Raw {
  const kind = sourceOf(load, 2, index).int(100);
  const type = kind < 3 ? 'LoadBalancer' : kind < 8 ? 'NodePort' : 'ClusterIP';
  return object('v1', 'Service', namespace, `svc-${index}`, {
    spec: {
      type,
      selector: { app: `app-${index}` },
      ports: [
        { name: 'web', port: 80, targetPort: 'http', ...(type === 'ClusterIP' ? {} : { nodePort: 30080 }) },
      ],
    },
    status: { loadBalancer: type === 'LoadBalancer' ? { ingress: [{ ip: '198.51.100.7' }] } : {} },
  });
}

/** The first of each namespace is a default deny; the others are of the kinds that people write. */
export function policyAt(load: NetworkLoad, index: number): Raw {
  const random = sourceOf(load, 3, index);
  const peer = () =>
    random.pick<Raw>([
      { podSelector: { matchLabels: { tier: random.pick(tiers) } } },
      { namespaceSelector: { matchLabels: { team: random.pick(teams) } } },
      {
        namespaceSelector: {
          matchLabels: { 'kubernetes.io/metadata.name': `ns-${random.int(load.namespaces)}` },
        },
        podSelector: {},
      },
      { ipBlock: { cidr: `10.${random.int(256)}.0.0/16` } },
      { ipBlock: { cidr: '10.0.0.0/8', except: [`10.${random.int(256)}.1.0/24`] } },
    ]);
  const ports = () =>
    random.pick<readonly Raw[]>([[{ port: 'http' }], [{ port: 8080 }], [{ port: 1024, endPort: 9999 }], []]);
  const isDefault = index < load.namespaces;
  const podSelector = isDefault
    ? {}
    : random.pick<Raw>([
        { matchLabels: { app: `app-${index}` } },
        { matchLabels: { tier: random.pick(tiers) } },
        { matchExpressions: [{ key: 'tier', operator: 'In', values: tiers.slice(0, 1 + random.int(2)) }] },
      ]);
  return object('networking.k8s.io/v1', 'NetworkPolicy', namespaceOf(load, index), `policy-${index}`, {
    spec: {
      podSelector,
      policyTypes: random.chance(0.3) ? ['Ingress', 'Egress'] : ['Ingress'],
      ...(isDefault ? {} : { ingress: [{ from: [peer(), peer()], ports: ports() }, { from: [peer()] }] }),
      ...(random.chance(0.3) ? { egress: [{ to: [peer()], ports: ports() }] } : {}),
    },
  });
}

const backend = (index: number) => ({ service: { name: `svc-${index}`, port: { number: 80 } } });

const ingress = (index: number, namespace: string): Raw =>
  object('networking.k8s.io/v1', 'Ingress', namespace, `ingress-${index}`, {
    spec: {
      ingressClassName: 'nginx',
      rules: [{ host: `shop-${index}.example`, http: { paths: [{ path: '/', backend: backend(index) }] } }],
    },
  });

const ingressClass = (): Raw =>
  object('networking.k8s.io/v1', 'IngressClass', '', 'nginx', {
    spec: { controller: 'k8s.io/ingress-nginx' },
  });

const controller = (): Raw =>
  object('apps/v1', 'StatefulSet', 'ns-0', 'ingress-nginx-controller', {
    spec: {
      template: {
        metadata: { labels: { 'app.kubernetes.io/name': 'ingress-nginx' } },
        spec: { containers: [{ name: 'controller', image: 'registry.k8s.io/ingress-nginx/controller:v1' }] },
      },
    },
  });

const gateway = (): Raw =>
  object(`${API}/v1`, 'Gateway', 'ns-0', 'public', {
    spec: {
      gatewayClassName: 'istio',
      listeners: [
        { name: 'https', port: 443, protocol: 'HTTPS', allowedRoutes: { namespaces: { from: 'All' } } },
      ],
    },
  });

const route = (index: number, namespace: string): Raw =>
  object(`${API}/v1`, 'HTTPRoute', namespace, `route-${index}`, {
    spec: {
      parentRefs: [{ name: 'public', namespace: 'ns-0' }],
      hostnames: [`route-${index}.example`],
      rules: [{ backendRefs: [{ name: `svc-${index}`, port: 80 }] }],
    },
  });

const node = (index: number): Raw => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: `node-${index}` },
  status: { addresses: [{ type: 'InternalIP', address: `172.16.${index >> 8}.${index & 255}` }] },
});

const plugin = (): Raw =>
  object('apps/v1', 'DaemonSet', 'ns-0', 'cilium', {
    spec: {
      template: {
        metadata: { labels: { 'k8s-app': 'cilium' } },
        spec: { hostNetwork: true, containers: [{ name: 'agent', image: 'quay.io/cilium/cilium:v1' }] },
      },
    },
  });
