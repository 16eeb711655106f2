import { join } from 'node:path';
import type { CertificateName } from './certificates.ts';
import type { Layout } from './layout.ts';
import type { BinaryName } from './versions.ts';

/** One process of the control plane, as data: the supervisor starts them in this order, ends them in reverse. */
export interface Component {
  readonly name: ComponentName;
  readonly args: readonly string[];
  /** Answers 200 to the admin's certificate once it works. */
  readonly health: string;
}

export const componentNames = [
  'etcd',
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'kwok',
] as const satisfies readonly BinaryName[];

export type ComponentName = (typeof componentNames)[number];

export const portNames = ['etcd-peer', ...componentNames] as const;
export type Ports = Readonly<Record<(typeof portNames)[number], number>>;

const serviceAddresses = '10.96.0.0/16';

export interface ComponentOptions {
  readonly layout: Layout;
  readonly ports: Ports;
  readonly audit: boolean;
}

type Flags = Readonly<Record<string, string | number | boolean>>;

const toArgs = (flags: Flags): string[] => Object.entries(flags).map(([name, value]) => `--${name}=${value}`);

const local = (port: number): string => `https://127.0.0.1:${port}`;

export function componentsOf(options: ComponentOptions): readonly Component[] {
  const { ports, layout } = options;
  const flags: Readonly<Record<ComponentName, Flags>> = {
    etcd: etcdFlags(options),
    'kube-apiserver': apiServerFlags(options),
    'kube-controller-manager': controllerManagerFlags(options),
    'kube-scheduler': { ...ofClient('kube-scheduler', options), config: layout.schedulerConfig },
    kwok: {
      config: layout.kwokConfig,
      kubeconfig: layout.kubeconfigOf('kwok'),
      // its default would be all interfaces
      'server-address': `127.0.0.1:${ports.kwok}`,
    },
  };
  const healthPath: Readonly<Record<ComponentName, string>> = {
    etcd: '/health',
    'kube-apiserver': '/readyz',
    'kube-controller-manager': '/healthz',
    'kube-scheduler': '/healthz',
    kwok: '/healthz',
  };
  return componentNames.map((name) => ({
    name,
    args: toArgs(flags[name]),
    health: `${local(ports[name])}${healthPath[name]}`,
  }));
}

const pathsOf = ({ layout }: ComponentOptions, name: CertificateName | 'ca') => ({
  cert: join(layout.certificates, `${name}.crt`),
  key: join(layout.certificates, `${name}.key`),
});

function etcdFlags(options: ComponentOptions): Flags {
  const { layout, ports } = options;
  const { cert, key } = pathsOf(options, 'etcd');
  const ca = pathsOf(options, 'ca').cert;
  const peer = local(ports['etcd-peer']);
  return {
    name: 'default',
    'data-dir': layout.etcdData,
    'listen-client-urls': local(ports.etcd),
    'advertise-client-urls': local(ports.etcd),
    'listen-peer-urls': peer,
    'initial-advertise-peer-urls': peer,
    'initial-cluster': `default=${peer}`,
    'cert-file': cert,
    'key-file': key,
    'trusted-ca-file': ca,
    'client-cert-auth': true,
    'peer-cert-file': cert,
    'peer-key-file': key,
    'peer-trusted-ca-file': ca,
    'peer-client-cert-auth': true,
    'log-level': 'warn',
    // nothing here has to survive a power cut, and a busy disk would slow every write down
    'unsafe-no-fsync': true,
  };
}

function apiServerFlags(options: ComponentOptions): Flags {
  const { layout, ports, audit } = options;
  const serving = pathsOf(options, 'kube-apiserver');
  const etcd = pathsOf(options, 'etcd-client');
  const kubelet = pathsOf(options, 'kubelet-client');
  const proxy = pathsOf(options, 'front-proxy-client');
  const ca = pathsOf(options, 'ca').cert;
  return {
    'bind-address': '127.0.0.1',
    'advertise-address': '127.0.0.1',
    'secure-port': ports['kube-apiserver'],
    'endpoint-reconciler-type': 'none',
    'etcd-servers': local(ports.etcd),
    'etcd-cafile': ca,
    'etcd-certfile': etcd.cert,
    'etcd-keyfile': etcd.key,
    'service-cluster-ip-range': serviceAddresses,
    'tls-cert-file': serving.cert,
    'tls-private-key-file': serving.key,
    'client-ca-file': ca,
    'authorization-mode': 'RBAC',
    'allow-privileged': true,
    'service-account-issuer': 'https://kubernetes.default.svc',
    'service-account-signing-key-file': join(layout.certificates, 'service-account.key'),
    'service-account-key-file': join(layout.certificates, 'service-account.pub'),
    'kubelet-client-certificate': kubelet.cert,
    'kubelet-client-key': kubelet.key,
    'kubelet-certificate-authority': ca,
    // every Node has an address of its own for show; its fake kubelet is reached by name (see nodes.ts)
    'kubelet-preferred-address-types': 'InternalDNS,InternalIP',
    // without these the other components log errors about a missing CA
    'requestheader-client-ca-file': ca,
    'requestheader-allowed-names': 'front-proxy-client',
    'requestheader-username-headers': 'X-Remote-User',
    'requestheader-group-headers': 'X-Remote-Group',
    'requestheader-extra-headers-prefix': 'X-Remote-Extra-',
    'proxy-client-cert-file': proxy.cert,
    'proxy-client-key-file': proxy.key,
    profiling: false,
    ...(audit ? { 'audit-policy-file': layout.auditPolicy, 'audit-log-path': layout.auditLog } : {}),
  };
}

/** What the controller manager and the scheduler have in common: both serve, and both are clients. */
function ofClient(name: 'kube-controller-manager' | 'kube-scheduler', options: ComponentOptions): Flags {
  const { cert, key } = pathsOf(options, name);
  const kubeconfig = options.layout.kubeconfigOf(name);
  return {
    'authentication-kubeconfig': kubeconfig,
    'authorization-kubeconfig': kubeconfig,
    'bind-address': '127.0.0.1',
    'secure-port': options.ports[name],
    'tls-cert-file': cert,
    'tls-private-key-file': key,
  };
}

function controllerManagerFlags(options: ComponentOptions): Flags {
  const ca = pathsOf(options, 'ca');
  return {
    ...ofClient('kube-controller-manager', options),
    kubeconfig: options.layout.kubeconfigOf('kube-controller-manager'),
    'leader-elect': false,
    'use-service-account-credentials': true,
    'service-account-private-key-file': join(options.layout.certificates, 'service-account.key'),
    'root-ca-file': ca.cert,
    'cluster-signing-cert-file': ca.cert,
    'cluster-signing-key-file': ca.key,
    // the default of 20 a second would make ten pods a second
    'kube-api-qps': 1000,
    'kube-api-burst': 2000,
  };
}
