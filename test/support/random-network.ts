/** Random worlds for the network: few labels, few ports, three namespaces, so that everything meets everything. */
import fc from 'fast-check';
import type {
  ClusterWidePeer,
  ClusterWidePolicy,
  ClusterWidePort,
  ClusterWideRule,
  ContainerPort,
  Labels,
  LabelSelector,
  Metadata,
  NetworkPolicy,
  Node,
  Pod,
  PodSpec,
  Slim,
} from '../../src/world/objects.ts';
import { emptyTables, type Table, type World } from '../../src/world/world.ts';
import type { NaiveNodes, NaivePod } from './naive-policies.ts';

const label = fc.constantFrom('a', 'b');
const labels = fc.record({ app: label, tier: label }, { requiredKeys: [] });
const selector: fc.Arbitrary<LabelSelector> = fc.record({
  matchLabels: fc.oneof({ weight: 2, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: labels }),
  matchExpressions: fc.array(
    fc.oneof(
      fc.record({
        key: fc.constantFrom('app', 'tier'),
        operator: fc.constantFrom('In', 'NotIn'),
        values: fc.uniqueArray(label, { minLength: 1 }),
      }),
      fc.record({
        key: fc.constantFrom('app', 'tier'),
        operator: fc.constantFrom('Exists', 'DoesNotExist'),
        values: fc.constant([]),
      }),
    ),
    { maxLength: 1 },
  ),
});
const block = fc.record({
  cidr: fc.constantFrom('0.0.0.0/0', '10.0.0.0/8', '10.0.0.2/31', '203.0.113.0/24', '010.0.0.1/32'),
  except: fc.array(fc.constantFrom('10.0.0.0/30', '10.0.0.3/32', '203.0.113.128/25'), { maxLength: 2 }),
});
const peer = fc.oneof(
  fc.record({ podSelector: selector }),
  fc.record({ namespaceSelector: selector }),
  fc.record({ podSelector: selector, namespaceSelector: selector }),
  fc.record({ ipBlock: block }),
);
export const PORTS = [1, 79, 80, 81, 82, 443, 65535];
const protocol = fc.constantFrom('TCP', 'UDP', 'SCTP');
const port = fc.oneof(
  fc.record({ protocol }, { requiredKeys: [] }),
  fc.record({ protocol, port: fc.constantFrom(80, 81, 443) }, { requiredKeys: ['port'] }),
  fc.record(
    { protocol, port: fc.constantFrom(79, 80), endPort: fc.constantFrom(78, 80, 82) },
    { requiredKeys: ['port', 'endPort'] },
  ),
  fc.record({ protocol, port: fc.constantFrom('http', 'admin') }, { requiredKeys: ['port'] }),
);
export const rule = fc.record({
  peers: fc.array(peer, { maxLength: 2 }),
  ports: fc.array(port, { maxLength: 2 }),
});
export const policy = fc
  .record({
    namespace: fc.constantFrom('x', 'y'),
    podSelector: selector,
    policyTypes: fc.option(fc.uniqueArray(fc.constantFrom('Ingress', 'Egress')), { nil: undefined }),
    ingress: fc.array(rule, { maxLength: 2 }),
    egress: fc.array(rule, { maxLength: 2 }),
  })
  .map(({ namespace, ...spec }) => ({ namespace, spec }));
export const naivePod = fc.record({
  namespace: fc.constantFrom('x', 'y', 'z'),
  labels,
  ports: fc.array(
    fc.record({ name: fc.constantFrom('http', 'admin'), protocol, number: fc.constantFrom(80, 81, 443) }),
    { maxLength: 2 },
  ),
  hostNetwork: fc.oneof(
    { weight: 6, arbitrary: fc.constant(false) },
    { weight: 1, arbitrary: fc.constant(true) },
  ),
  ip: fc.option(fc.constantFrom('10.0.0.1', '10.0.0.2', '10.0.0.3', '203.0.113.200'), { nil: undefined }),
});

export const homes: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  x: { app: 'a' },
  y: { app: 'b', tier: 'a' },
  z: {},
};

