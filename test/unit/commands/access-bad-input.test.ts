import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { access, type AccessFlags } from '../../../src/commands/access/access.ts';
import type { SubjectRules } from '../../../src/commands/access/rules.ts';
import { CommandError } from '../../../src/commands/error.ts';
import { account, binding, namespaceNamed, RBAC, role, subject } from '../../support/rbac.ts';
import { type Ran, ran } from './streams.ts';

const reads = { apiGroups: [''], resources: ['pods'], verbs: ['get', 'list'] };
const runner = subject('sa:shop/runner');
const good = [
  namespaceNamed('shop'),
  account('shop', 'runner'),
  role('shop/reader', reads),
  binding('shop/reads', 'Role/reader', runner),
];

const yaml = (objects: readonly unknown[]): string =>
  objects.map((object) => (typeof object === 'string' ? object : JSON.stringify(object))).join('\n---\n');

async function asked(
  objects: readonly unknown[],
  whom: string | undefined,
  flags: Partial<AccessFlags> = {},
): Promise<Ran> {
  return ran((streams) => access(whom, { files: ['-'], output: 'json', ...flags }, streams), yaml(objects));
}

/** The good rule has to be there whatever stands beside it. */
async function beside(...bad: readonly unknown[]): Promise<Ran> {
  const result = await asked([...bad, ...good], 'sa:shop/runner');
  const [only] = JSON.parse(result.stdout) as SubjectRules[];
  expect(only?.rules.map(({ via }) => via.name)).to.include('reads');
  return result;
}

async function auditOf(...objects: readonly unknown[]) {
  const { stdout, stderr, code } = await asked([...objects, ...good], undefined, { audit: true });
  const found = JSON.parse(stdout) as { problem: string; object: string; path: string; text: string }[];
  return {
    found,
    lines: found.map(({ problem, object, path }) => `${problem} ${object} ${path}`),
    stderr,
    code,
  };
}

