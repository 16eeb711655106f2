import { expect } from 'chai';
import { severityBands } from '../../../src/axes/check.ts';
import { type Held, holdingsOf } from '../../../src/axes/api/holdings.ts';
import { type Need, type Primitive, primitives } from '../../../src/axes/api/primitives.ts';
import takesClusterAdmin from '../../../src/axes/api/takes-cluster-admin.ts';
import type { Access, Grant } from '../../../src/world/access.ts';
import { findIn, judge } from '../../support/fixture.ts';

interface Rights {
  readonly verbs: readonly string[];
  readonly on: string;
  readonly names?: readonly string[];
  readonly namespace?: string;
}

const grant = ({ verbs, on, names = [], namespace }: Rights): Grant => {
  const [path = '', subresource] = on.split(':');
  const [resource = '', group = ''] = path.split('/').toReversed();
  return {
    namespace,
    rule: {
      verbs,
      apiGroups: [group],
      resources: [subresource === undefined ? resource : `${resource}/${subresource}`],
      resourceNames: names,
      nonResourceURLs: [],
    },
    binding: { apiVersion: 'v1', kind: 'RoleBinding', namespace: namespace ?? '', name: 'b' },
    role: { apiVersion: 'v1', kind: 'Role', namespace: namespace ?? '', name: 'r' },
    subject: '/subjects/0',
    identity: 'ServiceAccount/shop/runner',
    path: '/rules/0',
    bootstrap: false,
  };
};

const accessWith = (rights: readonly Rights[], enforced: Access['enforced'] = {}): Access => ({
  grants: rights.map(grant),
  enforced,
});
const held = (...rights: readonly Rights[]): readonly Held[] => holdingsOf(accessWith(rights), 'shop');
const slugs = (found: readonly Held[]): readonly string[] => found.map(({ primitive }) => primitive.slug);
const worst = (...rights: readonly Rights[]): string | undefined => held(...rights)[0]?.consequence;

/** The least that meets a need: the first verb on the first resource, by the first name. */
const least = ({ verbs, on, named }: Need): Rights => ({
  verbs: verbs.split('|').slice(0, 1),
  on: on.split('|')[0] ?? '',
  ...(named === undefined || named === 'any' ? {} : { names: named.slice(1).split('|').slice(0, 1) }),
});
const leastOf = ({ needs }: Primitive): readonly Rights[] => needs.map(least);

describe('escalation primitives', () => {
  for (const primitive of primitives) {
    it(`${primitive.slug} is held with all that it needs, and not without any part`, () => {
      const rights = leastOf(primitive);
      expect(slugs(held(...rights))).to.include(primitive.slug);
      for (const missing of rights) {
        expect(slugs(held(...rights.filter((each) => each !== missing)))).to.not.include(primitive.slug);
      }
    });
  }

  it('have one slug each, words that go into a sentence, and weights within the bands', () => {
    expect(new Set(primitives.map(({ slug }) => slug)).size).to.equal(primitives.length);
    for (const primitive of primitives) {
      expect(primitive.words, primitive.slug).to.match(/^[a-z].*[^.\s]$/);
      for (const namespace of [undefined, 'shop', 'billing', 'kube-system']) {
        const rights = leastOf(primitive).map((each) => ({
          ...each,
          ...(namespace === undefined ? {} : { namespace }),
        }));
        for (const { weight } of held(...rights)) {
          expect(
            severityBands.some(({ from, to }) => weight >= from && weight <= to),
            `${weight}`,
          ).to.be.true;
        }
      }
    }
  });
});

