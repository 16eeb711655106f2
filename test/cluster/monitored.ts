/** A control plane with the manifests and the demo, and a Prometheus that scrapes the operator as they say. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { resolvePrograms } from '../../hack/cluster/binaries.ts';
import { type ControlPlane, startControlPlane } from '../../hack/cluster/control-plane.ts';
import { freePorts } from '../../hack/cluster/ports.ts';
import { stderrLog } from '../../hack/cluster/progress.ts';
import { startPrometheus } from '../../hack/cluster/prometheus.ts';
import { demoFolder } from '../../hack/demo-run/manifests.ts';
import { monitoringFolder } from '../../hack/generate/monitoring.ts';
import { quickRules } from '../support/quick-rules.ts';
import { kubeconfigWith } from './accounts.ts';
import { eventually, kubectlOn } from './harness.ts';
import { type OperatorProcess, startedOperator } from './operator-process.ts';
import { prometheusApi } from './prometheus-api.ts';

export const manifests = join(monitoringFolder, '..');

export interface Monitored {
  readonly plane: ControlPlane;
  readonly api: ReturnType<typeof prometheusApi>;
  /** `127.0.0.1:PORT` of the operator, running or not. */
  readonly target: string;
  /** What can read the metrics. */
  readonly scraperToken: string;
  readonly kubectl: (...args: string[]) => Promise<string>;
  /** As the Deployment runs it: with its own account, and metrics only for those who may. */
  readonly startOperator: () => Promise<OperatorProcess>;
  readonly stop: () => Promise<void>;
}

/** The control plane is its own, so that its API server may go away. No operator runs yet. */
export async function startMonitored(): Promise<Monitored> {
  const { prometheus: path } = await resolvePrograms(['prometheus']);
  await using cleanup = new AsyncDisposableStack();
  const plane = await startControlPlane({ log: stderrLog });
  cleanup.defer(() => plane.stop());
  const folder = mkdtempSync(join(tmpdir(), 'hexarisk-monitored-'));
  cleanup.defer(() => rmSync(folder, { recursive: true, force: true }));
  const kubectl = (...args: string[]) => kubectlOn(plane, args);
  await kubectl('apply', '-k', manifests);
  await kubectl('apply', '-f', demoFolder, '-f', join(monitoringFolder, 'rbac.yaml'));
  await kubectl('create', 'serviceaccount', '-n', 'monitoring', 'prometheus-k8s');

  const { metrics, health } = await freePorts(['metrics', 'health']);
  const target = `127.0.0.1:${metrics}`;
  const scraperToken = await eventually('the token of the scraper', () => scraperTokenOf(kubectl));
  const put = (file: string, text: string) => {
    writeFileSync(join(folder, file), text, { mode: 0o600 });
    return join(folder, file);
  };
  const scrapes = await scrapeConfigs({ plane, kubectl, target, scraperToken, put });
  const rules = readFileSync(join(monitoringFolder, 'rules.yaml'), 'utf8');
  const prometheus = await startPrometheus({
    path,
    config: {
      global: { scrape_interval: '1s', evaluation_interval: '1s' },
      rule_files: [put('rules.yaml', quickRules(rules))],
      scrape_configs: scrapes,
    },
  });
  cleanup.defer(() => prometheus.stop());
  const started = cleanup.move();
  return {
    plane,
    api: prometheusApi(prometheus.url),
    target,
    scraperToken,
    kubectl,
    startOperator: async () =>
      startedOperator({
        kubeconfig: await kubeconfigWith(plane.kubeconfig, await tokenOf(kubectl, 'hexarisk', 'hexarisk')),
        args: [
          `--metrics-address=${target}`,
          `--health-address=127.0.0.1:${health}`,
          '--metrics-auth',
          '--leader-elect',
          '--lease-namespace=hexarisk',
        ],
      }),
    stop: () => started.disposeAsync(),
  };
}

type Kubectl = Monitored['kubectl'];

const tokenOf = async (kubectl: Kubectl, namespace: string, account: string): Promise<string> =>
  (await kubectl('create', 'token', '-n', namespace, account)).trim();

/** From the Secret that rbac.yaml asks for; empty until Kubernetes has filled it in. */
async function scraperTokenOf(kubectl: Kubectl): Promise<string> {
  const path = 'jsonpath={.data.token}';
  const encoded = await kubectl('get', 'secret', '-n', 'hexarisk', 'hexarisk-scraper', '-o', path);
  return Buffer.from(encoded, 'base64').toString();
}

interface Stage extends Pick<Monitored, 'plane' | 'kubectl' | 'target' | 'scraperToken'> {
  /** Writes a file. @returns its path */
  readonly put: (file: string, text: string) => string;
}

interface ScrapeFile {
  readonly scrape_configs: readonly [
    { readonly kubernetes_sd_configs: readonly [object]; readonly relabel_configs: readonly object[] },
  ];
}

/**
 * scrape-config.yaml twice, with the scraper's token: with the address of our process in place of what is found; and as
 * it is, but through the API server, since we are in no pod. What it finds there are KWOK's pods, which serve nothing.
 */
async function scrapeConfigs({ plane, kubectl, target, scraperToken, put }: Stage): Promise<object[]> {
  const text = readFileSync(join(monitoringFolder, 'scrape-config.yaml'), 'utf8');
  const [job] = (load(text) as ScrapeFile).scrape_configs;
  const {
    kubernetes_sd_configs: [discovery],
    relabel_configs: _,
    ...rest
  } = job;
  const authorization = { credentials_file: put('scraper.token', scraperToken) };
  const ca = 'jsonpath={.data.ca\\.crt}';
  const through = {
    api_server: plane.server,
    tls_config: {
      ca_file: put(
        'ca.crt',
        await kubectl('get', 'configmap', '-n', 'hexarisk', 'kube-root-ca.crt', '-o', ca),
      ),
    },
    authorization: {
      credentials_file: put('prometheus.token', await tokenOf(kubectl, 'monitoring', 'prometheus-k8s')),
    },
  };
  return [
    { ...rest, authorization, static_configs: [{ targets: [target] }] },
    { ...job, authorization, job_name: 'discovered', kubernetes_sd_configs: [{ ...discovery, ...through }] },
  ];
}