describe('hexarisk access: bad input', () => {
  it('a subject that nothing names: said, and what its groups give is shown', async () => {
    const all = binding('all', 'ClusterRole/view', subject('group:system:serviceaccounts'));
    const { stdout, stderr, code } = await asked([...good, all], 'sa:shop/nobody');
    const [only] = JSON.parse(stdout) as SubjectRules[];
    expect(only?.rules.some(({ via }) => via.name === 'all')).to.be.true;
    expect(stderr).to.equal(
      'note: sa:shop/nobody: the files have no ServiceAccount shop/nobody; shown is what its groups give\n',
    );
    expect(code).to.equal(0);
  });

  it('an account that only a binding names: said, and what the binding gives is shown', async () => {
    const { stdout, stderr, code } = await asked(
      [...good, binding('shop/early', 'Role/reader', subject('sa:shop/later'))],
      'sa:shop/later',
    );
    const [only] = JSON.parse(stdout) as SubjectRules[];
    expect(only?.rules.some(({ via }) => via.name === 'early')).to.be.true;
    expect(stderr).to.match(/no ServiceAccount shop\/later; shown is what bindings to its name/);
    expect(code).to.equal(0);
  });

  for (const whom of ['user:nobody', 'group:nobody']) {
    it(`${whom}, whom no binding names: said, exit code 0`, async () => {
      const { stderr, code } = await asked(good, whom);
      expect(stderr).to.equal(`note: ${whom}: no binding names it; shown is what its groups give\n`);
      expect(code).to.equal(0);
    });
  }

  it('a binding whose role does not exist: said of whom it names, and a finding', async () => {
    const lost = binding('shop/lost', 'Role/gone', runner);
    const { stderr, code } = await beside(lost);
    expect(stderr).to.match(
      /^note: RoleBinding shop\/lost gives sa:shop\/runner nothing: its Role gone does not exist/,
    );
    expect(code).to.equal(0);
    expect((await auditOf(lost)).lines).to.deep.equal(['role-missing RoleBinding shop/lost /roleRef']);
  });

  it('a ClusterRoleBinding of a Role, and a role of a kind that there is not: they give nothing, and are findings', async () => {
    const odd = [binding('wide', 'Role/reader', runner), binding('shop/odd', 'Rights/reader', runner)];
    await beside(...odd);
    expect((await auditOf(...odd)).found.map(({ text }) => text)).to.deep.equal([
      'Role reader is nothing that a ClusterRoleBinding can bind: it gives nothing',
      'Rights shop/reader is nothing that a RoleBinding can bind: it gives nothing',
    ]);
  });

  it('a binding without subjects, absent, empty or null: a finding', async () => {
    for (const subjects of [undefined, [], null]) {
      const nobody = { ...binding('shop/nobody', 'Role/reader'), subjects };
      expect((await beside(nobody)).code).to.equal(0);
      const { lines, code } = await auditOf(nobody);
      expect(lines).to.deep.equal(['no-subjects RoleBinding shop/nobody /subjects']);
      expect(code).to.equal(0);
    }
  });

  it('a subject of an unknown kind gives nobody anything, and is a finding; its neighbours have what is theirs', async () => {
    const mixed = binding('shop/mixed', 'Role/reader', { kind: 'Robot', name: 'r2' }, runner);
    const { stdout, code } = await beside(mixed);
    expect(stdout).to.include('"mixed"');
    expect(code).to.equal(0);
    expect((await auditOf(mixed)).lines).to.deep.equal([
      'unknown-subject-kind RoleBinding shop/mixed /subjects/0',
    ]);
  });

  it('an account in a ClusterRoleBinding that says no namespace is nobody, and is a finding', async () => {
    const homeless = binding('homeless', 'ClusterRole/view', { kind: 'ServiceAccount', name: 'runner' });
    const { stdout } = await beside(homeless);
    expect(stdout).to.not.include('homeless');
    expect((await auditOf(homeless)).lines).to.deep.equal([
      'account-missing ClusterRoleBinding homeless /subjects/0',
    ]);
  });

  for (const [what, rules, path] of [
    ['verbs that are no list', [{ ...reads, verbs: 'get' }], '/rules/0/verbs'],
    ['a rule that is nothing', [reads, null], '/rules/1'],
    ['a rule that is a text', ['get pods'], '/rules/0'],
    ['rules that are a map', { a: reads }, '/rules'],
    ['a verb that is a number', [{ ...reads, verbs: [7] }], '/rules/0/verbs/0'],
  ] as const) {
    it(`a role with ${what}: named with its place, exit code 2, and no "no" is certain any more`, async () => {
      const bad = { ...role('shop/bad'), rules };
      const bound = binding('shop/bound', 'Role/bad', runner);
      const { stderr, code } = await beside(bad, bound);
      expect(stderr).to.match(new RegExp(`^error: standard input:1: Role shop/bad: ${path}: expected `));
      expect(stderr).to.match(/note: RoleBinding shop\/bound gives sa:shop\/runner nothing/);
      expect(code).to.equal(2);
      const no = await asked([bad, bound, ...good], 'sa:shop/runner', {
        can: ['get', 'secrets'],
        output: 'table',
      });
      expect([no.code, no.stdout]).to.deep.include(2);
      expect(no.stdout).to.match(/^unknown: .* but not everything could be read/);
      const yes = await asked([bad, bound, ...good], 'sa:shop/runner', {
        can: ['get', 'pods'],
        output: 'table',
      });
      expect(yes.code).to.equal(0);
    });

    it(`a role with ${what} is a finding, and its binding too`, async () => {
      const { lines, found, code } = await auditOf(
        { ...role('shop/bad'), rules },
        binding('shop/bound', 'Role/bad', runner),
      );
      expect(lines).to.deep.equal([
        'role-missing RoleBinding shop/bound /roleRef',
        `malformed Role shop/bad ${path}`,
      ]);
      expect(found[0]?.text).to.match(
        /^Role shop\/bad is malformed: what the binding is meant to give is not known/,
      );
      expect(code).to.equal(0);
    });
  }

  for (const [what, place, rule, text] of [
    ['no verbs', 'shop/r', { ...reads, verbs: [] }, /no verbs/],
    ['no apiGroups', 'shop/r', { resources: ['pods'], verbs: ['get'] }, /no apiGroups/],
    ['no resources', 'shop/r', { apiGroups: [''], verbs: ['get'] }, /no resources/],
    ['paths in a Role', 'shop/r', { nonResourceURLs: ['/x'], verbs: ['get'] }, /which a Role cannot give/],
    ['resources and paths', 'r', { ...reads, nonResourceURLs: ['/x'] }, /two rules/],
    ['pods/*', 'r', { ...reads, resources: ['pods/*'] }, /pods\/\* matches nothing/],
  ] as const) {
    it(`a rule with ${what} is a finding`, async () => {
      const { found } = await auditOf(role(place, reads, rule));
      expect(found).to.have.length(1);
      expect(found[0]).to.include({ problem: 'malformed-rule', path: '/rules/1' });
      expect(found[0]?.text).to.match(text);
    });
  }

  it('a binding that is misshapen, and a document that is no YAML: named, the rest counts, exit code 2', async () => {
    const { stderr, code } = await beside(
      {
        apiVersion: RBAC,
        kind: 'RoleBinding',
        metadata: { name: 'b', namespace: 'shop' },
        subjects: [runner],
      },
      { ...binding('shop/c', 'Role/reader'), subjects: [{ name: 'x' }] },
      'kind: [',
    );
    const lines = stderr.trim().split('\n');
    expect(lines[0]).to.match(/^error: standard input:\d+:\d+: /);
    expect(lines[1]).to.match(/^error: standard input:1: RoleBinding shop\/b: \/roleRef: expected an object/);
    expect(lines[2]).to.match(/^error: .* RoleBinding shop\/c: \/subjects\/0\/kind: expected a string/);
    expect(code).to.equal(2);
  });

  it('what is misshapen and no part of RBAC leaves a "no" certain', async () => {
    const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec: [] };
    const { code, stderr } = await asked([...good, pod], 'sa:shop/runner', { can: ['get', 'secrets'] });
    expect(stderr).to.match(/^error: .*Pod default\/p: /);
    expect(code).to.equal(1);
  });

  it('an audit that could not read everything exits with 2, with what it found', async () => {
    const { code, lines } = await auditOf('kind: [', binding('shop/lost', 'Role/gone', runner));
    expect(lines).to.deep.equal(['role-missing RoleBinding shop/lost /roleRef']);
    expect(code).to.equal(2);
  });
});

