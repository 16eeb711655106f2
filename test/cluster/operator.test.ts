import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import {
  apply,
  eventually,
  freshNamespace,
  get,
  kubectl,
  sharedControlPlane,
  START_TIMEOUT_MS,
} from './harness.ts';
import {
  installCrd,
  type OperatorProcess,
  report,
  reports,
  spawnOperator,
  startedOperator,
} from './operator-process.ts';

interface DeploymentOptions {
  readonly namespace: string;
  readonly name: string;
  readonly replicas?: number;
  readonly privileged?: boolean;
}

const deployment = ({ namespace, name, replicas = 1, privileged = false }: DeploymentOptions) =>
  JSON.stringify({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace },
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: {
          containers: [{ name: 'main', image: 'registry.example/app:1', securityContext: { privileged } }],
        },
      },
    },
  });

describe('the operator in a cluster', function () {
  this.timeout(120_000);
  let operator: OperatorProcess;
  let namespace: string;

  before(async function () {
    this.timeout(START_TIMEOUT_MS);
    await sharedControlPlane();
    await installCrd();
    namespace = await freshNamespace();
    await apply(deployment({ namespace, name: 'web', replicas: 2 }));
    operator = await startedOperator();
  });
  after(async () => operator?.stop());

  it('writes a report per workload, owned by it, with all six axes', async () => {
    const web = await eventually('two running pods', async () => {
      const found = await report(namespace, 'deployment-web');
      return found?.workload.running === 2 ? found : undefined;
    });
    const { metadata } = await get<{ metadata: { uid: string } }>('deployment', '-n', namespace, 'web');
    expect(web.metadata.ownerReferences?.map(({ uid }) => uid)).to.deep.equal([metadata.uid]);
    expect(Object.keys(web.report.axes).sort()).to.deep.equal([
      'api',
      'image',
      'labels',
      'network',
      'privileges',
      'secrets',
    ]);
    expect(await reports(namespace)).to.have.length(1);
  });

  it('shows a created, a changed and a deleted workload within a second', async () => {
    const within = async (what: string, ask: () => Promise<unknown>) => {
      const begun = performance.now();
      await eventually(what, ask, { everyMs: 20 });
      return performance.now() - begun;
    };
    await apply(deployment({ namespace, name: 'late' }));
    const created = await within('its report', () => report(namespace, 'deployment-late'));
    await apply(deployment({ namespace, name: 'late', privileged: true }));
    const isHigh = async () =>
      ['High', 'Critical'].includes((await report(namespace, 'deployment-late'))?.report.level ?? '');
    const changed = await within('its level', isHigh);
    await kubectl('delete', 'deployment', '-n', namespace, 'late', '--wait=false');
    const gone = async () => (await report(namespace, 'deployment-late')) === undefined;
    const deleted = await within('its report to go', gone);
    console.log(
      `        created ${created.toFixed(0)} ms, changed ${changed.toFixed(0)} ms, deleted ${deleted.toFixed(0)} ms`,
    );
    // kubectl itself takes a tenth of a second to ask; the machine is shared
    for (const time of [created, changed, deleted]) expect(time).to.be.below(1000);
  });

  it('says what changed from and to, and keeps it over a restart', async () => {
    await apply(deployment({ namespace, name: 'turns' }));
    const before = await eventually('its report', () => report(namespace, 'deployment-turns'));
    expect(before.report.change).to.equal(undefined);
    await apply(deployment({ namespace, name: 'turns', privileged: true }));
    const changed = async () => {
      const found = await report(namespace, 'deployment-turns');
      return found?.report.change === undefined ? undefined : found;
    };
    const after = await eventually('a change', changed);
    expect(after.report.change).to.deep.equal({
      from: before.report.score,
      to: after.report.score,
      because: [],
    });

    expect(await operator.stop()).to.equal(0);
    operator = await startedOperator();
    expect((await report(namespace, 'deployment-turns'))?.report.change).to.deep.equal(after.report.change);
  });

  it('writes nothing when it starts again and nothing has changed', async () => {
    const versions = async () => (await reports(namespace)).map(({ metadata }) => metadata.resourceVersion);
    const before = await versions();
    await operator.stop();
    operator = await startedOperator();
    expect(await versions()).to.deep.equal(before);
    expect(await operator.metrics()).to.match(/^hexarisk_report_writes_total\{result="applied"\} 0$/m);
  });

  it('puts back a report that was edited by hand, and one that was deleted', async () => {
    const before = await eventually('its report', () => report(namespace, 'deployment-web'));
    const edit = '{"report":{"score":1,"level":"Low"}}';
    await kubectl('patch', 'rr', '-n', namespace, 'deployment-web', '--type=merge', '-p', edit);
    const isBack = async () => {
      const found = await report(namespace, 'deployment-web');
      return found?.report.score === before.report.score ? found : undefined;
    };
    await eventually('the score to be back', isBack);
    // a field that we do not set ourselves is taken away too
    await kubectl(
      'patch',
      'rr',
      '-n',
      namespace,
      'deployment-web',
      '--type=merge',
      '-p',
      '{"report":{"owner":{"team":"nobody"}}}',
    );
    await eventually('the foreign field to go', async () => {
      const found = await kubectl(
        'get',
        'rr',
        '-n',
        namespace,
        'deployment-web',
        '-o',
        'jsonpath={.report.owner}',
      );
      return !found.includes('nobody');
    });
    await kubectl('delete', 'rr', '-n', namespace, 'deployment-web');
    await eventually('the report to be back', isBack);
  });

  it('takes away a report that no workload has', async () => {
    const stray = {
      ...(await report(namespace, 'deployment-web')),
      apiVersion: 'hexarisk.dev/v1alpha1',
      kind: 'RiskReport',
    };
    await apply(JSON.stringify({ ...stray, metadata: { name: 'deployment-stray', namespace } }));
    await eventually(
      'the stray report to go',
      async () => (await report(namespace, 'deployment-stray')) === undefined,
    );
  });

  it('sorts and selects by what kubectl can ask for', async () => {
    const table = await kubectl('get', 'rr', '-n', namespace, '--sort-by=.report.score');
    const heading = table
      .split('\n')[0]
      ?.split(/\s{2,}/)
      .map((word) => word.trim());
    expect(heading?.slice(1)).to.deep.equal([
      'KIND',
      'WORKLOAD',
      'SCORE',
      'LEVEL',
      'IMAGE',
      'PRIVS',
      'API',
      'SECRETS',
      'LABELS',
      'NETWORK',
      'OWNER',
      'AGE',
    ]);
    const web = await report(namespace, 'deployment-web');
    const level = web?.report.level ?? '';
    expect(await kubectl('get', 'rr', '-n', namespace, `--field-selector=report.level=${level}`)).to.include(
      'deployment-web',
    );
    expect(await kubectl('get', 'rr', '-n', namespace, '-l', `hexarisk.dev/level=${level}`)).to.include(
      'deployment-web',
    );
    expect(await kubectl('get', 'hexarisk', '-n', namespace, '-o', 'wide')).to.include('TOP FINDING');
  });

  it('goes on by itself when the API server is killed and comes back', async () => {
    const plane = await sharedControlPlane();
    await plane.kill('kube-apiserver');
    await eventually('the operator to notice', () => operator.said('the API server does not answer'));
    expect(await operator.ready(), 'it stays ready on data that is not old').to.equal(true);
    await plane.restart('kube-apiserver');
    await apply(deployment({ namespace, name: 'afterwards' }));
    await eventually('the report of a workload made afterwards', () =>
      report(namespace, 'deployment-afterwards'),
    );
    expect(operator.other).to.deep.equal([]);
  });

  it('deletes the report of a workload that vanished while it was not running', async () => {
    await eventually('its report', () => report(namespace, 'deployment-afterwards'));
    await operator.stop();
    await kubectl('delete', 'deployment', '-n', namespace, 'afterwards', '--cascade=orphan');
    await kubectl(
      'delete',
      'rs,pods',
      '-n',
      namespace,
      '-l',
      'app=afterwards',
      '--force',
      '--grace-period=0',
    );
    operator = await startedOperator();
    await eventually(
      'the report to go',
      async () => (await report(namespace, 'deployment-afterwards')) === undefined,
    );
  });

  it('reports a scaled-down workload with running 0 and the same score', async () => {
    const before = await eventually('its report', () => report(namespace, 'deployment-web'));
    await kubectl('scale', 'deployment', '-n', namespace, 'web', '--replicas=0');
    const scaled = await eventually('running 0', async () => {
      const found = await report(namespace, 'deployment-web');
      return found?.workload.running === 0 ? found : undefined;
    });
    expect(scaled.report.score).to.equal(before.report.score);
  });

  it('serves metrics of every workload and of itself', async () => {
    const text = await operator.metrics();
    const labels = `namespace="${namespace}",kind="deployment",workload="web",owner=""`;
    expect(text).to.match(new RegExp(`^hexarisk_workload_risk_score\\{${labels}\\} \\d+\\.\\d\\d$`, 'm'));
    for (const axis of ['image', 'privileges', 'api', 'secrets', 'labels', 'network']) {
      expect(text).to.include(`hexarisk_workload_axis_score{${labels},axis="${axis}"}`);
    }
    for (const name of [
      'hexarisk_change_to_report_seconds_count',
      'hexarisk_objects{resource="pods"}',
      'hexarisk_model_info',
    ]) {
      expect(text).to.include(name);
    }
    const series = text
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => line.replace(/ \S+$/, ''));
    expect(new Set(series).size, 'no series twice').to.equal(series.length);
  });
});

