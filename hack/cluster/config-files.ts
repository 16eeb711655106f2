import { mkdir, writeFile } from 'node:fs/promises';
import { dump } from 'js-yaml';
import { type CertificateName, readPair } from './certificates.ts';
import type { ComponentOptions } from './components.ts';
import { kwokConfig } from './kwok.ts';
import { dirname } from 'node:path';

/** The files that name this run's ports: written anew at each start. */
export async function writeConfigFiles(options: ComponentOptions): Promise<void> {
  const { layout, ports } = options;
  const server = `https://127.0.0.1:${ports['kube-apiserver']}`;
  await mkdir(dirname(layout.logOf('any')), { recursive: true });
  await Promise.all([
    writeKubeconfig(layout.kubeconfig, 'admin', server, layout.certificates),
    ...(['kube-controller-manager', 'kube-scheduler', 'kwok'] as const).map((user) =>
      writeKubeconfig(layout.kubeconfigOf(user), user, server, layout.certificates),
    ),
    writeFile(layout.auditPolicy, dump(auditPolicy)),
    writeFile(layout.schedulerConfig, dump(schedulerConfig(layout.kubeconfigOf('kube-scheduler')))),
    writeFile(layout.kwokConfig, kwokConfig(options)),
  ]);
}

async function writeKubeconfig(
  path: string,
  user: CertificateName,
  server: string,
  certificates: string,
): Promise<void> {
  const { key, cert, ca } = await readPair(certificates, user);
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'hexarisk',
    clusters: [{ name: 'hexarisk', cluster: { server, 'certificate-authority-data': base64(ca) } }],
    users: [
      { name: user, user: { 'client-certificate-data': base64(cert), 'client-key-data': base64(key) } },
    ],
    contexts: [{ name: 'hexarisk', context: { cluster: 'hexarisk', user } }],
  };
  await writeFile(path, dump(config, { lineWidth: -1 }), { mode: 0o600 });
}

/** Who did what to which object, not the objects themselves: about 1 KB an event. */
const auditPolicy = {
  apiVersion: 'audit.k8s.io/v1',
  kind: 'Policy',
  omitStages: ['RequestReceived'],
  rules: [{ level: 'Metadata' }],
};

const schedulerConfig = (kubeconfig: string) => ({
  apiVersion: 'kubescheduler.config.k8s.io/v1',
  kind: 'KubeSchedulerConfiguration',
  clientConnection: { kubeconfig, qps: 1000, burst: 2000 },
  leaderElection: { leaderElect: false },
});
