/** `--monitoring`: a Prometheus that scrapes the demo's operator and evaluates the alerts of the manifests. */
import { join } from 'node:path';
import { resolvePrograms } from '../cluster/binaries.ts';
import { stderrLog } from '../cluster/progress.ts';
import { type Prometheus, startPrometheus } from '../cluster/prometheus.ts';
import { root, shownPath } from './kubectl.ts';
import type { RunningOperator } from './operator.ts';
import { say } from './print.ts';
import type { Session } from './session.ts';

const folder = join(root, 'manifests/monitoring');

/** Builds it if need be, which is better done while nothing waits for it. @returns its path */
export async function monitoringProgram({ signal }: Session): Promise<string> {
  const { prometheus } = await resolvePrograms(['prometheus'], { log: stderrLog, signal });
  return prometheus;
}

/** Ends with the session. */
export async function startMonitoring(
  path: string,
  { metrics }: RunningOperator,
  session: Session,
): Promise<Prometheus> {
  const { host } = new URL(metrics);
  const prometheus = await startPrometheus({
    path,
    config: {
      global: { scrape_interval: '5s', evaluation_interval: '5s' },
      rule_files: [join(folder, 'rules.yaml')],
      scrape_configs: [{ job_name: 'hexarisk', honor_labels: true, static_configs: [{ targets: [host] }] }],
    },
    signal: session.signal,
    onFailure: session.fail,
  });
  session.cleanup.defer(() => prometheus.stop());
  stderrLog(`Prometheus: ${prometheus.url}`);
  return prometheus;
}

export function showMonitoring({ url }: Prometheus): void {
  say(`  curl -G ${url}/api/v1/query --data-urlencode 'query=topk(3, hexarisk_workload_risk_score)'`);
  say(`  curl ${url}/api/v1/alerts    # one fires after 15 minutes`);
  say(
    `  a Grafana on this machine: add ${url} as data source, import ${shownPath(folder)}/dashboards/*.json`,
  );
}
