/** What a control plane and its monitoring consist of, and at which version. Data only: a new release is a change of
 *  this file and of the `build/` modules. */

export const versions = {
  kubernetes: 'v1.37.2',
  etcd: 'v3.7.3',
  kwok: 'v0.8.0',
  prometheus: 'v3.16.0',
} as const;

export type Project = keyof typeof versions;

export const controlPlaneNames = [
  'etcd',
  'kwok',
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'kubectl',
] as const;

export const monitoringNames = ['prometheus', 'promtool'] as const;

export type BinaryName = (typeof controlPlaneNames | typeof monitoringNames)[number];

export interface BinaryFacts {
  readonly project: Project;
  /** What makes it print its version. */
  readonly versionArgs: readonly string[];
  /** What to give to `go build` inside `build/<module>`. */
  readonly module: 'k8s' | 'etcd' | 'kwok' | 'prometheus';
  readonly goPackage: string;
}

const kubernetes = (name: string, versionArgs: readonly string[] = ['--version']): BinaryFacts => ({
  project: 'kubernetes',
  versionArgs,
  module: 'k8s',
  goPackage: `k8s.io/kubernetes/cmd/${name}`,
});

const prometheus = (name: string): BinaryFacts => ({
  project: 'prometheus',
  versionArgs: ['--version'],
  module: 'prometheus',
  goPackage: `github.com/prometheus/prometheus/cmd/${name}`,
});

export const binaries: Readonly<Record<BinaryName, BinaryFacts>> = {
  etcd: {
    project: 'etcd',
    versionArgs: ['--version'],
    module: 'etcd',
    goPackage: 'go.etcd.io/etcd/server/v3',
  },
  kwok: {
    project: 'kwok',
    versionArgs: ['--version'],
    module: 'kwok',
    goPackage: 'sigs.k8s.io/kwok/cmd/kwok',
  },
  'kube-apiserver': kubernetes('kube-apiserver'),
  'kube-controller-manager': kubernetes('kube-controller-manager'),
  'kube-scheduler': kubernetes('kube-scheduler'),
  kubectl: kubernetes('kubectl', ['version', '--client']),
  prometheus: prometheus('prometheus'),
  promtool: prometheus('promtool'),
};

export const pinned = (name: BinaryName): string => versions[binaries[name].project];

/** Each project words its version differently; all of them put it on the first line that has one. */
export function versionIn(output: string): string | undefined {
  const found = /(?:^|[\s:])v?(\d+\.\d+\.\d+(?:-[\w.]+)?)(?=$|[\s+])/m.exec(output);
  return found === null ? undefined : `v${found[1]}`;
}

/** kubectl is supported one minor version either side of the server. */
export function withinOneMinor(client: string, server: string): boolean {
  const [c, s] = [minorOf(client), minorOf(server)];
  return c !== undefined && s !== undefined && c.major === s.major && Math.abs(c.minor - s.minor) <= 1;
}

export const sameMajor = (one: string, other: string): boolean =>
  minorOf(one) !== undefined && minorOf(one)?.major === minorOf(other)?.major;

function minorOf(version: string): { major: number; minor: number } | undefined {
  const found = /^v(\d+)\.(\d+)\./.exec(version);
  return found === null ? undefined : { major: Number(found[1]), minor: Number(found[2]) };
}