describe('hexarisk access --audit', () => {
  it('finds nothing in what every cluster has, nor in an account that has a role', async () => {
    expect((await auditOf()).found).to.deep.equal([]);
    const text = await asked(good, undefined, { audit: true, output: 'table' });
    expect(text).to.deep.equal({ code: 0, stdout: 'nothing found\n', stderr: '' });
  });

  for (const whom of [
    'user:system:anonymous',
    'group:system:unauthenticated',
    'group:system:authenticated',
    'group:system:serviceaccounts',
  ]) {
    it(`a grant to ${whom} is a finding, with what it gives`, async () => {
      const { found } = await auditOf(binding('shop/open', 'Role/reader', runner, subject(whom)));
      expect(found).to.have.length(1);
      expect(found[0]).to.include({
        problem: 'open-grant',
        object: 'RoleBinding shop/open',
        path: '/subjects/1',
      });
      expect(found[0]?.text).to.match(new RegExp(`^${whom}, .*, may in namespace shop: get,list pods$`));
    });
  }

  it('a rule that was added to a role of every cluster is a finding, its own are not', async () => {
    const info = {
      apiGroups: [],
      nonResourceURLs: ['/healthz', '/livez', '/readyz', '/version', '/version/'],
      verbs: ['get'],
    };
    const { found } = await auditOf(role('system:public-info-viewer', info, reads));
    expect(found.map(({ object, text }) => `${object}: ${text}`)).to.have.length(2);
    for (const { object, text } of found) {
      expect(object).to.equal('ClusterRoleBinding system:public-info-viewer');
      expect(text).to.match(/everywhere: get,list pods$/);
    }
  });

  it('a group that was added to a binding of every cluster is a finding', async () => {
    const usual = subject('group:system:authenticated');
    const old = binding(
      'system:discovery',
      'ClusterRole/system:discovery',
      usual,
      subject('group:system:unauthenticated'),
    );
    expect((await auditOf(old)).lines).to.deep.equal([
      'open-grant ClusterRoleBinding system:discovery /subjects/1',
    ]);
  });

  it('accounts and namespaces that do not exist, also where a user or a group means them', async () => {
    const { lines } = await auditOf(
      binding(
        'b',
        'ClusterRole/view',
        subject('sa:shop/gone'),
        subject('sa:far/away'),
        subject('user:system:serviceaccount:shop:lost'),
        subject('group:system:serviceaccounts:moon'),
        subject('sa:shop/default'),
        subject('group:system:serviceaccounts:shop'),
        subject('user:alice'),
      ),
    );
    expect(lines).to.deep.equal([
      'account-missing ClusterRoleBinding b /subjects/0',
      'account-missing ClusterRoleBinding b /subjects/2',
      'namespace-missing ClusterRoleBinding b /subjects/1',
      'namespace-missing ClusterRoleBinding b /subjects/3',
    ]);
  });

  it('is a table in text', async () => {
    const { stdout } = await asked([...good, binding('shop/lost', 'Role/gone', runner)], undefined, {
      audit: true,
      output: 'table',
    });
    expect(stdout.split('\n').map((line) => line.split(/ {2,}/))).to.deep.equal([
      ['PROBLEM', 'OBJECT', 'AT', 'WHAT'],
      [
        'role-missing',
        'RoleBinding shop/lost',
        '/roleRef',
        'Role shop/gone does not exist: who creates it decides what the binding gives',
      ],
      [''],
    ]);
  });
});

