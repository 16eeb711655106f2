import { expect } from 'chai';
import fc from 'fast-check';
import { loadWorld } from '../../../src/observe/files/load.ts';
import {
  type Access,
  accessOf,
  allows,
  allowsPath,
  grantsBySubject,
  identitiesOf,
} from '../../../src/world/access.ts';
import { accessLayer } from '../../../src/world/access/layer.ts';
import type { ResourceRequest } from '../../../src/world/access/rules.ts';
import type { World } from '../../../src/world/world.ts';

interface Rule {
  readonly verbs: readonly string[];
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly nonResourceURLs?: readonly string[];
}
const RBAC = 'rbac.authorization.k8s.io/v1';

const role = (name: string, rules: readonly Rule[], namespace?: string) => ({
  apiVersion: RBAC,
  kind: namespace === undefined ? 'ClusterRole' : 'Role',
  metadata: { name, namespace },
  rules,
});

const binding = (roleRef: string, subject: Record<string, string>, namespace?: string, name = 'binding') => {
  const [kind, roleName] = roleRef.split('/');
  return {
    apiVersion: RBAC,
    kind: namespace === undefined ? 'ClusterRoleBinding' : 'RoleBinding',
    metadata: { name, namespace },
    roleRef: { kind, name: roleName },
    subjects: [subject],
  };
};

const runner = { kind: 'ServiceAccount', name: 'runner', namespace: 'shop' };
const account = { namespace: 'shop', name: 'runner' };

async function worldOf(objects: readonly unknown[], source: World['source'] = 'files'): Promise<World> {
  const content = objects.map((object) => JSON.stringify(object)).join('\n---\n');
  const { world, errors } = await loadWorld([{ name: 'test', content }], 0);
  expect(errors).to.deep.equal([]);
  return { ...world, source };
}

const accessIn = async (objects: readonly unknown[], source?: World['source']): Promise<Access> =>
  accessLayer()(account, await worldOf(objects, source));

const read = (resource: string, rest: Partial<ResourceRequest> = {}): ResourceRequest => ({
  verb: 'get',
  group: '',
  resource,
  namespace: 'shop',
  ...rest,
});
const may = (access: Access, request: ResourceRequest): boolean => allows(access, request) !== undefined;
const reader: Rule = { verbs: ['get'], apiGroups: [''], resources: ['secrets'] };

