import { expect } from 'chai';
import type { Grant } from '../../../../src/world/access.ts';
import { type Holding, holdingsOf } from '../../../../src/world/escalation/holdings.ts';
import { type Need, type Primitive, primitives } from '../../../../src/world/escalation/primitives.ts';

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

const held = (...rights: readonly Rights[]): readonly Holding[] => holdingsOf(rights.map(grant));
const slugs = (found: readonly Holding[]): readonly string[] => found.map(({ primitive }) => primitive.slug);
const places = (found: readonly Holding[]) =>
  found.map(({ primitive, namespace = 'everywhere' }) => `${primitive.slug} ${namespace}`);

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

  it('have one slug each, and words that go into a sentence', () => {
    expect(new Set(primitives.map(({ slug }) => slug)).size).to.equal(primitives.length);
    for (const { slug, words } of primitives) expect(words, slug).to.match(/^[a-z].*[^.\s]$/);
  });
});

describe('what an identity holds', () => {
  it('is only this one thing if it may do anything', () => {
    expect(slugs(held({ verbs: ['*'], on: '*/*' }, { verbs: ['get'], on: 'secrets' }))).to.deep.equal([
      'do-anything',
    ]);
    expect(
      places(held({ verbs: ['*'], on: '*/*', namespace: 'shop' }, { verbs: ['get'], on: 'secrets' })),
    ).to.deep.equal(['read-secrets everywhere', 'do-anything shop']);
  });

  it('is not listed again for a namespace, if it holds everywhere', () => {
    const secrets = { verbs: ['list'], on: 'secrets' };
    expect(places(held(secrets, { ...secrets, namespace: 'shop' }))).to.deep.equal([
      'read-secrets everywhere',
    ]);
  });

  it('does not follow from rules that list names, where it takes all objects', () => {
    expect(held({ verbs: ['create'], on: 'pods', names: ['runner'], namespace: 'shop' })).to.deep.equal([]);
    expect(held({ verbs: ['patch'], on: 'pods', names: ['runner'], namespace: 'shop' })).to.deep.equal([]);
  });

  it('is over the listed accounts, users or Secrets only, where a rule lists some', () => {
    const token = { verbs: ['create'], on: 'serviceaccounts:token', namespace: 'shop' };
    const [one] = held({ ...token, names: ['b'] }, { ...token, names: ['a', 'b'] });
    expect(one?.listed).to.deep.equal(['a', 'b']);
    expect(held({ ...token, names: ['b'] }, token)[0]?.listed).to.equal(undefined);
  });

  it('follows from rules that list names, where one object is as good as all', () => {
    const webhook = { on: 'admissionregistration.k8s.io/mutatingwebhookconfigurations', names: ['own'] };
    expect(slugs(held({ verbs: ['patch'], ...webhook }))).to.deep.equal(['write-mutating-webhooks']);
    expect(held({ verbs: ['create'], ...webhook }), 'what is created has no name yet').to.deep.equal([]);
    expect(
      slugs(held({ verbs: ['update'], on: 'apps/deployments', names: ['own'], namespace: 'shop' })),
    ).to.deep.equal(['write-controllers']);
  });

  it('may be put together from the cluster and a namespace', () => {
    const bind = { verbs: ['bind'], on: 'rbac.authorization.k8s.io/clusterroles' };
    const write = { verbs: ['create'], on: 'rbac.authorization.k8s.io/rolebindings', namespace: 'billing' };
    expect(places(held(bind, write))).to.deep.equal(['bind-roles billing']);
    expect(places(held({ ...write, namespace: 'shop' }, bind, { ...write, namespace: 'a' }))).to.deep.equal([
      'bind-roles a',
      'bind-roles shop',
    ]);
  });

  it('is nothing in a namespace, of what belongs to no namespace', () => {
    expect(held({ verbs: ['get'], on: 'nodes:proxy', namespace: 'shop' })).to.deep.equal([]);
    expect(
      places(held({ verbs: ['patch'], on: 'namespaces', namespace: 'shop' })),
      'but for the namespace itself',
    ).to.deep.equal(['lift-pod-security shop']);
    expect(places(held({ verbs: ['patch'], on: 'namespaces', names: ['shop'] }))).to.deep.equal([
      'lift-pod-security shop',
    ]);
  });

  it('takes a ConfigMap for what it is only in kube-system', () => {
    const dns = { verbs: ['patch'], on: 'configmaps', names: ['coredns'] };
    expect(slugs(held({ ...dns, namespace: 'kube-system' }))).to.deep.equal(['rewrite-cluster-dns']);
    expect(held({ ...dns, namespace: 'shop' })).to.deep.equal([]);
    expect(places(held({ verbs: ['patch'], on: 'configmaps' }))).to.deep.equal([
      'rewrite-cluster-dns kube-system',
    ]);
    expect(slugs(held({ ...dns, names: ['aws-auth'], namespace: 'kube-system' }))).to.deep.equal([
      'map-cloud-identities',
    ]);
  });

  it('does not take more than to evict pods, or to change what decides where they are, to steer them', () => {
    const taint = { verbs: ['patch'], on: 'nodes:status' };
    expect(held(taint)).to.deep.equal([]);
    expect(slugs(held(taint, { verbs: ['create'], on: 'pods:eviction' }))).to.deep.equal(['steer-pods']);
    expect(slugs(held(taint, { verbs: ['create'], on: 'pods' }))).to.deep.equal(['create-pods']);
  });
});
