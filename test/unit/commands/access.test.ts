import { expect } from 'chai';
import { access, type AccessFlags } from '../../../src/commands/access/access.ts';
import type { Answer } from '../../../src/commands/access/answer.ts';
import type { RuleEntry, SubjectRules } from '../../../src/commands/access/rules.ts';
import { account, binding, namespaceNamed, type Raw, role, subject } from '../../support/rbac.ts';
import { type Ran, ran } from './streams.ts';

/** Runs the command over these objects, as if they came through a pipe. */
async function asked(
  objects: readonly Raw[],
  whom: string | undefined,
  flags: Partial<AccessFlags> = {},
): Promise<Ran> {
  const input = objects.map((object) => JSON.stringify(object)).join('\n---\n');
  return ran((streams) => access(whom, { files: ['-'], output: 'json', ...flags }, streams), input);
}

/** What every account has in every cluster is left out: tests tell of it where they mean it. */
const isUsual = ({ via }: RuleEntry): boolean =>
  /^system:(basic-user|discovery|public-info|service-account|cluster-trust)/.test(via.name);

async function rulesFor(objects: readonly Raw[], whom: string, flags: Partial<AccessFlags> = {}) {
  const { stdout } = await asked(objects, whom, flags);
  const [only] = JSON.parse(stdout) as SubjectRules[];
  return (only?.rules ?? []).filter((rule) => !isUsual(rule));
}

const reads = { apiGroups: [''], resources: ['pods'], verbs: ['get', 'list'] };
const runner = subject('sa:shop/runner');
const shop = [namespaceNamed('shop'), account('shop', 'runner')];

describe('hexarisk access: json', () => {
  it('has each rule with its binding and role; empty lists are left out', async () => {
    const secrets = { apiGroups: [''], resources: ['secrets'], resourceNames: ['db'], verbs: ['get'] };
    const objects = [
      ...shop,
      role('shop/reader', reads, secrets),
      binding('shop/reads', 'Role/reader', runner),
      role('prober', { nonResourceURLs: ['/healthz/*'], verbs: ['get'] }),
      binding('probes', 'ClusterRole/prober', runner),
    ];
    const via = { kind: 'RoleBinding', namespace: 'shop', name: 'reads', role: 'reader' };
    expect(await rulesFor(objects, 'sa:shop/runner')).to.deep.equal([
      {
        namespace: null,
        verbs: ['get'],
        nonResourceURLs: ['/healthz/*'],
        via: { kind: 'ClusterRoleBinding', namespace: null, name: 'probes', role: 'prober' },
      },
      { namespace: 'shop', ...reads, via },
      { namespace: 'shop', ...secrets, via },
    ]);
  });

  it('names the subject as it was asked for', async () => {
    const { stdout, code, stderr } = await asked(shop, 'sa:shop/runner');
    expect((JSON.parse(stdout) as SubjectRules[]).map(({ subject: whom }) => whom)).to.deep.equal([
      'sa:shop/runner',
    ]);
    expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' });
  });

  it('has equal rules of a role as often as they stand there, and a binding once, however often it names the subject', async () => {
    const everyone = subject('group:system:serviceaccounts:shop');
    const objects = [
      ...shop,
      role('shop/r', reads, reads),
      binding('shop/b', 'Role/r', runner, everyone, runner),
    ];
    expect(await rulesFor(objects, 'sa:shop/runner')).to.have.length(2);
  });

  it('has no paths in a namespace: a RoleBinding cannot give them', async () => {
    const both = { ...reads, nonResourceURLs: ['/metrics'] };
    const objects = [
      ...shop,
      role('r', both, { verbs: ['get'], nonResourceURLs: ['*'] }),
      binding('shop/b', 'ClusterRole/r', runner),
    ];
    const via = { kind: 'RoleBinding', namespace: 'shop', name: 'b', role: 'r' };
    expect(await rulesFor(objects, 'sa:shop/runner')).to.deep.equal([{ namespace: 'shop', ...reads, via }]);
  });

  it('names the role that is bound, also where an aggregated one takes the rule from another', async () => {
    const part = { ...role('part', reads), metadata: { name: 'part', labels: { into: 'all' } } };
    const twin = { ...role('twin', reads), metadata: { name: 'twin', labels: { into: 'all' } } };
    const all = {
      ...role('all', { ...reads, verbs: ['*'] }),
      aggregationRule: { clusterRoleSelectors: [{ matchLabels: { into: 'all' } }] },
    };
    const rules = await rulesFor(
      [...shop, part, twin, all, binding('shop/b', 'ClusterRole/all', runner)],
      'sa:shop/runner',
    );
    expect(
      rules.map(({ verbs, via }) => [verbs, via.role]),
      'as the controller stores them',
    ).to.deep.equal([[['get', 'list'], 'all']]);
  });

  it('has what every cluster gives everyone', async () => {
    const { stdout } = await asked([], 'user:alice');
    const [only] = JSON.parse(stdout) as SubjectRules[];
    const roles = new Set(only?.rules.map(({ via }) => via.role));
    expect([...roles]).to.include.members([
      'system:basic-user',
      'system:discovery',
      'system:public-info-viewer',
    ]);
  });

  it('is the same in whatever order the objects stand', async () => {
    const objects = [
      ...shop,
      role('shop/r', reads),
      role('other', reads),
      binding('shop/b', 'Role/r', runner),
      binding('a', 'ClusterRole/other', runner),
      binding('billing/c', 'ClusterRole/other', runner),
    ];
    expect((await asked(objects, 'sa:shop/runner')).stdout).to.equal(
      (await asked(objects.toReversed(), 'sa:shop/runner')).stdout,
    );
  });
});

