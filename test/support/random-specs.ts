/** Random pod specs with all that a workload may have: what `random-pods.ts` leaves to the other axes. */
import fc from 'fast-check';
import { randomPod, type Raw } from './random-pods.ts';

export const pick = fc.constantFrom;
export const maybe = <T>(arbitrary: fc.Arbitrary<T>, weight = 3): fc.Arbitrary<T | undefined> =>
  fc.oneof({ weight: 6, arbitrary: fc.constant(undefined) }, { weight, arbitrary });
export const some = <T>(of: readonly T[], maxLength: number): fc.Arbitrary<T[]> =>
  fc.uniqueArray(pick(...of), { maxLength });

export const accounts = ['default', 'web', 'deployer'];
const DIGEST = `sha256:${'0123456789abcdef'.repeat(4)}`;

export const images = [
  'registry.example/shop/web:1.2.3',
  'registry.example/shop/db:2.0.0',
  `registry.example/shop/web:1.2.3@${DIGEST}`,
  'registry.example/shop/web:latest',
  'localhost:5000/shop/web:stable',
  'k8s.gcr.io/pause:3.1',
  'No Image',
];
const variables: readonly Raw[] = [
  { name: 'LOG_LEVEL', value: 'info' },
  { name: 'DATABASE_PASSWORD', value: 'Vq7-tRm2xKp9' },
  { name: 'ADMIN_PASSWORD', value: 'changeme' },
  { name: 'API_TOKEN', value: 'ghp_0123456789abcdefghijABCDEFGHIJ012345' },
  { name: 'DB', valueFrom: { secretKeyRef: { name: 'key', key: 'db' } } },
  { name: 'MODE', valueFrom: { configMapKeyRef: { name: 'settings', key: 'mode' } } },
];
const volumes: readonly Raw[] = [
  { name: 'x-log', hostPath: { path: '/var/log' } },
  { name: 'x-socket', hostPath: { path: '/run/containerd/containerd.sock' } },
  { name: 'x-key', secret: { secretName: 'key' } },
  { name: 'x-token', projected: { sources: [{ serviceAccountToken: { expirationSeconds: 864_000 } }] } },
  { name: 'x-data', persistentVolumeClaim: { claimName: 'data' } },
  { name: 'x-tmp', emptyDir: {} },
];

/** At most one container of a pod may have it. */
const HOST_PORT = 9090;

const containerExtras = fc.record({
  image: pick(...images),
  imagePullPolicy: maybe(pick('Always', 'Never', 'IfNotPresent')),
  env: some(variables, 3),
  envFrom: some<Raw>([{ secretRef: { name: 'key' } }, { configMapRef: { name: 'settings' } }], 2),
  args: maybe(pick(['serve'], ['--password', 'Vq7-tRm2xKp9'], ['--token=Vq7-tRm2xKp9w8', 'run'])),
  mounts: some(
    volumes.map(({ name }) => String(name)),
    4,
  ),
  subPath: maybe(pick('part')),
  mountReadOnly: maybe(fc.boolean()),
  mountPropagation: maybe(pick('Bidirectional', 'HostToContainer'), 1),
  ports: some<Raw>(
    [
      { name: 'http', containerPort: 8080 },
      { containerPort: 6379 },
      { containerPort: 2375 },
      { containerPort: 9090, hostPort: HOST_PORT },
    ],
    2,
  ),
  resources: maybe(pick<Raw>({ limits: { memory: '128Mi' } }, { requests: { cpu: '1' } })),
  readOnlyRootFilesystem: maybe(fc.boolean(), 6),
});
type ContainerExtras = typeof containerExtras extends fc.Arbitrary<infer T> ? T : never;

const podExtras = fc.record({
  serviceAccountName: maybe(pick(...accounts), 6),
  automountServiceAccountToken: maybe(fc.boolean(), 6),
  shareProcessNamespace: maybe(fc.boolean()),
  imagePullSecrets: some<Raw>([{ name: 'login' }, { name: 'key' }], 2),
  volumes: some(volumes, 4),
});

function extended(raw: Raw, extras: ContainerExtras, there: ReadonlySet<string>, isWindows: boolean): Raw {
  const { mounts, subPath, mountReadOnly, mountPropagation, ports, readOnlyRootFilesystem, ...rest } = extras;
  return {
    ...raw,
    ...rest,
    ports: [...((raw['ports'] ?? []) as Raw[]), ...ports],
    securityContext: {
      ...(raw['securityContext'] as Raw | undefined),
      ...(isWindows ? {} : { readOnlyRootFilesystem }),
    },
    volumeMounts: mounts
      .filter((name) => there.has(name))
      .map((name) => ({ name, mountPath: `/${name}`, subPath, readOnly: mountReadOnly, mountPropagation })),
  };
}

/** A pod spec, with the annotations of its pod. */
export const randomSpec = fc
  .tuple(randomPod, podExtras, fc.array(containerExtras, { minLength: 3, maxLength: 3 }))
  .map(([pod, extras, forContainers]) => {
    const { metadata, spec } = pod as { metadata: { annotations: Raw }; spec: Raw };
    const there = new Set(extras.volumes.map(({ name }) => String(name)));
    const isWindows = (spec['os'] as Raw | undefined)?.['name'] === 'windows';
    const list = (key: string, from: number) =>
      ((spec[key] ?? []) as Raw[]).map((raw, index) => {
        const own = forContainers[(from + index) % forContainers.length];
        if (own === undefined) return raw;
        const ports =
          key === 'containers' && index === 0 ? own.ports : own.ports.filter((port) => !('hostPort' in port));
        return extended(raw, { ...own, ports }, there, isWindows);
      });
    return {
      annotations: metadata.annotations,
      spec: {
        ...spec,
        ...extras,
        volumes: [...((spec['volumes'] ?? []) as Raw[]), ...extras.volumes],
        containers: list('containers', 0),
        initContainers: list('initContainers', 2),
      } as Raw,
    };
  });
