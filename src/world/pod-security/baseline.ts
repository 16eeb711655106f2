/**
 * The baseline controls of the Pod Security Standards.
 * Source: k8s.io/pod-security-admission v0.37.2, folder policy, one check per control.
 */
import type { Handler } from '../objects.ts';
import type { Control } from './control.ts';
import {
  either,
  inEveryContext,
  inPod,
  perContainer,
  type Segments,
  unlessInUserNamespace,
  type Violations,
} from './places.ts';

const APPARMOR_ANNOTATION = 'container.apparmor.security.beta.kubernetes.io/';
const SECCOMP_POD_ANNOTATION = 'seccomp.security.alpha.kubernetes.io/pod';
const SECCOMP_CONTAINER_ANNOTATION = 'container.seccomp.security.alpha.kubernetes.io/';

/** The profiles that seccomp and AppArmor fields may name at every level. */
export const isConfined = (type: string | undefined): boolean =>
  type === 'RuntimeDefault' || type === 'Localhost';

const appArmorAnnotations: Violations = ({ annotations, meta }) =>
  Object.entries(annotations)
    .filter(([key, value]) => key.startsWith(APPARMOR_ANNOTATION) && !isConfinedAppArmor(value))
    .map(([key]) => ({ container: key.slice(APPARMOR_ANNOTATION.length), path: meta('annotations', key) }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));

const isConfinedAppArmor = (value: string): boolean =>
  value === '' || value === 'runtime/default' || value.startsWith('localhost/');

const isConfinedSeccomp = (value: string): boolean =>
  value === 'runtime/default' || value === 'docker/default' || value.startsWith('localhost/');

/** Before the fields existed (1.19), annotations carried the profile. */
const seccompAnnotations: Violations = ({ pod, annotations, meta }) => {
  const bad = (key: string) => Object.hasOwn(annotations, key) && !isConfinedSeccomp(annotations[key] ?? '');
  const containers = [...pod.initContainers, ...pod.containers, ...pod.ephemeralContainers];
  return [
    ...(bad(SECCOMP_POD_ANNOTATION) ? [{ path: meta('annotations', SECCOMP_POD_ANNOTATION) }] : []),
    ...containers.flatMap(({ name }) => {
      const key = SECCOMP_CONTAINER_ANNOTATION + name;
      return bad(key) ? [{ container: name, path: meta('annotations', key) }] : [];
    }),
  ];
};

/** What a container runtime gives by default, without NET_RAW. */
const defaultCapabilities: ReadonlySet<string> = new Set([
  'AUDIT_WRITE',
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'KILL',
  'MKNOD',
  'NET_BIND_SERVICE',
  'SETFCAP',
  'SETGID',
  'SETPCAP',
  'SETUID',
  'SYS_CHROOT',
]);

export const maskedProc: Violations = perContainer(({ securityContext }) =>
  securityContext?.procMount === undefined || securityContext.procMount === 'Default'
    ? []
    : [['securityContext', 'procMount']],
);

const probes = ['livenessProbe', 'readinessProbe', 'startupProbe'] as const;
const hooks = ['postStart', 'preStop'] as const;

const hostsOf = (handler: Handler | undefined, at: Segments): readonly Segments[] =>
  (['httpGet', 'tcpSocket'] as const)
    .filter((kind) => (handler?.[kind]?.host ?? '') !== '')
    .map((kind) => [...at, kind, 'host']);

const probeHosts: Violations = perContainer((container) => [
  ...probes.flatMap((probe) => hostsOf(container[probe], [probe])),
  ...hooks.flatMap((hook) => hostsOf(container.lifecycle?.[hook], ['lifecycle', hook])),
]);

const seLinux = (...types: readonly string[]): Violations =>
  inEveryContext(({ seLinuxOptions: options }) =>
    options === undefined
      ? []
      : [
          ...(options.type !== undefined && !types.includes(options.type) ? ['type'] : []),
          ...((options.user ?? '') === '' ? [] : ['user']),
          ...((options.role ?? '') === '' ? [] : ['role']),
        ].map((field) => ['seLinuxOptions', field]),
  );

const seLinuxTypes = ['', 'container_t', 'container_init_t', 'container_kvm_t'];

const sysctlsOtherThan = (allowed: readonly string[]): Violations =>
  inPod(({ securityContext }) =>
    (securityContext?.sysctls ?? []).flatMap(({ name }, index) =>
      allowed.includes(name) ? [] : [['securityContext', 'sysctls', index]],
    ),
  );