export const podSpec = (list: readonly ContainerPort[], hostNetwork: boolean): PodSpec => ({
  containers: [
    {
      name: 'main',
      command: [],
      args: [],
      env: [],
      envFrom: [],
      ports: list,
      volumeMounts: [],
      volumeDevices: [],
    },
  ],
  initContainers: [],
  ephemeralContainers: [],
  volumes: [],
  imagePullSecrets: [],
  nodeSelector: {},
  tolerations: [],
  hostNetwork,
});

// cluster-wide policies

const namespacedPods = fc.oneof(
  fc.record({ namespaceSelector: selector }),
  fc.record({ namespaceSelector: selector, podSelector: selector }),
);
const podPeer: fc.Arbitrary<ClusterWidePeer> = namespacedPods.map((pods) => ({ pods }));
const everyNode: LabelSelector = { matchLabels: {}, matchExpressions: [] };
const addressPeer: fc.Arbitrary<ClusterWidePeer> = fc.oneof(
  fc
    .uniqueArray(fc.constantFrom('0.0.0.0/0', '10.0.0.0/30', '203.0.113.0/25', '198.51.100.1/32'), {
      minLength: 1,
      maxLength: 2,
    })
    .map((networks) => ({ networks })),
  fc.oneof(selector, fc.constant(everyNode)).map((nodes) => ({ nodes })),
  fc.constant({ domainNames: ['example.org'] }),
);
/** No kind that is known, and a CIDR that is none. */
const strangePeer = fc.constantFrom<ClusterWidePeer>({}, { networks: ['10.0.0.0'] });
const clusterWidePort = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ protocol, start: fc.constantFrom(79, 80), end: fc.constantFrom(80, 82) }),
  },
  { weight: 2, arbitrary: fc.record({ name: fc.constantFrom('http', 'admin') }) },
  { weight: 1, arbitrary: fc.constantFrom<ClusterWidePort>({}, { protocol: 'TCP', start: 82, end: 79 }) },
);
const clusterWideRule = (known: fc.Arbitrary<ClusterWidePeer>): fc.Arbitrary<ClusterWideRule> =>
  fc.record({
    action: fc.constantFrom('Accept', 'Deny', 'Pass'),
    peers: fc.array(fc.oneof({ weight: 9, arbitrary: known }, { weight: 1, arbitrary: strangePeer }), {
      minLength: 1,
      maxLength: 2,
    }),
    ports: fc.array(clusterWidePort, { maxLength: 2 }),
  });

const clusterWidePolicy = fc.record({
  tier: fc.constantFrom<ClusterWidePolicy['tier']>('Admin', 'Baseline'),
  priority: fc.integer({ min: 0, max: 3 }),
  subject: namespacedPods,
  ingress: fc.array(clusterWideRule(podPeer), { maxLength: 3 }),
  egress: fc.array(clusterWideRule(fc.oneof(podPeer, addressPeer)), { maxLength: 3 }),
});

const metadata = (name: string, namespace: string, own: Labels = {}): Metadata => ({
  name,
  namespace,
  uid: '',
  labels: own,
  annotations: {},
  ownerReferences: [],
  deleting: false,
  managers: [],
});

const nodeLabels: Readonly<Record<string, Labels>> = { one: { app: 'a' }, two: { tier: 'b' } };
const nodeAddresses: Readonly<Record<string, string>> = { one: '203.0.113.7', two: '192.0.2.2' };

const nodeTable: Table<Node> = new Map([
  [
    '',
    new Map(
      Object.entries(nodeLabels).map(([name, own]) => [
        name,
        {
          apiVersion: 'v1',
          kind: 'Node',
          metadata: metadata(name, '', own),
          unschedulable: false,
          taints: [],
          addresses: [{ type: 'InternalIP', address: nodeAddresses[name] ?? '' }],
          podCIDRs: [],
        },
      ]),
    ),
  ],
]);

/** By namespace, then by name. */
function tableOf<T extends Slim>(objects: readonly T[]): Table<T> {
  const byNamespace = Map.groupBy(objects, (object) => object.metadata.namespace);
  return new Map(
    [...byNamespace].map(([namespace, some]) => [
      namespace,
      new Map(some.map((object) => [object.metadata.name, object])),
    ]),
  );
}