describe('hexarisk access: whom it is about', () => {
  const objects = [
    ...shop,
    role('reader', reads),
    binding('by-user', 'ClusterRole/reader', subject('user:alice')),
    binding('by-group', 'ClusterRole/reader', subject('group:ops')),
    binding('to-anonymous', 'ClusterRole/reader', subject('user:system:anonymous')),
    binding('to-all', 'ClusterRole/reader', subject('group:system:authenticated')),
    binding('to-none', 'ClusterRole/reader', subject('group:system:unauthenticated')),
    binding('to-accounts', 'ClusterRole/reader', subject('group:system:serviceaccounts')),
    binding('shop/by-name', 'ClusterRole/reader', subject('user:system:serviceaccount:shop:runner')),
  ];
  for (const [whom, groups, bindings] of [
    ['user:alice', [], ['by-user', 'to-all']],
    ['user:alice', ['ops'], ['by-group', 'by-user', 'to-all']],
    ['user:system:anonymous', [], ['to-anonymous', 'to-none']],
    ['group:ops', [], ['by-group']],
    ['group:system:authenticated', [], ['to-all']],
    ['sa:shop/runner', [], ['to-accounts', 'to-all', 'by-name']],
    ['user:system:serviceaccount:shop:runner', [], ['to-accounts', 'to-all', 'by-name']],
    ['sa:shop/other', [], ['to-accounts', 'to-all']],
  ] as const) {
    it(`${whom}${groups.length === 0 ? '' : ` in ${groups.join()}`} has ${bindings.join(', ')}`, async () => {
      const rules = await rulesFor(objects, whom, { asGroup: groups });
      expect(rules.map(({ via }) => via.name)).to.deep.equal(bindings);
    });
  }

  it('--all: every account that an object, a workload or a binding names', async () => {
    const pod = (name: string, serviceAccountName?: string): Raw => ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace: 'work' },
      spec: { serviceAccountName, containers: [{ name: 'main', image: 'main:1' }] },
    });
    const { stdout } = await asked(
      [
        ...objects,
        pod('a'),
        pod('b', 'used'),
        binding('shop/lost', 'Role/gone', subject('sa:far/away'), { kind: 'ServiceAccount', name: 'here' }),
      ],
      undefined,
      { all: true },
    );
    const named = (JSON.parse(stdout) as SubjectRules[]).map(({ subject: whom }) => whom);
    expect(named.filter((whom) => !whom.startsWith('sa:kube-system/'))).to.deep.equal([
      'sa:far/away',
      'sa:shop/here',
      'sa:shop/runner',
      'sa:work/default',
      'sa:work/used',
    ]);
    expect(named, 'which the bindings of every cluster name').to.include('sa:kube-system/job-controller');
  });
});

