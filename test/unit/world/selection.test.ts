import { expect } from 'chai';
import { judge } from '../../support/fixture.ts';

type Labels = Readonly<Record<string, string>>;

const deployment = (name: string, labels: Labels) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, namespace: 'shop' },
  spec: { template: { metadata: { labels }, spec: { containers: [] } } },
});

const service = (selector: Labels, more = {}) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web', namespace: 'shop' },
  spec: { selector, ports: [{ port: 80 }], ...more },
});

async function shared(...documents: readonly object[]) {
  const text = documents.map((document) => JSON.stringify(document)).join('\n---\n');
  const { sharedServices } = (await judge('test', text)).around;
  return sharedServices.map((one) => `${one.service.name}: ${one.others.map(({ name }) => name).join(' ')}`);
}

describe('selection', () => {
  const web = { app: 'shop', component: 'web' };
  const worker = { app: 'shop', component: 'worker' };

  it('finds the other component that a Service selects', async () => {
    const found = await shared(
      deployment('subject', web),
      deployment('worker', worker),
      service({ app: 'shop' }),
    );
    expect(found).to.deep.equal(['web: worker']);
  });

  it('finds another application behind a label that both have', async () => {
    const [a, b] = [
      { app: 'orders', tier: 'back' },
      { app: 'ledger', tier: 'back' },
    ];
    expect(
      await shared(deployment('subject', a), deployment('ledger', b), service({ tier: 'back' })),
    ).to.deep.equal(['web: ledger']);
  });

  it('takes versions of one application for alike', async () => {
    const [a, b] = [
      { app: 'shop', version: 'v1' },
      { app: 'shop', version: 'v2' },
    ];
    expect(await shared(deployment('subject', a), deployment('canary', b), service({ app: 'shop' }))).to.be
      .empty;
  });

  it('takes pods that do not say what they are for alike', async () => {
    const [a, b] = [{ tier: 'back', app: 'orders' }, { tier: 'back' }];
    expect(await shared(deployment('subject', a), deployment('other', b), service({ tier: 'back' }))).to.be
      .empty;
  });

  it('passes over headless Services, and over those without a selector', async () => {
    const both = [deployment('subject', web), deployment('worker', worker)];
    expect(await shared(...both, service({ app: 'shop' }, { clusterIP: 'None' }))).to.be.empty;
    expect(await shared(...both, service({}))).to.be.empty;
  });

  it('passes over pods and ReplicaSets that belong to a workload already listed', async () => {
    const replicas = {
      ...deployment('subject-6d4cf56db6', worker),
      kind: 'ReplicaSet',
      metadata: {
        name: 'subject-6d4cf56db6',
        namespace: 'shop',
        ownerReferences: [
          { apiVersion: 'apps/v1', kind: 'Deployment', name: 'subject', uid: '', controller: true },
        ],
      },
    };
    expect(await shared(deployment('subject', web), replicas, service({ app: 'shop' }))).to.be.empty;
  });
});
