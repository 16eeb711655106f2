/** Random pods, as their author would write them, over every field that the Pod Security Standards read. */
import fc from 'fast-check';

export type Raw = Record<string, unknown>;

/** A value that is good most of the time, absent sometimes, bad otherwise: pods that pass have to occur, too. */
const mostly = <T>(good: readonly T[], bad: readonly T[], badness: number): fc.Arbitrary<T | undefined> =>
  fc.oneof(
    { weight: 240, arbitrary: fc.constantFrom(...good) },
    { weight: 6 * badness, arbitrary: fc.constant(undefined) },
    { weight: 6 * badness, arbitrary: fc.constantFrom(...bad) },
  );

const profile = (badness: number) =>
  mostly<Raw>(
    [{ type: 'RuntimeDefault' }],
    [{ type: 'Localhost', localhostProfile: 'profiles/own.json' }, { type: 'Unconfined' }],
    badness,
  );

const seLinuxOptions = mostly<Raw | undefined>(
  [undefined, { level: 's0:c1,c2' }, { type: 'container_t' }, {}],
  [{ type: 'spc_t' }, { type: 'container_engine_t' }, { user: 'system_u' }, { role: 'sysadm_r' }],
  1,
);

const capabilities = (badness: number): fc.Arbitrary<Raw | undefined> =>
  fc.record(
    {
      drop: mostly<readonly string[]>([['ALL']], [['NET_RAW'], ['all'], []], badness).map(
        (drop) => drop ?? [],
      ),
      add: mostly<readonly string[]>(
        [[], ['NET_BIND_SERVICE']],
        [['CHOWN'], ['NET_RAW'], ['SYS_ADMIN'], ['net_bind_service'], ['KILL', 'SYS_PTRACE']],
        badness,
      ).map((add) => add ?? []),
    },
    { requiredKeys: ['drop'] },
  );

const hosted = (badness: number) =>
  fc
    .tuple(mostly(['', undefined], ['127.0.0.1', 'example.org'], badness), fc.boolean())
    .map(([host, http]) =>
      http ? { httpGet: { host, path: '/', port: 8080 } } : { tcpSocket: { host, port: 8080 } },
    );

const port = (badness: number) =>
  fc
    .tuple(fc.integer({ min: 1024, max: 60_000 }), mostly([0, undefined], [1], badness))
    .map(([containerPort, host]) => ({ containerPort, hostPort: host === 1 ? containerPort : host }));

const linuxContext = (badness: number): fc.Arbitrary<Raw> =>
  fc.record({
    allowPrivilegeEscalation: mostly([false], [true], badness),
    privileged: mostly([false, undefined], [true], badness / 3),
    capabilities: fc.oneof(
      { weight: 20, arbitrary: capabilities(badness) },
      { weight: 1, arbitrary: fc.constant(undefined) },
    ),
    runAsNonRoot: mostly([true, undefined], [false], badness),
    runAsUser: mostly([undefined, 10_001], [0], badness),
    procMount: mostly([undefined, 'Default'], ['Unmasked'], badness / 2),
    seccompProfile: fc.oneof(fc.constant(undefined), profile(badness)),
    appArmorProfile: fc.oneof(fc.constant(undefined), profile(badness)),
    seLinuxOptions,
  });

const container = (badness: number, isWindows: boolean): fc.Arbitrary<Raw> =>
  fc.record({
    image: fc.constant('registry.example/app:1'),
    ports: fc.array(port(badness), { maxLength: 2 }),
    livenessProbe: fc.oneof(fc.constant(undefined), hosted(badness)),
    readinessProbe: fc.oneof(fc.constant(undefined), hosted(badness)),
    startupProbe: fc.oneof(fc.constant(undefined), hosted(badness)),
    lifecycle: fc.oneof(
      fc.constant(undefined),
      fc.record({ preStop: hosted(badness) }),
      fc.record({ postStart: hosted(badness) }),
    ),
    securityContext: isWindows
      ? fc.record({ runAsNonRoot: mostly([true, undefined], [false], badness) })
      : linuxContext(badness),
  });

const sources: readonly Raw[] = [
  { emptyDir: {} },
  {},
  { configMap: { name: 'settings' } },
  { secret: { secretName: 'key' } },
  { downwardAPI: { items: [{ path: 'name', fieldRef: { fieldPath: 'metadata.name' } }] } },
  { projected: { sources: [{ configMap: { name: 'settings' } }] } },
  { persistentVolumeClaim: { claimName: 'data' } },
  { csi: { driver: 'csi.example' } },
  {
    ephemeral: {
      volumeClaimTemplate: {
        spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
      },
    },
  },
  { image: { reference: 'registry.example/data:1' } },
];
const badSources: readonly Raw[] = [
  { hostPath: { path: '/var/log' } },
  { hostPath: { path: '/' } },
  { hostPath: { path: '/run/containerd/containerd.sock', type: 'Socket' } },
  { nfs: { server: 'files.example', path: '/' } },
  { iscsi: { targetPortal: '192.0.2.1:3260', iqn: 'iqn.2026-01.example:disk', lun: 0 } },
  { rbd: { monitors: ['192.0.2.1'], image: 'disk' } },
  { fc: { targetWWNs: ['500a0982991b8dc5'], lun: 2 } },
  { cephfs: { monitors: ['192.0.2.1'] } },
  { flexVolume: { driver: 'example/driver' } },
  { glusterfs: { endpoints: 'gluster', path: 'volume' } },
  { awsElasticBlockStore: { volumeID: 'vol-1' } },
  { gcePersistentDisk: { pdName: 'disk' } },
  { azureFile: { secretName: 'key', shareName: 'share' } },
];