describe('hexarisk access: text', () => {
  const objects = [
    ...shop,
    role('shop/reader', reads, {
      apiGroups: ['apps', ''],
      resources: ['a', 'b', 'c', 'd', 'e', 'f', 'g'],
      verbs: ['*'],
    }),
    binding('shop/reads', 'Role/reader', subject('group:system:serviceaccounts')),
  ];

  it('is a table of the rules; those that come from a group say so, and what everyone has is counted', async () => {
    const { stdout, code } = await asked(objects, 'sa:shop/runner', { output: 'table' });
    const [name, heading, first, second, usual] = stdout.split('\n').map((line) => line.split(/ {2,}/));
    expect(name).to.deep.equal(['sa:shop/runner']);
    expect(heading).to.deep.equal('NAMESPACE,VERBS,RESOURCES,API GROUPS,NAMES,BINDING,ROLE,AS'.split(','));
    const from = ['RoleBinding shop/reads', 'Role reader', 'group:system:serviceaccounts'];
    expect(first).to.deep.equal(['shop', 'get,list', 'pods', 'core', ...from]);
    expect(second).to.deep.equal(['shop', '*', 'a,b,c,d,e,+2', 'apps,core', ...from]);
    expect(usual?.join()).to.match(/^and \d+ rules that every cluster gives everyone/);
    expect(code).to.equal(0);
  });

  it('wide cuts nothing and shows all', async () => {
    const { stdout } = await asked(objects, 'sa:shop/runner', { output: 'wide' });
    expect(stdout).to.include('a,b,c,d,e,f,g').and.to.include('system:discovery').and.to.not.include('and ');
  });

  it('obeys no terminal escapes of names', async () => {
    const odd = binding('shop/b', 'Role/reader', subject('user:\u001b[31mred'));
    const { stdout, stderr } = await asked([...objects, odd], 'user:\u001b[31mred', { output: 'table' });
    expect(stdout + stderr).to.not.include('\u001b');
  });
});

