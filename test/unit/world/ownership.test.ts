import { expect } from 'chai';
import type { Namespace } from '../../../src/world/objects.ts';
import { ownerOf } from '../../../src/world/surroundings/ownership.ts';
import { defaultPolicy } from '../../../src/policy/policy.ts';
import { judge } from '../../support/fixture.ts';

type Map = Readonly<Record<string, string>>;

interface Written {
  readonly labels?: Map;
  readonly annotations?: Map;
  readonly pod?: Map;
  readonly namespace?: { readonly labels?: Map; readonly annotations?: Map };
}

async function owner({ labels = {}, annotations = {}, pod = {}, namespace = {} }: Written) {
  const documents = [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop', ...namespace } },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'orders', namespace: 'shop', labels, annotations },
      spec: { template: { metadata: { labels: pod }, spec: { containers: [] } } },
    },
  ];
  const text = documents.map((document) => JSON.stringify(document)).join('\n---\n');
  return (await judge('test', text)).around.owner;
}

describe('ownership', () => {
  it('takes the workload before its pods, and these before the namespace', async () => {
    const namespace = { labels: { team: 'platform' } };
    expect(await owner({ labels: { team: 'payments' }, pod: { team: 'web' }, namespace })).to.include({
      team: 'payments',
      source: 'label team',
    });
    expect(await owner({ pod: { team: 'web' }, namespace })).to.include({
      team: 'web',
      source: 'pod label team',
    });
    expect(await owner({ namespace })).to.include({ team: 'platform', source: 'namespace label team' });
  });

  it('takes labels before annotations, and keys in the order of the policy', async () => {
    const labels = { team: 'second', 'hexarisk.dev/owner': 'first' };
    expect(await owner({ labels, annotations: { owner: 'third' } })).to.include({ team: 'first' });
    expect(await owner({ annotations: { owner: 'third' } })).to.include({ source: 'annotation owner' });
  });

  it('passes over a placeholder, so that the namespace counts', async () => {
    for (const value of [
      'TODO',
      'change-me',
      'unknown',
      '{{ .Values.team }}',
      '${TEAM}',
      '<team>',
      '-',
      'N/A',
    ]) {
      const annotations = { owner: value };
      expect((await owner({ annotations })).team, value).to.be.undefined;
      expect((await owner({ annotations })).placeholder?.value, value).to.equal(value);
      const inherited = await owner({ annotations, namespace: { annotations: { owner: 'platform' } } });
      expect(inherited, value).to.include({ team: 'platform' }).and.not.have.property('placeholder');
    }
  });

  it('points to the place of a placeholder', async () => {
    const { placeholder } = await owner({ labels: { 'hexarisk.dev/owner': 'none' } });
    expect(placeholder).to.include({
      path: '/metadata/labels/hexarisk.dev~1owner',
      source: 'label hexarisk.dev/owner',
    });
    expect((await owner({ pod: { team: 'todo' } })).placeholder?.path).to.equal(
      '/spec/template/metadata/labels/team',
    );
  });

  it('accepts teams that only look like one', async () => {
    for (const value of ['nonesuch', 'team-todo-app', 'default-backend', '7', 'Zahlungen für alle']) {
      expect((await owner({ annotations: { owner: value } })).team, value).to.equal(value);
    }
  });

  it('accepts an address, a channel, a link or a number as a contact', async () => {
    const good = [
      'web@shop.example',
      '#web-alerts',
      '@web',
      'https://rota.example/web',
      '+49 30 1234-567',
      'web-oncall',
    ];
    for (const contact of good) expect((await owner({ annotations: { contact } })).contact).to.equal(contact);
  });

  it('refuses a contact that reaches nobody', async () => {
    for (const contact of ['todo', 'Ask around', 'web@', 'http://', 'a b@c.example']) {
      const found = await owner({ annotations: { contact } });
      expect(found.contact, contact).to.be.undefined;
      expect(found.badContact?.value).to.equal(contact);
    }
    expect((await owner({ annotations: { email: 'web-oncall' } })).badContact?.source).to.equal(
      'annotation email',
    );
  });

  it('takes the team for the contact if it is an address', async () => {
    expect(await owner({ annotations: { owner: 'web@shop.example' } })).to.include({
      contact: 'web@shop.example',
    });
    expect((await owner({ annotations: { owner: 'web' } })).contact).to.be.undefined;
  });

  it('is quick on hostile values', async () => {
    const { workload } = await judge(
      'test',
      JSON.stringify({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' }, spec: { containers: [] } }),
    );
    const metadata = {
      name: 'default',
      namespace: '',
      uid: '',
      labels: {},
      ownerReferences: [],
      deleting: false,
      managers: [],
    };
    for (const unit of ['a.', 'a@', '+1 ', 'a', '{{', 'https://']) {
      const annotations = { owner: unit.repeat(50_000), contact: unit.repeat(50_000) };
      const namespace: Namespace = {
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { ...metadata, annotations },
      };
      const before = performance.now();
      expect(ownerOf(workload, namespace, defaultPolicy).team).to.be.undefined;
      expect(performance.now() - before, unit).to.be.below(100);
    }
  });
});