describe('access', () => {
  it('a RoleBinding gives its role in its namespace only, a ClusterRoleBinding everywhere', async () => {
    const here = await accessIn([role('reader', [reader]), binding('ClusterRole/reader', runner, 'shop')]);
    expect(may(here, read('secrets'))).to.be.true;
    expect(may(here, read('secrets', { namespace: 'billing' }))).to.be.false;
    expect(may(here, { verb: 'get', group: '', resource: 'secrets' })).to.be.false;
    const everywhere = await accessIn([role('reader', [reader]), binding('ClusterRole/reader', runner)]);
    expect(may(everywhere, read('secrets', { namespace: 'billing' }))).to.be.true;
    expect(may(everywhere, { verb: 'get', group: '', resource: 'secrets' })).to.be.true;
  });

  it('says which rule of which role decides, and by which subject of which binding', async () => {
    const rules = [{ verbs: ['list'], apiGroups: [''], resources: ['pods'] }, reader];
    const access = await accessIn([role('reader', rules, 'shop'), binding('Role/reader', runner, 'shop')]);
    const grant = allows(access, read('secrets'));
    expect([grant?.role.kind, grant?.role.name, grant?.path]).to.deep.equal(['Role', 'reader', '/rules/1']);
    expect([grant?.binding.name, grant?.subject]).to.deep.equal(['binding', '/subjects/0']);
  });

  for (const [title, subject] of [
    ['as a ServiceAccount', runner],
    ['as a user', { kind: 'User', name: 'system:serviceaccount:shop:runner' }],
    ['by the group of all accounts', { kind: 'Group', name: 'system:serviceaccounts' }],
    ['by the group of the accounts of its namespace', { kind: 'Group', name: 'system:serviceaccounts:shop' }],
    ['by the group of all who are authenticated', { kind: 'Group', name: 'system:authenticated' }],
    ['without a namespace, meaning that of the RoleBinding', { kind: 'ServiceAccount', name: 'runner' }],
  ] as const) {
    it(`an account can be named ${title}`, async () => {
      expect(
        may(
          await accessIn([role('reader', [reader]), binding('ClusterRole/reader', subject, 'shop')]),
          read('secrets'),
        ),
      ).to.be.true;
    });
  }

  for (const [title, subject] of [
    ['another account', { ...runner, name: 'other' }],
    ['the account of that name elsewhere', { ...runner, namespace: 'billing' }],
    [
      'the group of the accounts of another namespace',
      { kind: 'Group', name: 'system:serviceaccounts:billing' },
    ],
    ['those who are not authenticated', { kind: 'Group', name: 'system:unauthenticated' }],
    ['a user who is called like a group', { kind: 'User', name: 'system:authenticated' }],
  ] as const) {
    it(`a binding of ${title} gives it nothing`, async () => {
      expect(
        may(
          await accessIn([role('reader', [reader]), binding('ClusterRole/reader', subject, 'shop')]),
          read('secrets'),
        ),
      ).to.be.false;
    });
  }

  it('a binding whose role is missing gives nothing', async () => {
    const access = await accessIn([
      binding('ClusterRole/gone', runner),
      binding('Role/gone', runner, 'shop', 'other'),
    ]);
    expect(access.grants.filter(({ bootstrap }) => !bootstrap)).to.deep.equal([]);
  });

  it('resourceNames limit a rule to requests that name one of them', async () => {
    const rule = { ...reader, verbs: ['*'], resourceNames: ['db'] };
    const access = await accessIn([role('reader', [rule], 'shop'), binding('Role/reader', runner, 'shop')]);
    expect(may(access, read('secrets', { name: 'db' }))).to.be.true;
    expect(may(access, read('secrets', { name: 'cache' }))).to.be.false;
    for (const verb of ['list', 'create', 'deletecollection'])
      expect(may(access, read('secrets', { verb })), verb).to.be.false;
  });

  it('subresources are asked for by name, by a star before them, or by a star alone', async () => {
    const exec = read('pods', { verb: 'create', subresource: 'exec' });
    for (const [resources, expected] of [
      [['pods'], false],
      [['pods/exec'], true],
      [['*/exec'], true],
      [['*'], true],
      [['pods/*'], false],
      [['*/*'], false],
    ] as const) {
      const rule = { verbs: ['create'], apiGroups: [''], resources };
      const access = await accessIn([role('r', [rule], 'shop'), binding('Role/r', runner, 'shop')]);
      expect(may(access, exec), resources.join()).to.equal(expected);
    }
  });

  it('a RoleBinding gives no cluster-scoped resource, except its own namespace', async () => {
    const access = await accessIn([binding('ClusterRole/cluster-admin', runner, 'shop')]);
    expect(may(access, read('nodes', { namespace: 'shop' }))).to.be.false;
    expect(may(access, { verb: 'list', group: '', resource: 'nodes' })).to.be.false;
    expect(may(access, { verb: 'patch', group: '', resource: 'namespaces', name: 'shop' })).to.be.true;
    expect(may(access, { verb: 'patch', group: '', resource: 'namespaces', name: 'billing' })).to.be.false;
    expect(may(access, { verb: 'list', group: '', resource: 'namespaces' })).to.be.false;
  });

  it('`bind` on ClusterRoles can be held in a namespace: it is asked for where the binding is written', async () => {
    const rule = { verbs: ['bind'], apiGroups: ['rbac.authorization.k8s.io'], resources: ['clusterroles'] };
    const access = await accessIn([role('r', [rule]), binding('ClusterRole/r', runner, 'shop')]);
    const request = {
      verb: 'bind',
      group: 'rbac.authorization.k8s.io',
      resource: 'clusterroles',
      name: 'admin',
    };
    expect(may(access, { ...request, namespace: 'shop' })).to.be.true;
    expect(may(access, request)).to.be.false;
  });

  it('paths are given by ClusterRoleBindings only; a star at the end stands for the rest', async () => {
    const rule = { verbs: ['get'], nonResourceURLs: ['/metrics', '/debug/*'] };
    const access = await accessIn([role('r', [rule]), binding('ClusterRole/r', runner)]);
    const paths = ['/metrics', '/metrics/x', '/debug/pprof', '/debug'];
    expect(paths.filter((path) => allowsPath(access, { verb: 'get', path }) !== undefined)).to.deep.equal([
      '/metrics',
      '/debug/pprof',
    ]);
    const here = await accessIn([role('r', [rule]), binding('ClusterRole/r', runner, 'shop')]);
    expect(allowsPath(here, { verb: 'get', path: '/metrics' })).to.be.undefined;
  });

  describe('what every cluster has', () => {
    it('is there for files: a binding to `view` gives what `view` aggregates', async () => {
      const access = await accessIn([binding('ClusterRole/view', runner, 'shop')]);
      expect(may(access, read('configmaps'))).to.be.true;
      expect(may(access, read('secrets'))).to.be.false;
    });

    it('is overruled by what the files say', async () => {
      const access = await accessIn([role('view', [reader]), binding('ClusterRole/view', runner, 'shop')]);
      expect(may(access, read('secrets'))).to.be.true;
      expect(may(access, read('configmaps'))).to.be.false;
    });

    it('gives each account discovery, marked as such, and no resource but questions about itself', async () => {
      const { grants } = await accessIn([]);
      expect(grants).to.not.be.empty;
      expect(grants.every(({ bootstrap }) => bootstrap)).to.be.true;
      const resources = new Set(grants.flatMap(({ rule }) => rule.resources));
      expect([...resources].sort()).to.deep.equal([
        'clustertrustbundles',
        'selfsubjectaccessreviews',
        'selfsubjectreviews',
        'selfsubjectrulesreviews',
      ]);
    });

    it('is not anything that only takes its name', async () => {
      const access = await accessIn([
        role('everything', [reader]),
        binding(
          'ClusterRole/everything',
          { kind: 'Group', name: 'system:authenticated' },
          undefined,
          'system:discovery',
        ),
      ]);
      expect(allows(access, read('secrets'))?.bootstrap).to.be.false;
    });
  });

  describe('aggregated ClusterRoles', () => {
    const aggregated = {
      ...role('all', []),
      aggregationRule: {
        clusterRoleSelectors: [
          { matchLabels: { part: 'yes' } },
          { matchExpressions: [{ key: 'also', operator: 'Exists' }] },
        ],
      },
    };
    const part = { ...role('part', [reader]), metadata: { name: 'part', labels: { part: 'yes' } } };
    const nested = {
      ...role('nested', []),
      metadata: { name: 'nested', labels: { also: 'x', part: 'no' } },
      aggregationRule: { clusterRoleSelectors: [{ matchLabels: { deep: 'yes' } }] },
    };
    const deep = {
      ...role('deep', [{ ...reader, resources: ['pods'] }]),
      metadata: { name: 'deep', labels: { deep: 'yes' } },
    };
    const objects = [aggregated, part, nested, deep, binding('ClusterRole/all', runner)];

    it('have in files the rules of those that they select, through others too', async () => {
      const access = await accessIn(objects);
      expect(allows(access, read('secrets'))?.role.name).to.equal('part');
      expect(allows(access, read('pods'))?.role.name).to.equal('deep');
    });

    it('have in a cluster only the rules that are stored in them', async () => {
      expect(may(await accessIn(objects, 'cluster'), read('secrets'))).to.be.false;
      const stored = [{ ...aggregated, rules: [reader] }, ...objects.slice(1)];
      expect(may(await accessIn(stored, 'cluster'), read('secrets'))).to.be.true;
    });

    it('may select themselves and each other', async () => {
      const circle = ['a', 'b'].map((name) => ({
        ...role(name, []),
        metadata: { name, labels: { circle: 'yes' } },
        aggregationRule: { clusterRoleSelectors: [{ matchLabels: { circle: 'yes' } }] },
      }));
      expect(may(await accessIn([...circle, binding('ClusterRole/a', runner)]), read('secrets'))).to.be.false;
    });
  });

  it('knows the Pod Security level of the namespaces where the account has rights', async () => {
    const namespaces = ['shop', 'billing'].map((name) => ({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name, labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } },
    }));
    const access = await accessIn([
      ...namespaces,
      role('r', [reader], 'shop'),
      binding('Role/r', runner, 'shop'),
    ]);
    expect(access.enforced).to.deep.equal({ shop: 'restricted' });
  });
});