describe('the operator and a CRD that is not as it should be', function () {
  this.timeout(120_000);

  it('waits unready without the CRD, says what to apply, and goes on when it is there', async () => {
    await sharedControlPlane();
    await kubectl('delete', 'crd', 'riskreports.hexarisk.dev', '--ignore-not-found');
    const operator = await spawnOperator();
    await eventually('advice', () => operator.said('kubectl apply -f crds/riskreport.yaml'));
    expect(await operator.ready()).to.equal(false);
    await installCrd();
    await eventually('all reports', () => operator.said('all reports are written'), { timeoutMs: 60_000 });
    expect(await operator.ready()).to.equal(true);
    expect(await operator.stop()).to.equal(0);
  });

  it('writes nothing to an older CRD, and names a field that it lacks', async () => {
    const crd = await get<{
      spec: {
        versions: [
          {
            schema: { openAPIV3Schema: { properties: { report: { properties: Record<string, unknown> } } } };
          },
        ];
      };
    }>('crd', 'riskreports.hexarisk.dev');
    delete crd.spec.versions[0].schema.openAPIV3Schema.properties.report.properties['podSecurityLevel'];
    await kubectl('delete', 'crd', 'riskreports.hexarisk.dev');
    const older = { ...crd, metadata: { name: 'riskreports.hexarisk.dev' }, status: undefined };
    await apply(JSON.stringify(older));
    const operator = await spawnOperator();
    await eventually('advice', () => operator.said('report.podSecurityLevel'));
    expect(await operator.ready()).to.equal(false);
    expect(operator.said('all reports are written')).to.equal(false);
    await installCrd();
    await eventually('all reports', () => operator.said('all reports are written'), { timeoutMs: 60_000 });
    expect(await operator.stop()).to.equal(0);
  });

  it('takes up VulnerabilityReports when their CRD is installed while it runs, and lets go of them', async () => {
    const operator = await startedOperator();
    const namespace = await freshNamespace();
    await apply(deployment({ namespace, name: 'scanned' }));
    const has = async (check: string) =>
      (await report(namespace, 'deployment-scanned'))?.report.findings.some(
        (finding) => finding.check === check,
      ) ?? false;
    await eventually('the unscanned finding', () => has('image/unscanned'));
    await apply(JSON.stringify(vulnerabilityCrd));
    await eventually(
      'the CRD to be served',
      async () => (await kubectl('get', 'vulnerabilityreports', '-A')) !== undefined,
    );
    const replicaSet = (
      await kubectl('get', 'rs', '-n', namespace, '-o', 'jsonpath={.items[0].metadata.name}')
    ).trim();
    await apply(JSON.stringify(vulnerabilityReport(namespace, replicaSet)));
    await eventually('data to replace it', async () => !(await has('image/unscanned')), {
      timeoutMs: 60_000,
    });
    await kubectl('delete', 'crd', 'vulnerabilityreports.aquasecurity.github.io');
    await eventually('the unscanned finding again', () => has('image/unscanned'), { timeoutMs: 60_000 });
    expect(operator.other).to.deep.equal([]);
    expect(await operator.stop()).to.equal(0);
  });
});

