import { KubeConfig } from '@kubernetes/client-node';
import { expect } from 'chai';
import { alone } from '../../../src/commands/operator/leader/election.ts';
import { fenced } from '../../../src/commands/operator/leader/leadership.ts';
import { connect, type Connection } from '../../../src/observe/connection.ts';
import type { RiskReport } from '../../../src/publish/report.ts';
import { startWriter } from '../../../src/publish/writer.ts';

describe('the writer behind the fence', () => {
  const stop = new AbortController();
  after(() => stop.abort());
  const reportOf = (score: number, more: object = {}) =>
    ({
      metadata: { namespace: 'shop', name: 'a', labels: {} },
      workload: {},
      report: { modelVersion: 'v1', score, ...more },
    }) as unknown as RiskReport;
  const observed = (score: number, resourceVersion: string, more: object = {}) => ({
    ...reportOf(score, more),
    metadata: { namespace: 'shop', name: 'a', labels: {}, uid: 'u', resourceVersion },
  });

  it('writes nothing while another leads, then goes on from what that one wrote', async () => {
    let leads = false;
    const bodies: object[] = [];
    const inner: Connection = {
      stream: () => Promise.reject(new Error('not used')),
      async json({ body = '', guard }) {
        guard?.();
        bodies.push(JSON.parse(body) as object);
        return JSON.parse(body) as object;
      },
    };
    const changes: (number | undefined)[] = [];
    const writer = startWriter({
      connection: fenced(inner, { ...alone, leads: () => leads }),
      signal: stop.signal,
      mayWrite: () => leads,
      mayDelete: () => true,
      onWrite: () => undefined,
      onTrouble: (_, why) => expect.fail(why),
      onChange: (_, before) => changes.push(before),
    });
    writer.observed('ADDED', observed(10, '5'));
    writer.begin();
    writer.want(reportOf(50));
    const change = { from: 20, to: 30, because: [] };
    writer.observed('MODIFIED', observed(30, '6', { change }));
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(bodies).to.deep.equal([]);
    expect(writer.pending()).to.equal(1);
    leads = true;
    writer.begin();
    await writer.settled();
    expect(bodies).to.have.length(1);
    expect(bodies[0]).to.have.deep.nested.property('report.change', { from: 30, to: 50, because: [] });
    expect(bodies[0]).to.deep.nested.include({ 'metadata.resourceVersion': '6', 'metadata.uid': 'u' });
    expect(changes).to.deep.equal([30]);
  });

  it('does not let a request out that was decided on before the Lease was lost', async () => {
    const config = new KubeConfig();
    config.loadFromClusterAndUser(
      { name: 'none', server: 'https://127.0.0.1:1', skipTLSVerify: true },
      { name: 'nobody' },
    );
    const connection = fenced(connect(config), { ...alone, leads: () => false });
    const outcome = await connection.json({ path: '/' }).catch(String);
    expect(outcome).to.match(/another process may lead/); // not: connection refused
  });
});