const sysctls = [
  'kernel.shm_rmid_forced',
  'net.ipv4.ip_local_port_range',
  'net.ipv4.tcp_syncookies',
  'net.ipv4.tcp_keepalive_time',
  'net.ipv4.tcp_rmem',
  'net.ipv4.tcp_notsent_lowat',
];
const badSysctls = ['kernel.msgmax', 'net.core.somaxconn'];

const linuxPodContext = (badness: number): fc.Arbitrary<Raw> =>
  fc.record({
    runAsNonRoot: mostly([true], [false], badness),
    runAsUser: mostly([undefined, 10_001], [0], badness),
    seccompProfile: profile(badness),
    appArmorProfile: fc.oneof(fc.constant(undefined), profile(badness)),
    seLinuxOptions,
    sysctls: fc
      .uniqueArray(mostly(sysctls, badSysctls, badness), { maxLength: 2 })
      .map((names) => names.filter((name) => name !== undefined).map((name) => ({ name, value: '1' }))),
  });

const annotations = fc.record(
  {
    'container.apparmor.security.beta.kubernetes.io/c0': mostly(
      ['runtime/default', 'localhost/own'],
      ['unconfined'],
      4,
    ),
    'example.org/note': fc.constant('anything'),
  },
  { requiredKeys: [] },
);

interface Draft {
  readonly isWindows: boolean;
  readonly spec: Raw;
  readonly containers: readonly Raw[];
  readonly initContainers: readonly Raw[];
  readonly volumes: readonly (Raw | undefined)[];
  readonly annotations: Raw;
  readonly hostProcess: boolean;
}

const draft = (badness: number, isWindows: boolean): fc.Arbitrary<Draft> => {
  const host = mostly([false, undefined], [true], badness / 3);
  return fc.record({
    isWindows: fc.constant(isWindows),
    spec: fc.record({
      os: fc.constantFrom(...(isWindows ? [{ name: 'windows' }] : [undefined, { name: 'linux' }])),
      hostNetwork: host,
      hostPID: isWindows ? fc.constant(undefined) : host,
      hostIPC: isWindows ? fc.constant(undefined) : host,
      hostUsers: isWindows ? fc.constant(undefined) : fc.constantFrom(undefined, undefined, true, false),
      securityContext: isWindows
        ? fc.record({ runAsNonRoot: mostly([true], [false], badness) })
        : linuxPodContext(badness),
    }),
    containers: fc.array(container(badness, isWindows), { minLength: 1, maxLength: 2 }),
    initContainers: fc.array(container(badness, isWindows), { maxLength: 1 }),
    volumes: fc.array(mostly(sources, badSources, badness / 2), { maxLength: 3 }),
    annotations: isWindows ? fc.constant({}) : annotations,
    hostProcess: fc.integer({ min: 0, max: 9 }).map((n) => isWindows && n === 0),
  });
};

/** Takes away what the API server would refuse for reasons of its own, and names what has to have a name. */
function valid({
  isWindows,
  spec,
  containers,
  initContainers,
  volumes,
  annotations,
  hostProcess,
}: Draft): Raw {
  const own = spec['hostUsers'] === false;
  const host = own ? { hostNetwork: undefined, hostPID: undefined, hostIPC: undefined } : {};
  const merged: Raw = { ...spec, ...host, ...(hostProcess ? { hostNetwork: true } : {}) };
  const shares = merged['hostNetwork'] === true || merged['hostIPC'] === true;
  const { sysctls: set, ...context } = spec['securityContext'] as Raw;
  const annotated = Object.keys(annotations).some((key) => key.startsWith('container.apparmor'));
  const repaired = (prefix: string) => (raw: Raw, index: number) =>
    validContainer(raw, `${prefix}${index}`, { own, annotated, isInit: prefix === 'i' });
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'subject', namespace: 'default', annotations },
    spec: {
      ...merged,
      securityContext: {
        ...context,
        ...(annotated ? { appArmorProfile: undefined } : {}),
        ...(isWindows || shares ? {} : { sysctls: set }),
        ...(hostProcess
          ? { windowsOptions: { hostProcess: true, runAsUserName: 'NT AUTHORITY\\SYSTEM' } }
          : {}),
      },
      containers: containers.map(repaired('c')),
      initContainers: initContainers.map(repaired('i')),
      volumes: volumes.map((source, index) => ({ name: `v${index}`, ...source })),
    },
  };
}

interface Within {
  /** The pod has a user namespace of its own. */
  readonly own: boolean;
  /** AppArmor is set by annotations, which must not contradict the fields. */
  readonly annotated: boolean;
  readonly isInit: boolean;
}

function validContainer(raw: Raw, name: string, { own, annotated, isInit }: Within): Raw {
  const context = raw['securityContext'] as Raw;
  return {
    ...raw,
    name,
    // only sidecars among the init containers may have these
    ...(isInit ? { restartPolicy: 'Always' } : {}),
    securityContext: {
      ...context,
      ...(context['privileged'] === true ? { allowPrivilegeEscalation: undefined } : {}),
      ...(own || context['procMount'] !== 'Unmasked' ? {} : { procMount: undefined }),
      ...(annotated ? { appArmorProfile: undefined } : {}),
    },
  };
}

/** As JSON has it: nothing is `undefined`. */
const asJson = (pod: Raw): Raw => JSON.parse(JSON.stringify(pod)) as Raw;

export const randomPod: fc.Arbitrary<Raw> = fc
  .oneof(
    { weight: 3, arbitrary: draft(1, false) },
    { weight: 2, arbitrary: draft(4, false) },
    { weight: 1, arbitrary: draft(1, true) },
  )
  .map((made) => asJson(valid(made)));