/** Safe sysctls, by the version that added them. */
const sysctls = {
  'v1.0': [
    'kernel.shm_rmid_forced',
    'net.ipv4.ip_local_port_range',
    'net.ipv4.tcp_syncookies',
    'net.ipv4.ping_group_range',
    'net.ipv4.ip_unprivileged_port_start',
  ],
  'v1.27': ['net.ipv4.ip_local_reserved_ports'],
  'v1.29': [
    'net.ipv4.tcp_keepalive_time',
    'net.ipv4.tcp_fin_timeout',
    'net.ipv4.tcp_keepalive_intvl',
    'net.ipv4.tcp_keepalive_probes',
  ],
  'v1.32': ['net.ipv4.tcp_rmem', 'net.ipv4.tcp_wmem'],
  'v1.37': ['net.ipv4.tcp_slow_start_after_idle', 'net.ipv4.tcp_notsent_lowat'],
} as const;

const sysctlVersions = (Object.keys(sysctls) as (keyof typeof sysctls)[]).map((from, index, versions) => ({
  from,
  violations: sysctlsOtherThan(versions.slice(0, index + 1).flatMap((version) => sysctls[version])),
}));

const hostNamespaces = ['hostNetwork', 'hostPID', 'hostIPC'] as const;

export const baseline: readonly Control[] = [
  {
    id: 'appArmorProfile',
    level: 'baseline',
    versions: [
      {
        from: 'v1.0',
        violations: either(
          inEveryContext(({ appArmorProfile }) =>
            appArmorProfile === undefined || isConfined(appArmorProfile.type)
              ? []
              : [['appArmorProfile', 'type']],
          ),
          appArmorAnnotations,
        ),
      },
    ],
  },
  {
    id: 'capabilities_baseline',
    level: 'baseline',
    versions: [
      {
        from: 'v1.0',
        violations: perContainer(({ securityContext }) =>
          (securityContext?.capabilities?.add ?? []).flatMap((name, index) =>
            defaultCapabilities.has(name) ? [] : [['securityContext', 'capabilities', 'add', index]],
          ),
        ),
      },
    ],
  },
  {
    id: 'hostNamespaces',
    level: 'baseline',
    versions: [
      {
        from: 'v1.0',
        violations: inPod((pod) =>
          hostNamespaces.filter((field) => pod[field] === true).map((field) => [field]),
        ),
      },
    ],
  },
  {
    id: 'hostPathVolumes',
    level: 'baseline',
    versions: [
      {
        from: 'v1.0',
        violations: inPod(({ volumes }) =>
          volumes.flatMap(({ hostPath }, index) =>
            hostPath === undefined ? [] : [['volumes', index, 'hostPath']],
          ),
        ),
      },
    ],
  },
  {
    id: 'hostPorts',
    level: 'baseline',
    versions: [
      {
        from: 'v1.0',
        violations: perContainer(({ ports }) =>
          ports.flatMap(({ hostPort }, index) =>
            (hostPort ?? 0) === 0 ? [] : [['ports', index, 'hostPort']],
          ),
        ),
      },
    ],
  },
  {
    id: 'hostProbesAndHostLifecycle',
    level: 'baseline',
    versions: [{ from: 'v1.34', violations: probeHosts }],
  },
  {
    id: 'privileged',
    level: 'baseline',
    versions: [
      {
        from: 'v1.0',
        violations: perContainer(({ securityContext }) =>
          securityContext?.privileged === true ? [['securityContext', 'privileged']] : [],
        ),
      },
    ],
  },
  {
    id: 'procMount',
    level: 'baseline',
    versions: [
      { from: 'v1.0', violations: maskedProc },
      { from: 'v1.35', violations: unlessInUserNamespace(maskedProc) },
    ],
  },
  {
    id: 'seLinuxOptions',
    level: 'baseline',
    versions: [
      { from: 'v1.0', violations: seLinux(...seLinuxTypes) },
      { from: 'v1.31', violations: seLinux(...seLinuxTypes, 'container_engine_t') },
    ],
  },
  {
    id: 'seccompProfile_baseline',
    level: 'baseline',
    versions: [
      { from: 'v1.0', violations: seccompAnnotations },
      {
        from: 'v1.19',
        violations: inEveryContext(({ seccompProfile }) =>
          seccompProfile === undefined || isConfined(seccompProfile.type) ? [] : [['seccompProfile', 'type']],
        ),
      },
    ],
  },
  { id: 'sysctls', level: 'baseline', versions: sysctlVersions },
  {
    id: 'windowsHostProcess',
    level: 'baseline',
    versions: [
      {
        from: 'v1.0',
        violations: inEveryContext(({ windowsOptions }) =>
          windowsOptions?.hostProcess === true ? [['windowsOptions', 'hostProcess']] : [],
        ),
      },
    ],
  },
];
