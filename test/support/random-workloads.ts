/**
 * Random workloads, as their authors would write them, with their live pods and what a scanner says of them. Names
 * come from small sets, so that things refer to each other, and two worlds differ in what one name means.
 */
import fc from 'fast-check';
import type { Raw } from './random-pods.ts';
import { images, maybe, pick, randomSpec, some } from './random-specs.ts';

export const namespaces = ['shop', 'bank', 'default', 'kube-system'];
export const namespace = fc.oneof({ weight: 4, arbitrary: pick('shop') }, pick(...namespaces));

const vulnerabilities: readonly Raw[] = [
  { vulnerabilityID: 'CVE-2024-10001', severity: 'CRITICAL', score: 9.8, resource: 'libparse' },
  { vulnerabilityID: 'CVE-2024-10002', severity: 'HIGH', score: 7.5, resource: 'zipper' },
  { vulnerabilityID: 'CVE-2024-10003', severity: 'MEDIUM', score: 5, resource: 'zipper' },
  { vulnerabilityID: 'CVE-2024-10004', severity: 'HIGH', score: 8, resource: 'tls', fixedVersion: '3.1' },
  { vulnerabilityID: 'CVE-2024-10005', severity: 'CRITICAL', resource: 'libparse' },
];
const kinds: Readonly<Record<string, string>> = {
  Deployment: 'apps/v1',
  StatefulSet: 'apps/v1',
  DaemonSet: 'apps/v1',
  CronJob: 'batch/v1',
  Job: 'batch/v1',
  Pod: 'v1',
};
const drifts = ['none', 'sidecar', 'debugged', 'patched'] as const;

interface Draft {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  /** The labels of its pods. */
  readonly pods: Raw;
  readonly labels: Raw;
  readonly annotations: Raw;
  readonly manager: string | undefined;
  readonly template: { readonly annotations: Raw; readonly spec: Raw };
  readonly replicas: number;
  readonly live: readonly (typeof drifts)[number][];
  readonly imageIDs: readonly string[];
  readonly scanned: boolean;
  readonly found: readonly Raw[];
  readonly eosl: boolean;
}

/** The top-level object first, then its live pods and the reports of a scanner. */
export const randomWorkload: fc.Arbitrary<readonly Raw[]> = fc
  .record<Draft>({
    kind: pick(...Object.keys(kinds)),
    namespace,
    name: pick('web', 'db', 'cart'),
    pods: pick<Raw>({ app: 'web', tier: 'shop' }, { app: 'db', tier: 'shop' }, { release: 'one' }),
    labels: pick<Raw>({}, { team: 'payments' }, { owner: 'todo' }, { 'app.kubernetes.io/name': 'web' }),
    annotations: pick<Raw>({}, { 'hexarisk.dev/contact': '#payments' }, { contact: 'ask around' }),
    manager: maybe(pick('kubectl-edit', 'helm')),
    template: randomSpec,
    replicas: pick(1, 2, 3),
    live: fc.array(pick(...drifts), { maxLength: 3 }),
    imageIDs: fc.array(pick('a', 'b'), { minLength: 3, maxLength: 3 }),
    scanned: fc.boolean(),
    found: some(vulnerabilities, 4),
    eosl: fc.boolean(),
  })
  .map((draft) => {
    const top = topOf(draft);
    return [top, ...podsOf(draft, top), ...scansOf(draft)];
  });
function topOf({
  kind,
  namespace: home,
  name,
  pods,
  labels,
  annotations,
  manager,
  template,
  replicas,
}: Draft): Raw {
  const pod = { metadata: { labels: pods, annotations: template.annotations }, spec: template.spec };
  const metadata = {
    name,
    namespace: home,
    uid: `uid-${kind}-${home}-${name}`,
    labels,
    annotations,
    managedFields:
      manager === undefined ? [] : [{ manager, time: '2026-01-01T00:00:00Z', operation: 'Update' }],
  };
  const head = { apiVersion: kinds[kind], kind };
  if (kind === 'Pod')
    return { ...head, metadata: { ...metadata, labels: { ...labels, ...pods } }, spec: template.spec };
  if (kind === 'CronJob') return { ...head, metadata, spec: { jobTemplate: { spec: { template: pod } } } };
  const scaled = kind === 'Deployment' || kind === 'StatefulSet' ? { replicas } : {};
  return { ...head, metadata, spec: { ...scaled, selector: { matchLabels: pods }, template: pod } };
}

function podsOf(
  { kind, namespace: home, name, pods, template, live, imageIDs }: Draft,
  top: Raw,
): readonly Raw[] {
  if (kind === 'Pod' || kind === 'CronJob' || live.length === 0) return [];
  const owner = (ownerKind: string, ownerName: string) => ({
    ownerReferences: [
      {
        apiVersion: kinds[ownerKind] ?? 'apps/v1',
        kind: ownerKind,
        name: ownerName,
        uid: `uid-${ownerKind}`,
        controller: true,
      },
    ],
  });
  const set = `${name}-6d4cf56db6`;
  const running = live.map((drift, index) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: `${name}-${kind.toLowerCase()}-${index}`,
      namespace: home,
      labels: pods,
      annotations: template.annotations,
      ...(kind === 'Deployment' ? owner('ReplicaSet', set) : owner(kind, name)),
    },
    spec: drifted(template.spec, drift),
    status: {
      phase: 'Running',
      containerStatuses: (template.spec['containers'] as Raw[]).map((container, at) => ({
        name: container['name'],
        imageID: `registry.example/x@sha256:${imageIDs[(at + index) % imageIDs.length]}`,
      })),
    },
  }));
  if (kind !== 'Deployment') return running;
  const spec = { ...(top['spec'] as Raw), replicas: live.length };
  return [
    {
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      metadata: { name: set, namespace: home, ...owner('Deployment', name) },
      spec,
    },
    ...running,
  ];
}

function drifted(spec: Raw, drift: (typeof drifts)[number]): Raw {
  const containers = spec['containers'] as Raw[];
  if (drift === 'sidecar') {
    return {
      ...spec,
      containers: [...containers, { name: 'proxy', image: images[0], securityContext: { runAsUser: 0 } }],
    };
  }
  if (drift === 'debugged') return { ...spec, ephemeralContainers: [{ name: 'debugger', image: 'busybox' }] };
  if (drift === 'none') return spec;
  return {
    ...spec,
    containers: containers.map((container) => ({ ...container, image: 'registry.example/shop/web:9' })),
  };
}

function scansOf({ kind, namespace: home, name, scanned, found, eosl, template }: Draft): readonly Raw[] {
  if (!scanned) return [];
  const resource =
    kind === 'Deployment' ? { kind: 'ReplicaSet', name: `${name}-6d4cf56db6` } : { kind, name };
  return (template.spec['containers'] as Raw[]).map((container) => {
    const [path = '', digest] = String(container['image']).split('@');
    const [, repository = path, tag] = /^[^/]+\/(.+):([^:]+)$/.exec(path) ?? [];
    return {
      apiVersion: 'aquasecurity.github.io/v1alpha1',
      kind: 'VulnerabilityReport',
      metadata: {
        name: `${kind.toLowerCase()}-${name}-${String(container['name'])}`,
        namespace: home,
        labels: {
          'trivy-operator.container.name': container['name'],
          'trivy-operator.resource.kind': resource.kind,
          'trivy-operator.resource.name': resource.name,
        },
      },
      report: {
        registry: { server: path.split('/')[0] },
        artifact: digest === undefined ? { repository, tag } : { repository, digest },
        os: { family: 'debian', name: '8', eosl },
        vulnerabilities: found,
      },
    };
  });
}