const vulnerabilityCrd = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: {
    name: 'vulnerabilityreports.aquasecurity.github.io',
    annotations: { 'api-approved.kubernetes.io': 'unapproved, test' },
  },
  spec: {
    group: 'aquasecurity.github.io',
    scope: 'Namespaced',
    names: { plural: 'vulnerabilityreports', singular: 'vulnerabilityreport', kind: 'VulnerabilityReport' },
    versions: [
      {
        name: 'v1alpha1',
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      },
    ],
  },
};

const vulnerabilityReport = (namespace: string, replicaSet: string) => ({
  apiVersion: 'aquasecurity.github.io/v1alpha1',
  kind: 'VulnerabilityReport',
  metadata: {
    name: `replicaset-${replicaSet}-main`,
    namespace,
    labels: {
      'trivy-operator.container.name': 'main',
      'trivy-operator.resource.kind': 'ReplicaSet',
      'trivy-operator.resource.name': replicaSet,
      'trivy-operator.resource.namespace': namespace,
    },
  },
  report: {
    registry: { server: 'registry.example' },
    artifact: { repository: 'app', tag: '1' },
    vulnerabilities: [],
  },
});

describe('the operator and bad input', () => {
  const failing = async (options: Parameters<typeof spawnOperator>[0]) => {
    const operator = await spawnOperator(options);
    const code = await operator.stop('SIGCONT');
    return { code, lines: operator.other };
  };

  it('says in one line that a kubeconfig does not exist', async () => {
    const { code, lines } = await failing({ kubeconfig: '/nowhere/config' });
    expect(code).to.equal(2);
    expect(lines).to.have.length(1);
    expect(lines[0]).to.match(/there is no kubeconfig \/nowhere\/config .*--kubeconfig/);
  });

  it('says in one line which contexts there are', async () => {
    const { code, lines } = await failing({ args: ['--context=elsewhere'] });
    expect(code).to.equal(2);
    expect(lines).to.have.length(1);
    expect(lines[0]).to.match(/no context elsewhere in the kubeconfig: it has \S+/);
  });

  it('says in one line that a port is in use, and with which flag to choose another', async () => {
    const first = await spawnOperator();
    await eventually('it to listen', () => first.said('listening'));
    const port = new URL(String(first.log[0]?.['metrics'])).port;
    const { code, lines } = await failing({ args: [`--metrics-address=127.0.0.1:${port}`] });
    await first.stop();
    expect(code).to.equal(2);
    expect(lines).to.have.length(1);
    expect(lines[0]).to.match(/in use.*--metrics-address/);
  });

  it('refuses to serve plain metrics beyond loopback', async () => {
    const { code, lines } = await failing({ args: ['--metrics-address=0.0.0.0:0'] });
    expect(code).to.equal(2);
    expect(lines[0]).to.match(/only on loopback/);
  });

  it('stays unready and tries again while the API server cannot be reached', async function () {
    this.timeout(60_000);
    const operator = await spawnOperator({ kubeconfig: await unreachable() });
    await eventually('a warning', () => operator.said('cannot be reached'));
    expect(await operator.ready()).to.equal(false);
    expect(operator.other).to.deep.equal([]);
    expect(await operator.stop()).to.equal(0);
  });
});

async function unreachable(): Promise<string> {
  const { kubeconfig } = await sharedControlPlane();
  const folder = await mkdtemp(join(tmpdir(), 'hexarisk-test-'));
  const file = join(folder, 'kubeconfig');
  await writeFile(
    file,
    (await readFile(kubeconfig, 'utf8')).replace(/(server: https:\/\/127\.0\.0\.1:)\d+/, '$11'),
  );
  return file;
}
