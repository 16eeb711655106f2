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
import { deployment } from './objects.ts';
import { installCrd, type OperatorProcess, report, reports, startedOperator } from './operator-process.ts';

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
