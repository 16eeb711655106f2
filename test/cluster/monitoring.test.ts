import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { openedQueries, readDashboards } from '../support/dashboards.ts';
import { eventually, kubectlOn, START_TIMEOUT_MS } from './harness.ts';
import { manifests, type Monitored, startMonitored } from './monitored.ts';
import type { OperatorProcess } from './operator-process.ts';
import { promtool } from './promtool.ts';

type Labels = Readonly<Record<string, string>>;

const hasAll = (labels: Labels, wanted: Labels): boolean =>
  Object.entries(wanted).every(([name, value]) => labels[name] === value);

const nameOf = ({ namespace, kind, workload }: Labels): string => `${namespace}/${kind}/${workload}`;

const PRIVILEGED = JSON.stringify([
  { op: 'add', path: '/spec/template/spec/containers/0/securityContext', value: { privileged: true } },
]);

describe('a real Prometheus', function () {
  this.timeout(150_000);
  let monitored: Monitored;
  let operator: OperatorProcess | undefined;
  let begun = 0;

  before(async function () {
    this.timeout(START_TIMEOUT_MS);
    begun = Date.now();
    monitored = await startMonitored();
  });

  after(async function () {
    this.timeout(60_000);
    await operator?.stop('SIGKILL');
    await monitored?.stop();
  });

  const fires = (alert: string, labels: Labels, since: number) =>
    eventually(
      `${alert} to fire`,
      async () => {
        const fired = await monitored.api.fired(alert, since);
        if (!fired.some((one) => hasAll(one, labels))) throw new Error(`fired: ${JSON.stringify(fired)}`);
        return true;
      },
      { timeoutMs: 90_000, everyMs: 500 },
    );

  /** The alert does not fire; something is done; it fires. */
  async function provokes(done: () => Promise<unknown>, alert: string, labels: Labels): Promise<void> {
    const firing = await monitored.api.firing();
    const already = firing.filter((one) => hasAll(one.labels, { alertname: alert, ...labels }));
    expect(already, `${alert} before its cause`).to.deep.equal([]);
    const since = Date.now();
    await done();
    await fires(alert, labels, since);
  }

  it('says so when there are no metrics', async () => {
    await fires('HexariskMetricsAbsent', { severity: 'warning', owner: 'hexarisk' }, begun);
  });

  it('scrapes the operator with its token over TLS', async () => {
    const { api, target } = monitored;
    operator = await monitored.startOperator();
    const score = 'hexarisk_workload_risk_score{job="hexarisk", namespace="shop", workload="web"}';
    await eventually('the score of a workload', async () => (await api.query(score))[0]?.value);
    const scraped = (await api.targets()).find(({ labels }) => labels['job'] === 'hexarisk');
    expect(scraped?.scrapeUrl).to.equal(`https://${target}/metrics`);
  });

  it('finds the pod behind the Service with the rights of its account', async () => {
    const path = 'jsonpath={.items[0].metadata.name} {.items[0].status.podIP}';
    const pod = await monitored.kubectl('get', 'pods', '-n', 'hexarisk', '-o', path);
    const [name, address] = pod.split(' ');
    const found = await eventually('the pod', async () =>
      (await monitored.api.targets()).find(({ labels }) => labels['job'] === 'discovered'),
    );
    expect(found.labels['pod']).to.equal(name);
    expect(found.scrapeUrl).to.equal(`https://${address}:8443/metrics`);
  });

  it('gets metrics with which promtool finds nothing wrong', async () => {
    const { target, scraperToken } = monitored;
    const header = `Authorization: Bearer ${scraperToken}`;
    const args = ['-sk', '--max-time', '20', '-H', header, `https://${target}/metrics`];
    const text = execFileSync('curl', args, { encoding: 'utf8' });
    expect(text).to.include('hexarisk_workload_risk_score{');
    expect(await promtool(['check', 'metrics', '--lint=all'], text)).to.deep.equal({ code: 0, output: '' });
  });

  it('alerts about each workload that is Critical and runs, once, and tells its owner', async () => {
    const { api } = monitored;
    await fires('HexariskWorkloadCritical', { severity: 'critical' }, begun);
    const critical = await api.query(
      'hexarisk_workload_risk_score{job="hexarisk"} >= 85 and hexarisk_workload_running > 0',
    );
    const expected = critical.map(({ metric }) => `${nameOf(metric)} for ${metric['owner'] ?? 'hexarisk'}`);
    await eventually('all of them', async () => {
      const fired = await api.fired('HexariskWorkloadCritical', begun);
      const found = fired.map((labels) => `${nameOf(labels)} for ${labels['owner']}`);
      expect(found.toSorted()).to.deep.equal(expected.toSorted());
      return true;
    });
  });

  it('alerts about a workload whose risk has risen', async () => {
    const aDayAgo = 'hexarisk_workload_risk_score{workload="cart"} offset 30s';
    await eventually('a score to compare with', async () => (await monitored.api.query(aDayAgo))[0]?.value, {
      timeoutMs: 60_000,
    });
    await provokes(() => makePrivileged('shop', 'cart'), 'HexariskWorkloadRiskIncreased', {
      namespace: 'shop',
      workload: 'cart',
      owner: 'storefront',
    });
  });

  for (const dashboard of readDashboards()) {
    it(`has data for every query of ${dashboard.title}`, async () => {
      const queries = await openedQueries(dashboard, monitored.api.labelValues);
      expect(queries).to.have.length.above(10);
      for (const query of queries) {
        const samples = await monitored.api.query(query);
        expect(
          samples.filter(({ value }) => !Number.isNaN(value)),
          `${query}: ${JSON.stringify(samples)}`,
        ).to.not.be.empty;
      }
    });
  }

  it('alerts when reports cannot be written, and when they come too late then', async () => {
    const since = Date.now();
    await provokes(
      async () => {
        await takeRight('riskreports');
        await makeAllPrivileged();
      },
      'HexariskReportWritesFailing',
      { owner: 'hexarisk' },
    );
    // a change counts as late once it has taken 10 s
    await sleep(Math.max(0, 12_000 - (Date.now() - since)));
    await provokes(giveRightsBack, 'HexariskReportsStale', { owner: 'hexarisk' });
  });

  it('alerts when no replica can get the Lease', async () => {
    const { kubectl, api } = monitored;
    const patch = JSON.stringify([{ op: 'replace', path: '/rules/0/verbs', value: ['get'] }]);
    await provokes(
      () => kubectl('patch', 'role', '-n', 'hexarisk', 'hexarisk', '--type=json', '-p', patch),
      'HexariskNoLeader',
      { owner: 'hexarisk' },
    );
    await kubectl('apply', '-f', join(manifests, 'role.yaml'));
    await eventually('it to lead again', async () => (await api.query('hexarisk_leader'))[0]?.value === 1);
  });

  it('alerts when evidence is missing that was there before', async () => {
    await provokes(
      async () => {
        await takeRight('networkpolicies');
        // a watch that is open stays so
        await operator?.stop();
        operator = await monitored.startOperator();
      },
      'HexariskCoverageDropped',
      { axis: 'network' },
    );
    await giveRightsBack();
  });

  it('alerts when a resource cannot be followed', async () => {
    const { plane } = monitored;
    await provokes(() => plane.kill('kube-apiserver'), 'HexariskWatchFailing', { resource: 'pods' });
    await plane.restart('kube-apiserver');
  });

  it('explains every alert in words, none of them a broken template', async () => {
    const firing = await monitored.api.firing();
    expect(firing).to.not.be.empty;
    for (const { annotations } of firing)
      expect(JSON.stringify(annotations)).to.not.match(/<error|<no value>|NaN/);
  });

  /** Its first container. */
  const makePrivileged = (namespace: string, name: string) =>
    monitored.kubectl('patch', 'deployment', '-n', namespace, name, '--type=json', '-p', PRIVILEGED);

  async function makeAllPrivileged(): Promise<void> {
    const path = 'jsonpath={range .items[*]}{.metadata.namespace} {.metadata.name}{"\\n"}{end}';
    const list = await monitored.kubectl('get', 'deployments', '-A', '-o', path);
    for (const line of list.trim().split('\n')) {
      const [namespace = '', name = ''] = line.split(' ');
      await makePrivileged(namespace, name);
    }
  }

  interface Role {
    readonly rules: readonly { readonly resources: readonly string[]; readonly verbs: readonly string[] }[];
  }

  /** From the operator's account. A rule of its own (reports) keeps the right to read. */
  async function takeRight(resource: 'riskreports' | 'networkpolicies'): Promise<void> {
    const role = JSON.parse(await monitored.kubectl('get', 'clusterrole', 'hexarisk', '-o', 'json')) as Role;
    const rules = role.rules.map((rule) => {
      if (!rule.resources.includes(resource)) return rule;
      const others = rule.resources.filter((other) => other !== resource);
      return others.length > 0 ? { ...rule, resources: others } : { ...rule, verbs: ['list', 'watch'] };
    });
    await kubectlOn(monitored.plane, ['replace', '-f', '-'], JSON.stringify({ ...role, rules }));
  }

  const giveRightsBack = () => monitored.kubectl('apply', '-f', join(manifests, 'cluster-role.yaml'));
});
