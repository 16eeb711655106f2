import { expect } from 'chai';
import type { Grant } from '../../../../src/world/access.ts';
import { type Holding, holdingsOf } from '../../../../src/world/escalation/holdings.ts';
import {
  ANYTHING,
  type Need,
  type Primitive,
  primitives,
} from '../../../../src/world/escalation/primitives.ts';

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
function least({ verbs, on, named }: Need): Rights {
  if (on === ANYTHING) return { verbs: [`${verbs}get`], on: 'pods', names: ['own'], namespace: 'elsewhere' };
  return {
    verbs: verbs.split('|').slice(0, 1),
    on: on.split('|')[0] ?? '',
    ...(named === undefined || named === 'any' ? {} : { names: named.slice(1).split('|').slice(0, 1) }),
  };
}
/** For each way to hold it. */
const leastOf = ({ needs, or = [] }: Primitive): readonly (readonly Rights[])[] =>
  [needs, ...or].map((some) => some.map(least));

describe('escalation primitives', () => {
  for (const primitive of primitives) {
    it(`${primitive.slug} is held with all that it needs, and not without any part`, () => {
      for (const rights of leastOf(primitive)) {
        expect(slugs(held(...rights))).to.include(primitive.slug);
        for (const missing of rights) {
          expect(slugs(held(...rights.filter((each) => each !== missing)))).to.not.include(primitive.slug);
        }
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

  it('takes a name for what is made of an object that is there, not for what is yet to be made', () => {
    const node = { on: 'nodes:proxy', names: ['node-1'] };
    expect(slugs(held({ verbs: ['create'], ...node }))).to.deep.equal(['use-node-proxy']);
    expect(
      held({ verbs: ['deletecollection'], on: 'secrets', names: ['own'], namespace: 'shop' }),
    ).to.deep.equal([]);
  });

  it('is the content of objects also by verbs that answer with them', () => {
    for (const verb of ['get', 'list', 'watch', 'patch', 'deletecollection'])
      expect(slugs(held({ verbs: [verb], on: 'secrets' })), verb).to.include('read-secrets');
    for (const verb of ['create', 'update', 'delete'])
      expect(slugs(held({ verbs: [verb], on: 'secrets' })), verb).to.not.include('read-secrets');
    expect(held({ verbs: ['patch'], on: 'secrets', names: ['token'] })[0]?.listed).to.deep.equal(['token']);
  });

  it('may be put together from the cluster and a namespace', () => {
    const bind = { verbs: ['bind'], on: 'rbac.authorization.k8s.io/clusterroles' };
    const write = { verbs: ['create'], on: 'rbac.authorization.k8s.io/rolebindings', namespace: 'billing' };
    const bound = (...rights: readonly Rights[]) =>
      places(held(...rights)).filter((place) => place.startsWith('bind-roles'));
    expect(bound(bind, write)).to.deep.equal(['bind-roles billing']);
    expect(bound({ ...write, namespace: 'shop' }, bind, { ...write, namespace: 'a' })).to.deep.equal([
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
      'rewrite-configuration everywhere',
      'rewrite-cluster-dns kube-system',
    ]);
    expect(slugs(held({ ...dns, names: ['aws-auth'], namespace: 'kube-system' }))).to.deep.equal([
      'map-cloud-identities',
    ]);
  });

  it('does not take more than to evict pods, or to change what decides where they are, to steer them', () => {
    const taint = { verbs: ['patch'], on: 'nodes:status' };
    expect(slugs(held(taint))).to.not.include('steer-pods');
    expect(slugs(held(taint, { verbs: ['create'], on: 'pods:eviction' }))).to.include('steer-pods');
    expect(slugs(held(taint, { verbs: ['create'], on: 'pods' }))).to.not.include('steer-pods');
  });
});

describe('constrained impersonation', () => {
  const IDENTITIES = 'authentication.k8s.io';
  const asUser = { verbs: ['impersonate:user-info'], on: `${IDENTITIES}/users` };
  const asAccount = { verbs: ['impersonate:serviceaccount'], on: `${IDENTITIES}/serviceaccounts` };
  const doing = (mode: string, rights: Partial<Rights> = {}): Rights => ({
    verbs: [`impersonate-on:${mode}:get`],
    on: 'pods',
    ...rights,
  });
  const isHeld = (...rights: readonly Rights[]): boolean => slugs(held(...rights)).length > 0;

  it('takes to be somebody and to do something as that one, in the same mode', () => {
    expect(isHeld(asUser)).to.equal(false);
    expect(isHeld(doing('user-info'))).to.equal(false);
    expect(isHeld(asUser, doing('serviceaccount'))).to.equal(false);
    expect(isHeld(asAccount, doing('user-info'))).to.equal(false);
    expect(slugs(held(asUser, doing('user-info')))).to.deep.equal(['impersonate-constrained']);
  });

  it('holds where one may be somebody, wherever one may do something as that one', () => {
    const there = doing('serviceaccount', { namespace: 'billing' });
    expect(places(held({ ...asAccount, namespace: 'shop' }, there))).to.deep.equal([
      'impersonate-constrained shop',
    ]);
    expect(places(held(asAccount, there))).to.deep.equal(['impersonate-constrained everywhere']);
    expect(
      isHeld({ ...asUser, namespace: 'shop' }, doing('user-info')),
      'users are in no namespace',
    ).to.equal(false);
  });

  it('names what gives each of the two', () => {
    const rights = [doing('user-info', { namespace: 'shop' }), { ...asUser, names: ['vip'] }].map(grant);
    expect(holdingsOf(rights)[0]?.grants).to.deep.equal([rights[1], rights[0]]);
  });

  it('counts every verb of the mode, on objects, subresources and paths that a binding reaches', () => {
    const inRole = { namespace: 'shop' };
    expect(isHeld(asUser, { verbs: ['*'], on: 'apps/deployments', ...inRole })).to.equal(true);
    expect(isHeld(asUser, doing('user-info', { on: 'pods:log', names: ['own'], ...inRole }))).to.equal(true);
    expect(isHeld(asUser, doing('user-info', { on: 'nodes' }))).to.equal(true);
    expect(isHeld(asUser, doing('user-info', { on: 'nodes', ...inRole })), 'a Role').to.equal(false);
    const namespaces = doing('user-info', { on: 'namespaces', ...inRole });
    expect(isHeld(asUser, { ...namespaces, names: ['shop'] }), 'its own').to.equal(true);
    expect(isHeld(asUser, { ...namespaces, names: ['billing'] }), 'another').to.equal(false);
    const path = grant(doing('user-info'));
    const paths = { ...path.rule, apiGroups: [], resources: [], nonResourceURLs: ['/metrics'] };
    expect(holdingsOf([grant(asUser), { ...path, rule: paths }])).to.have.length(1);
    expect(holdingsOf([grant(asUser), { ...path, rule: paths, namespace: 'shop' }])).to.have.length(0);
  });

  it('as the node of its own pod takes a rule for every node, or for the name *', () => {
    const asOwnNode = { verbs: ['impersonate:associated-node'], on: `${IDENTITIES}/nodes` };
    expect(isHeld(asOwnNode, doing('associated-node'))).to.equal(true);
    expect(isHeld({ ...asOwnNode, names: ['*'] }, doing('associated-node'))).to.equal(true);
    expect(isHeld({ ...asOwnNode, names: ['node-1'] }, doing('associated-node'))).to.equal(false);
  });
});