export interface RandomNetwork {
  readonly world: World;
  readonly network: readonly NetworkPolicy[];
  readonly clusterWide: readonly ClusterWidePolicy[];
  /** The pods of each workload, by the name that the map has for it. */
  readonly workloads: ReadonlyMap<string, readonly NaivePod[]>;
  readonly nodes: NaiveNodes;
}

/** Pods, some of them of one workload, under policies of every kind. */
export const randomNetwork: fc.Arbitrary<RandomNetwork> = fc
  .record({
    policies: fc.array(policy, { maxLength: 3 }),
    clusterWide: fc.array(clusterWidePolicy, { maxLength: 4 }),
    pods: fc.array(
      fc.record({
        pod: naivePod,
        workload: fc.constantFrom('p', 'q', 'r'),
        node: fc.constantFrom('one', 'two', undefined),
        isLikeFirst: fc.boolean(),
      }),
      { minLength: 2, maxLength: 5 },
    ),
  })
  .map(({ policies, clusterWide, pods }) => {
    const network = policies.map(
      ({ namespace, spec }, index): NetworkPolicy => ({
        apiVersion: 'networking.k8s.io/v1',
        kind: 'NetworkPolicy',
        metadata: metadata(`policy-${index}`, namespace),
        ...spec,
        hasEgress: spec.egress.length > 0,
      }),
    );
    const wide = clusterWide.map(
      (spec, index): ClusterWidePolicy => ({
        apiVersion: 'policy.networking.k8s.io/v1beta1',
        kind: 'ClusterNetworkPolicy',
        metadata: metadata(`wide-${index}`, ''),
        ...spec,
      }),
    );
    // pods that differ in nothing but their addresses, ports or network are the hardest to tell apart
    const [first] = pods;
    const naive = pods.map(({ pod: own, workload, node, isLikeFirst }) => {
      const pod =
        isLikeFirst && first !== undefined
          ? { ...own, namespace: first.pod.namespace, labels: first.pod.labels }
          : own;
      // what is on the node's network has the node's address
      const ip = pod.hostNetwork && node !== undefined ? nodeAddresses[node] : pod.ip;
      const namespaceLabels = {
        ...homes[pod.namespace],
        'kubernetes.io/metadata.name': pod.namespace,
      };
      return { workload, pod: { ...pod, ip, node, namespaceLabels } };
    });
    return {
      world: worldWith(network, wide, naive),
      network,
      clusterWide: wide,
      workloads: new Map(
        [...Map.groupBy(naive, ({ workload, pod }) => `${pod.namespace}/replicaset/${workload}`)].map(
          ([name, some]) => [name, some.map(({ pod }) => pod)],
        ),
      ),
      nodes: Object.keys(nodeLabels).map((name) => ({
        labels: nodeLabels[name] ?? {},
        ip: nodeAddresses[name] ?? '',
      })),
    };
  });

function worldWith(
  network: readonly NetworkPolicy[],
  wide: readonly ClusterWidePolicy[],
  pods: readonly { readonly workload: string; readonly pod: NaivePod }[],
): World {
  const namespaces = Object.entries(homes).map(
    ([name, own]): Slim => ({ apiVersion: 'v1', kind: 'Namespace', metadata: metadata(name, '', own) }),
  );
  const slim = pods.map(({ workload, pod }, index): Pod => {
    const owner = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: workload, uid: '', controller: true };
    return {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        ...metadata(`pod-${index}`, pod.namespace, pod.labels),
        ownerReferences: [owner],
      },
      spec: podSpec(
        pod.ports.map(({ name, number, ...rest }) => ({ ...rest, name, containerPort: number })),
        pod.hostNetwork,
      ),
      nodeName: pod.node,
      podIPs: pod.ip === undefined ? [] : [pod.ip],
      imageIDs: {},
    };
  });
  return {
    tables: {
      ...emptyTables,
      namespaces: tableOf(namespaces),
      nodes: nodeTable,
      pods: tableOf(slim),
      networkpolicies: tableOf(network),
      clusternetworkpolicies: tableOf(wide),
    },
    source: 'files',
    missing: new Map(),
    nowMinute: 0,
    youngAfter: 0,
  };
}
