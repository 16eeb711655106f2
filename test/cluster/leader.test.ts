import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { writesSince } from '../../hack/bench-run/audit.ts';
import { loadKubeConfig } from '../../src/commands/kubeconfig.ts';
import { connect } from '../../src/observe/connection.ts';
import { applyReport, removeReport } from '../../src/publish/report-client.ts';
import { contentHash, type RiskReport } from '../../src/publish/report.ts';
import { kubeconfigFor, makeAccount } from './accounts.ts';
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
import { installCrd, type OperatorProcess, report, reports, spawnOperator } from './operator-process.ts';

describe('several operators', function () {
  this.timeout(180_000);
  let namespace: string;
  const running = new Map<string, OperatorProcess>();

  /** An operator with an account of its own, by which the audit log tells it from the other. */
  const start = async (name: 'a' | 'b'): Promise<OperatorProcess> => {
    const operator = await spawnOperator({
      kubeconfig: await kubeconfigFor({ namespace, name: `leader-${name}` }),
      args: ['--leader-elect', `--lease-namespace=${namespace}`],
    });
    running.set(name, operator);
    await eventually(`${name} to be ready`, () => operator.ready(), { timeoutMs: 60_000 });
    return operator;
  };
  const other = (operator: OperatorProcess) =>
    [...running.values()].find((candidate) => candidate !== operator);
  const userOf = (name: string) => `system:serviceaccount:${namespace}:leader-${name}`;
  /** Reports and Events that it wrote, whatever the answer. */
  const written = async (name: string, since: number) => {
    const { auditLog = '' } = await sharedControlPlane();
    const writes = await writesSince(auditLog, userOf(name), since);
    return writes.filter(({ resource }) => resource === 'riskreports' || resource === 'events');
  };
  const last = (operator: OperatorProcess) =>
    operator.log.findLast(({ message }) => /^(leading|following)/.test(message))?.message ?? '';
  const leads = (operator: OperatorProcess) => last(operator).startsWith('leading');
  /** Changes what a report says, and waits for the report. @returns how long that took */
  const changed = async (name: string, timeoutMs: number): Promise<number> => {
    const begun = performance.now();
    await apply(deployment({ namespace, name, privileged: true }));
    const isHigh = async () =>
      /High|Critical/.test((await report(namespace, `deployment-${name}`))?.report.level ?? '');
    await eventually(`the report of ${name}`, isHigh, { timeoutMs });
    return performance.now() - begun;
  };

  before(async function () {
    this.timeout(START_TIMEOUT_MS);
    await sharedControlPlane();
    await installCrd();
    namespace = await freshNamespace();
    for (const name of ['leader-a', 'leader-b']) await makeAccount({ namespace, name }, 'cluster-admin');
    await apply(deployment({ namespace, name: 'web' }));
  });
  after(async () => {
    for (const operator of running.values()) await operator.stop('SIGKILL');
  });

  it('one writes; the other is ready, knows everything, and writes nothing', async () => {
    const since = Date.now();
    const a = await start('a');
    await eventually('the report', () => report(namespace, 'deployment-web'));
    expect(leads(a)).to.equal(true);
    const b = await start('b');
    await changed('one', 10_000);
    await eventually('b to have assessed it', async () =>
      (await b.metrics()).includes(
        `hexarisk_workload_risk_score{namespace="${namespace}",kind="deployment",workload="one"`,
      ),
    );
    await eventually('b to follow', () => b.said('following'));
    expect(await written('a', since)).not.to.be.empty;
    expect(await written('b', since)).to.deep.equal([]);
    expect([await a.ready(), await b.ready()]).to.deep.equal([true, true]);
    expect(await a.metrics()).to.match(/^hexarisk_leader 1$/m);
    expect(await b.metrics()).to.match(/^hexarisk_leader 0$/m);
    const lease = await get<{ spec: { holderIdentity: string } }>('lease', '-n', namespace, 'hexarisk');
    const leader = a.log.find(({ message }) => message.startsWith('leading'));
    expect(lease.spec.holderIdentity).to.equal(leader?.['identity']);
  });

  it('a leader that is paused while it writes is replaced, and writes nothing when it wakes', async () => {
    const a = running.get('a');
    const b = running.get('b');
    if (a === undefined || b === undefined) throw new Error('not started');
    const names = Array.from({ length: 60 }, (_, i) => `many-${i}`);
    const items = names.map((name) => JSON.parse(deployment({ namespace, name })) as object);
    const applying = apply(JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
    await eventually('a to be amid writing', () => a.said('/many-'), { everyMs: 5 });
    process.kill(a.pid, 'SIGSTOP');
    const paused = performance.now();
    // the kernel still sends what the process had handed over
    const since = Date.now() + 500;
    await applying;
    await changed('two', 15_000);
    const took = performance.now() - paused;
    console.log(`        another writes ${(took / 1000).toFixed(1)} s after the leader was paused`);
    await eventually('all reports', async () => (await reports(namespace)).length >= names.length + 3);
    const before = (await reports(namespace)).map(({ metadata }) => [
      metadata.name,
      metadata.resourceVersion,
    ]);
    await sleep(Math.max(0, 20_000 - took));
    process.kill(a.pid, 'SIGCONT');
    await eventually('a to see that it follows', () => !leads(a));
    await changed('three', 5_000);
    await sleep(3_000);
    expect(await written('a', since)).to.deep.equal([]);
    expect((await written('b', since)).length).to.be.greaterThan(0);
    expect(a.said('the Lease is lost')).to.equal(true);
    expect(await a.ready()).to.equal(true);
    const now = new Map(
      (await reports(namespace)).map(({ metadata }) => [metadata.name, metadata.resourceVersion]),
    );
    for (const [name = '', version] of before) expect(now.get(name), name).to.equal(version);
  });

  it('within 15 seconds after the leader was killed the other one writes', async () => {
    const b = running.get('b');
    if (b === undefined) throw new Error('not started');
    expect(leads(b)).to.equal(true);
    await b.stop('SIGKILL');
    const took = await changed('four', 15_000);
    console.log(`        another writes ${(took / 1000).toFixed(1)} s after the leader was killed`);
  });

  it('a leader that is stopped gives the Lease up, and the other one writes at once', async () => {
    const b = await start('b');
    const a = other(b);
    if (a === undefined) throw new Error('not started');
    expect(leads(a)).to.equal(true);
    expect(await a.stop()).to.equal(0);
    const took = await changed('five', 10_000);
    console.log(`        another writes ${(took / 1000).toFixed(1)} s after the leader was stopped`);
    expect(took).to.be.below(4_000); // it looks every 1.5 s; the machine is shared
    expect(leads(b)).to.equal(true);
    expect(await b.stop()).to.equal(0);
    running.clear();
  });

  it('after a rollback the older one stands back for a moment, then writes its reports anew', async () => {
    const edit = '{"report":{"modelVersion":"v99"}}';
    await kubectl('patch', 'rr', '-n', namespace, 'deployment-web', '--type=merge', '-p', edit);
    const a = await spawnOperator({
      kubeconfig: await kubeconfigFor({ namespace, name: 'leader-a' }),
      args: ['--leader-elect', `--lease-namespace=${namespace}`],
    });
    running.set('a', a);
    await eventually('its warning', () => a.said('there are reports of model v99'));
    const model = () =>
      kubectl('get', 'rr', '-n', namespace, 'deployment-web', '-o', 'jsonpath={.report.modelVersion}');
    expect(await model()).to.equal('v99');
    await eventually('its own model', async () => (await model()) === 'v1');
    expect(await a.stop()).to.equal(0);
    running.clear();
  });
});

describe('the fence of the API server', () => {
  it('refuses each write that was meant for another version: changed, deleted, made meanwhile', async () => {
    const namespace = await freshNamespace();
    const { kubeconfig } = await sharedControlPlane();
    const template = (await get<{ items: readonly RiskReport[] }>('rr', '-A')).items[0];
    if (template === undefined) throw new Error('there is no report');
    const connection = connect(loadKubeConfig({ kubeconfig }));
    const made = (score: number): RiskReport => ({
      ...template,
      metadata: { namespace, name: 'deployment-web', labels: template.metadata.labels },
      report: { ...template.report, score },
    });
    const codeOf = (write: Promise<unknown>) =>
      write.then(
        () => 200,
        (error: { code: number }) => error.code,
      );
    const write = (score: number, there: Parameters<typeof applyReport>[3]) =>
      applyReport(connection, made(score), contentHash(made(score)), there);

    const first = await write(1, undefined);
    expect(await codeOf(write(2, undefined)), 'made meanwhile').to.equal(409);
    const second = await write(2, first);
    expect(await codeOf(write(3, first)), 'changed meanwhile').to.equal(409);
    const key = `${namespace}/deployment-web`;
    expect(await codeOf(removeReport(connection, key, first)), 'changed before deletion').to.equal(409);
    expect((await get<RiskReport>('rr', '-n', namespace, 'deployment-web')).report.score).to.equal(2);
    await removeReport(connection, key, second);
    expect(await codeOf(write(3, second)), 'deleted meanwhile').to.equal(409);
    expect(await report(namespace, 'deployment-web')).to.equal(undefined);
  });
});