describe('what an account holds', () => {
  it('is only this one thing if it may do anything', () => {
    expect(slugs(held({ verbs: ['*'], on: '*/*' }, { verbs: ['get'], on: 'secrets' }))).to.deep.equal([
      'do-anything',
    ]);
  });

  it('counts in the whole cluster for more than in its own namespace, and there for more than elsewhere', () => {
    const secrets = { verbs: ['list'], on: 'secrets' };
    expect(worst(secrets)).to.equal('all-secrets');
    expect(worst({ ...secrets, namespace: 'billing' })).to.equal('other-namespace');
    expect(worst({ ...secrets, namespace: 'shop' })).to.equal('namespace-secrets');
  });

  it('counts in kube-system as in the cluster', () => {
    expect(worst({ verbs: ['create'], on: 'serviceaccounts:token', namespace: 'kube-system' })).to.equal(
      'cluster-admin',
    );
    expect(worst({ verbs: ['create'], on: 'pods', namespace: 'kube-system' })).to.equal('cluster-admin');
  });

  it('leaves out rules that list names, where it needs all objects', () => {
    expect(
      held({ verbs: ['get', 'list'], on: 'secrets', names: ['runner'], namespace: 'shop' }),
    ).to.deep.equal([]);
    expect(held({ verbs: ['create'], on: 'pods', names: ['runner'], namespace: 'shop' })).to.deep.equal([]);
  });

  it('has rules that list names, where one object is as good as all', () => {
    const webhook = { on: 'admissionregistration.k8s.io/mutatingwebhookconfigurations', names: ['own'] };
    expect(worst({ verbs: ['patch'], ...webhook })).to.equal('cluster-admin');
    expect(worst({ verbs: ['create'], ...webhook })).to.equal(undefined);
    expect(worst({ verbs: ['update'], on: 'apps/deployments', names: ['own'], namespace: 'shop' })).to.equal(
      'node',
    );
  });

  it('takes the node with new pods unless the level of the namespace forbids, and it cannot lift that', () => {
    const pods = { verbs: ['create'], on: 'pods', namespace: 'shop' };
    const lift = { verbs: ['patch'], on: 'namespaces', namespace: 'shop' };
    const at = (level: string, ...more: readonly Rights[]) =>
      holdingsOf(accessWith([pods, ...more], { shop: level }), 'shop')[0]?.consequence;
    expect(worst(pods)).to.equal('node');
    expect(at('privileged')).to.equal('node');
    expect(at('baseline')).to.equal('namespace-secrets');
    expect(at('restricted')).to.equal('namespace-secrets');
    expect(at('restricted', lift)).to.equal('node');
    expect(at('restricted', { ...lift, namespace: 'billing' })).to.equal('namespace-secrets');
  });

  it('may be put together from the cluster and a namespace', () => {
    const bind = { verbs: ['bind'], on: 'rbac.authorization.k8s.io/clusterroles' };
    const write = { verbs: ['create'], on: 'rbac.authorization.k8s.io/rolebindings', namespace: 'billing' };
    expect(slugs(held(bind, write))).to.deep.equal(['bind-roles']);
    expect(held(bind, write)[0]?.places).to.deep.equal(['billing']);
    expect(
      held(bind, { ...write, namespace: 'shop' }, { ...write, namespace: 'a' })[0]?.places,
    ).to.deep.equal(['a', 'shop']);
  });

  it('takes a ConfigMap for what it is only in kube-system', () => {
    const dns = { verbs: ['patch'], on: 'configmaps', names: ['coredns'] };
    expect(slugs(held({ ...dns, namespace: 'kube-system' }))).to.deep.equal(['rewrite-cluster-dns']);
    expect(held({ ...dns, namespace: 'shop' })).to.deep.equal([]);
    expect(slugs(held({ verbs: ['patch'], on: 'configmaps' }))).to.deep.equal(['rewrite-cluster-dns']);
    expect(slugs(held({ ...dns, names: ['aws-auth'], namespace: 'kube-system' }))).to.deep.equal([
      'map-cloud-identities',
    ]);
  });

  it('is found in a second for 10,000 accounts', () => {
    const rights = [...primitives.slice(1, 9).flatMap(leastOf), { verbs: ['get'], on: 'pods' }];
    const accesses = Array.from({ length: 10_000 }, () =>
      accessWith(rights.map((each) => ({ ...each, names: ['x'], namespace: 'shop' }))),
    );
    const start = performance.now();
    for (const access of accesses) holdingsOf(access, 'shop');
    expect(performance.now() - start).to.be.below(5000); // a busy machine
  }).timeout(20_000);
});

describe('findings about an account', () => {
  const manifest = (automount: boolean, namespace: string) => `
apiVersion: v1
kind: Pod
metadata: { name: subject, namespace: shop }
spec:
  automountServiceAccountToken: ${automount}
  serviceAccountName: runner
  containers: [{ name: main, image: main:1 }]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: { name: tenant-a-admins }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin }
subjects: [{ kind: ServiceAccount, name: runner, namespace: ${namespace} }]
`;

  it('weigh far less without a token in the pod, and say so', async () => {
    const [found] = findIn(takesClusterAdmin, await judge('with', manifest(true, 'shop')));
    const [without] = findIn(takesClusterAdmin, await judge('without', manifest(false, 'shop')));
    expect(found?.weight).to.equal(0.95);
    expect(without?.weight).to.be.within(0.1, 0.3);
    expect(without?.message).to.include('its token is not in the pod');
  });

  it('show the path from the workload over its account, with the rule and the binding', async () => {
    const [found] = findIn(takesClusterAdmin, await judge('with', manifest(true, 'shop')));
    const steps = found?.leadsTo?.steps ?? [];
    expect(steps.map(({ from, to }) => `${from} > ${to}`)).to.deep.equal([
      'shop/pod/subject > sa:shop/runner',
      'sa:shop/runner > cluster-admin',
    ]);
    expect(steps[1]?.because.map(({ object, path }) => `${object.kind} ${path}`)).to.deep.equal([
      'ClusterRole /rules/0',
      'ClusterRoleBinding /subjects/0',
    ]);
  });

  it('name no binding and no other namespace: those who read the report may not know of them', async () => {
    const content = manifest(true, 'shop')
      .replace('kind: ClusterRoleBinding', 'kind: RoleBinding')
      .replace('tenant-a-admins', 'b, namespace: tenant-a');
    const { workload, around } = await judge('foreign', content);
    const [held] = holdingsOf(around.access, 'shop');
    expect(held?.places).to.deep.equal(['tenant-a']);
    const { default: takesNode } = await import('../../../src/axes/api/takes-node.ts');
    const texts = workload.variants
      .flatMap((variant) => takesNode.find(variant, workload, around))
      .flatMap(({ message, leadsTo }) => [
        message,
        ...(leadsTo?.steps ?? []).flatMap(({ because }) => because.map(({ text }) => text)),
      ]);
    expect(texts).to.not.be.empty;
    expect(texts.join()).to.not.include('tenant-a');
  });
});