describe('hexarisk access --can', () => {
  const objects = [
    ...shop,
    role(
      'shop/r',
      reads,
      { apiGroups: [''], resources: ['secrets'], resourceNames: ['db'], verbs: ['get'] },
      { apiGroups: ['apps'], resources: ['deployments/scale'], verbs: ['patch'] },
      { apiGroups: [''], resources: ['nodes', 'services/*', 'configmaps'], verbs: ['get'] },
    ),
    binding('shop/b', 'Role/r', runner),
    role(
      'paths',
      { verbs: ['get'], nonResourceURLs: ['/metrics'] },
      { apiGroups: ['batch'], resources: ['jobs'], verbs: ['get'] },
    ),
    binding('p', 'ClusterRole/paths', runner),
    binding('billing/p', 'ClusterRole/paths', subject('user:alice')),
  ];
  const can = (words: string, flags: Partial<AccessFlags> = {}, whom = 'sa:shop/runner') =>
    asked(objects, whom, { output: 'table', can: words.split(' '), ...flags });

  for (const [question, flags] of [
    ['get pods', {}],
    ['get pod', {}],
    ['list po', { namespace: 'shop' }],
    ['get secrets db', {}],
    ['patch deployments.apps/scale web', {}],
    ['patch deployments/scale.apps web', {}],
    ['patch deploy web', { subresource: 'scale' }],
    ['get /metrics', {}],
    ['get jobs', { allNamespaces: true }],
    ['get jobs', { namespace: 'anywhere' }],
  ] as const) {
    it(`${question} ${JSON.stringify(flags)}: yes, and exits with 0`, async () => {
      const { code, stdout } = await can(question, flags);
      expect(stdout).to.match(/^yes: .* gives sa:shop\/runner the /);
      expect(code).to.equal(0);
    });
  }

  for (const [question, flags, reason] of [
    [
      'delete pods',
      {},
      /only the verbs get, list: RoleBinding shop\/b gives sa:shop\/runner the Role r; \/rules\/0: get,list pods/,
    ],
    ['get pods', { namespace: 'billing' }, /only in namespace shop/],
    ['get pods', { allNamespaces: true }, /only in namespace shop/],
    ['get pods/exec web', {}, /only pods themselves/],
    ['get services/proxy web', {}, /services\/\*, which matches nothing/],
    ['get secrets cache', {}, /only objects named db/],
    ['get secrets', {}, /only objects named db/],
    ['get nodes', {}, /only in namespace shop, while nodes belong to none/],
    ['get configmaps.example.org', {}, /only configmaps of the API group core/],
    ['post /metrics', {}, /only the verbs get/],
    ['get /logs', {}, /nothing allows sa:shop\/runner to get \/logs$/m],
    ['* *', {}, /nothing allows/],
  ] as const) {
    it(`${question} ${JSON.stringify(flags)}: no, exits with 1, and tells what comes nearest`, async () => {
      const { code, stdout } = await can(question, flags);
      expect(stdout).to.match(/^no: /);
      expect(stdout).to.match(reason);
      expect(code).to.equal(1);
    });
  }

  it('no path by a RoleBinding', async () => {
    const { code, stdout } = await can('get /metrics', {}, 'user:alice');
    expect(stdout).to.match(/^no: .*only by a RoleBinding, which gives no paths/);
    expect(code).to.equal(1);
  });

  it('json has the question, the answer and its rule', async () => {
    const { stdout } = await can('get secrets db', { output: 'json' });
    const { reason, ...rest } = JSON.parse(stdout) as Answer;
    expect(reason).to.match(/^RoleBinding shop\/b gives/);
    expect(rest).to.deep.equal({
      subject: 'sa:shop/runner',
      request: { verb: 'get', group: '', resource: 'secrets', name: 'db', namespace: 'shop' },
      allowed: true,
      rule: {
        namespace: 'shop',
        apiGroups: [''],
        resources: ['secrets'],
        resourceNames: ['db'],
        verbs: ['get'],
        via: { kind: 'RoleBinding', namespace: 'shop', name: 'b', role: 'r' },
      },
    });
    const no = JSON.parse((await can('delete pods', { output: 'json' })).stdout) as Answer;
    expect([no.allowed, no.rule, no.nearest?.verbs]).to.deep.equal([false, undefined, ['get', 'list']]);
  });

  it('group system:masters may do anything, whatever the bindings say', async () => {
    const { code, stdout } = await can('frob gizmos', {}, 'group:system:masters');
    expect([code, stdout.slice(0, 4)]).to.deep.equal([0, 'yes:']);
    expect((await can('frob gizmos', { asGroup: ['system:masters'] }, 'user:alice')).code).to.equal(0);
  });

  it('is asked where the account is, else in default; of what belongs to no namespace everywhere', async () => {
    const requestOf = async (question: string, whom: string, flags: Partial<AccessFlags> = {}) =>
      (JSON.parse((await can(question, { output: 'json', ...flags }, whom)).stdout) as Answer).request;
    expect(await requestOf('get pods', 'sa:shop/runner')).to.include({ namespace: 'shop' });
    expect(await requestOf('get pods', 'user:alice')).to.include({ namespace: 'default' });
    expect(await requestOf('get nodes', 'sa:shop/runner')).to.not.have.property('namespace');
    const { stderr } = await can('get nodes', { namespace: 'shop' });
    expect(stderr).to.match(/nodes belong to no namespace/);
  });

  it('a resource that is not built in is asked about in the core group, and that is said', async () => {
    expect((await can('get gizmos')).stderr).to.match(/gizmos is no built-in resource: write gizmos\.GROUP/);
  });
});
