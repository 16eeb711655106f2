/** The objects of the network benchmark: pure, and the same for the same numbers and seed. */
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

/** Objects by resource. */
export function generate(load: NetworkLoad): ReadonlyMap<string, readonly Raw[]> {
  const random = seeded(load.seed);
  const spaces = Array.from({ length: load.namespaces }, (_, index) => `ns-${index}`);
  const some = (count: number, make: (index: number, namespace: string) => Raw): readonly Raw[] =>
    Array.from({ length: count }, (_, index) => make(index, spaces[index % spaces.length] ?? ''));
  const apps = some(load.workloads, (index, namespace) => deployment(index, namespace, random));
  return new Map<string, readonly Raw[]>([
    ['namespaces', spaces.map((name, index) => namespaceObject(name, index))],
    ['deployments', [...apps, controller()]],
    ['replicasets', apps.map(replicaSet)],
    ['pods', apps.flatMap((app, index) => pods(app, index, load.podsOfEach))],
    ['services', some(load.services, (index, namespace) => service(index, namespace, random))],
    ['networkpolicies', some(load.policies, (index, namespace) => policy(index, namespace, spaces, random))],
    ['ingressclasses', [ingressClass()]],
    ['ingresses', some(Math.round(load.services / 10), ingress)],
    ['gateways', [gateway()]],
    ['httproutes', some(Math.round(load.services / 20), route)],
    ['nodes', Array.from({ length: Math.ceil((load.workloads * load.podsOfEach) / 100) }, node)],
    ['daemonsets', [plugin()]],
  ]);
}

const object = (apiVersion: string, kind: string, namespace: string, name: string, rest: Raw): Raw => ({
  apiVersion,
  kind,
  metadata: { name, ...(namespace === '' ? {} : { namespace }), uid: `${kind}-${namespace}-${name}` },
  ...rest,
});

const namespaceObject = (name: string, index: number): Raw => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name, labels: { team: teams[index % teams.length] } },
});

const labelsOf = (index: number) => ({
  app: `app-${index}`,
  tier: tiers[index % tiers.length] ?? '',
  'app.kubernetes.io/part-of': `system-${index % 97}`,
});

const containers = (index: number, random: Random) => [
  {
    name: 'main',
    image: `registry.example/app-${index}:1`,
    ports: [
      { name: 'http', containerPort: 8080 },
      ...(random.chance(0.3) ? [{ name: 'metrics', containerPort: 9090 }] : []),
      ...(random.chance(0.1) ? [{ name: 'db', containerPort: 5432 }] : []),
    ],
  },
];

const deployment = (index: number, namespace: string, random: Random): Raw =>
  object('apps/v1', 'Deployment', namespace, `app-${index}`, {
    spec: {
      replicas: 5,
      template: { metadata: { labels: labelsOf(index) }, spec: { containers: containers(index, random) } },
    },
  });

interface Named {
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec: { readonly template: { readonly spec: object } };
}

const ownedBy = (apiVersion: string, kind: string, name: string) => [
  { apiVersion, kind, name, uid: `${kind}-${name}`, controller: true },
];

function replicaSet(app: Raw): Raw {
  const { metadata, spec } = app as unknown as Named;
  const made = object('apps/v1', 'ReplicaSet', metadata.namespace, `${metadata.name}-1`, { spec });
  const ownerReferences = ownedBy('apps/v1', 'Deployment', metadata.name);
  return { ...made, metadata: { ...(made['metadata'] as object), ownerReferences } };
}

function pods(app: Raw, index: number, count: number): readonly Raw[] {
  const { metadata, spec } = app as unknown as Named;
  return Array.from({ length: count }, (_, replica) => {
    const number = index * count + replica;
    return {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name: `${metadata.name}-1-${replica}`,
        namespace: metadata.namespace,
        uid: `pod-${number}`,
        labels: { ...labelsOf(index), 'pod-template-hash': '1' },
        ownerReferences: ownedBy('apps/v1', 'ReplicaSet', `${metadata.name}-1`),
      },
      spec: { ...spec.template.spec, nodeName: `node-${number % 500}` },
      status: {
        phase: 'Running',
        podIPs: [{ ip: `10.${number >> 16}.${(number >> 8) & 255}.${number & 255}` }],
      },
    };
  });
}

/** Three in a hundred are LoadBalancers, five NodePorts. */
function service(index: number, namespace: string, random: Random): Raw {
  const kind = random.int(100);
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

/** One in ten is a default deny; the others are of the kinds that people write. */
function policy(index: number, namespace: string, spaces: readonly string[], random: Random): Raw {
  const peer = () =>
    random.pick<Raw>([
      { podSelector: { matchLabels: { tier: random.pick(tiers) } } },
      { namespaceSelector: { matchLabels: { team: random.pick(teams) } } },
      {
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': random.pick(spaces) } },
        podSelector: {},
      },
      { ipBlock: { cidr: `10.${random.int(256)}.0.0/16`, except: [`10.${random.int(256)}.1.0/24`] } },
    ]);
  const ports = () =>
    random.pick([[{ port: 'http' }], [{ port: 8080 }], [{ port: 1024, endPort: 9999 }], []]);
  const isDefault = Math.floor(index / spaces.length) === 0;
  const podSelector = isDefault
    ? {}
    : random.pick<Raw>([
        { matchLabels: { app: `app-${index}` } },
        { matchLabels: { tier: random.pick(tiers) } },
        { matchExpressions: [{ key: 'tier', operator: 'In', values: tiers.slice(0, 1 + random.int(2)) }] },
      ]);
  return object('networking.k8s.io/v1', 'NetworkPolicy', namespace, `policy-${index}`, {
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
  object('apps/v1', 'Deployment', 'ns-0', 'ingress-nginx-controller', {
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

const node = (_: unknown, index: number): Raw => ({
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