describe('the access layer', () => {
  const roles = ['reader', 'writer'].map((name) => role(name, [{ ...reader, resources: [name] }]));
  const subjects = [
    runner,
    { ...runner, name: 'other' },
    { kind: 'Group', name: 'system:serviceaccounts:shop' },
  ];
  const anyBinding = fc
    .tuple(
      fc.constantFrom('reader', 'writer', 'gone'),
      fc.constantFrom(...subjects),
      fc.option(fc.constantFrom('shop', 'billing'), { nil: undefined }),
      fc.constantFrom('a', 'b', 'c'),
    )
    .map(([name, subject, namespace, id]) => binding(`ClusterRole/${name}`, subject, namespace, id));

  it('gives at each step what a fresh start gives, whatever came before and in whatever order', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.uniqueArray(anyBinding, {
            maxLength: 5,
            selector: ({ metadata }) => `${metadata.namespace}/${metadata.name}`,
          }),
          { maxLength: 4 },
        ),
        async (steps) => {
          const layer = accessLayer();
          for (const bindings of steps) {
            const world = await worldOf([...roles, ...bindings]);
            const { tables, source } = await worldOf([...bindings.toReversed(), ...roles.toReversed()]);
            const grants = grantsBySubject(
              tables.roles,
              tables.clusterroles,
              tables.rolebindings,
              tables.clusterrolebindings,
              source,
            );
            expect(layer(account, world)).to.deep.equal(accessOf(identitiesOf(account), grants, new Map()));
          }
        },
      ),
      { numRuns: 30 },
    );
  });

  it('keeps the object of an account whose own grants stay the same', async () => {
    const layer = accessLayer();
    const world = await worldOf([...roles, binding('ClusterRole/reader', runner, undefined, 'a')]);
    const before = layer(account, world);
    const added = new Map(world.tables.clusterrolebindings);
    const [[, first] = ['', undefined]] = [...(added.get('') ?? [])].filter(([name]) => name === 'a');
    if (first === undefined) throw new Error('the binding is not in the world');
    const other = {
      ...first,
      metadata: { ...first.metadata, name: 'b' },
      subjects: [{ ...runner, name: 'other' }],
    };
    added.set('', new Map([...(added.get('') ?? []), ['b', other]]));
    const changed = { ...world, tables: { ...world.tables, clusterrolebindings: added } };
    expect(layer({ ...account, name: 'other' }, changed).grants.length).to.equal(before.grants.length);
    expect(layer(account, changed)).to.equal(before);
    expect(layer(account, world)).to.equal(before);
  });

  it('indexes 10,000 accounts and bindings once', async () => {
    const many = Array.from({ length: 10_000 }, (_, i) =>
      binding('ClusterRole/reader', { ...runner, name: `a${i}` }, `ns${i}`, `b${i}`),
    );
    const world = await worldOf([...roles, ...many]);
    const layer = accessLayer();
    const start = performance.now();
    for (let i = 0; i < 10_000; i++) layer({ namespace: 'shop', name: `a${i}` }, world);
    expect(performance.now() - start).to.be.below(2000); // a busy machine; 0.1 s alone
  }).timeout(20_000);
});