describe('hexarisk access: what cannot be asked', () => {
  for (const [what, whom, flags, message] of [
    ['nobody', undefined, {}, /say whom it is about/],
    ['a name without its kind', 'runner', {}, /runner names nobody: write sa:NAMESPACE\/NAME/],
    ['an account without its namespace', 'sa:runner', {}, /names nobody/],
    ['an empty name', 'user:', {}, /names nobody/],
    ['a verb alone', 'sa:shop/runner', { can: ['get'] }, /--can needs a verb, a resource/],
    ['four words', 'sa:shop/runner', { can: ['get', 'pods', 'a', 'b'] }, /--can needs/],
    ['all, and one', 'sa:shop/runner', { all: true }, /leave out sa:shop\/runner/],
    ['all, and the audit', undefined, { all: true, audit: true }, /exclude each other/],
    ['one thing of all', undefined, { all: true, can: ['get', 'pods'] }, /about one subject/],
    [
      'one namespace and all',
      'user:a',
      { can: ['get', 'pods'], namespace: 'x', allNamespaces: true },
      /exclude each other/,
    ],
  ] as const) {
    it(`${what}: one line that says what to write, exit code 2`, async () => {
      const error = await asked([], whom, flags as Partial<AccessFlags>).catch((thrown: unknown) => thrown);
      expect(error).to.be.instanceOf(CommandError);
      expect((error as CommandError).message).to.match(message);
      expect((error as CommandError).exitCode).to.equal(2);
    });
  }

  it('takes a subject that stands after the values of a flag', async () => {
    const after = await asked(good, undefined, { files: ['-', 'sa:shop/runner'] });
    expect(after).to.deep.equal(await asked(good, 'sa:shop/runner'));
    const last = await asked(good, undefined, { can: ['get', 'pods', 'sa:shop/runner'] });
    expect(last.code).to.equal(0);
  });
});

describe('hexarisk access: the process', function () {
  this.timeout(20_000);
  const root = join(import.meta.dirname, '../../..');

  async function run(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ran> {
    const home = process.env['HOME'] ?? tmpdir();
    const child = spawn(join(root, 'hack/hexarisk'), ['access', ...args], {
      env: { PATH: process.env['PATH'], HOME: home, ...env },
    });
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    child.stdin.end(yaml(good));
    const code = await new Promise<number | null>((done) => child.on('close', done));
    return { code: code ?? -1, stdout, stderr };
  }

  it('answers with its exit code: 0 yes, 1 no, 2 for what it does not understand', async () => {
    const [yes, no, odd, nowhere] = await Promise.all([
      run(['sa:shop/runner', '--can', 'get', 'pods', '-n', 'shop', '--files', '-']),
      run(['--can', 'get', 'secrets', '--files', '-', 'sa:shop/runner']),
      run(['sa:shop/runner', '--can', 'get', 'pods', '--odd']),
      run(['sa:shop/runner', '--kubeconfig', '/nowhere/kubeconfig']),
    ]);
    expect([yes.code, no.code, odd.code, nowhere.code]).to.deep.equal([0, 1, 2, 2]);
    expect(nowhere.stderr).to.match(/^hexarisk: there is no kubeconfig \/nowhere\/kubeconfig/);
  });
});
