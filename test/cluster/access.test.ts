/** `hexarisk access` on a real cluster: what it reads, what it may not read, and what a controller has stored there. */
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { access } from '../../src/commands/access/access.ts';
import type { AccessFlags } from '../../src/commands/access/flags.ts';
import type { SubjectRules } from '../../src/commands/access/rules.ts';
import { CommandError } from '../../src/commands/error.ts';
import { account, binding, type Raw, role, subject } from '../support/rbac.ts';
import { type Ran, ran } from '../unit/commands/streams.ts';
import { kubeconfigFor, makeAccount } from './accounts.ts';
import {
  apply,
  eventually,
  freshNamespace,
  kubectl,
  sharedControlPlane,
  START_TIMEOUT_MS,
} from './harness.ts';

const list = (items: readonly Raw[]): string => JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
const reads = { apiGroups: [''], resources: ['pods'], verbs: ['get', 'list'] };

describe('hexarisk access on a cluster', function () {
  this.timeout(START_TIMEOUT_MS);
  let kubeconfig = '';
  let namespace = '';

  before(async () => {
    ({ kubeconfig } = await sharedControlPlane());
    namespace = await freshNamespace();
  });

  const asked = (whom: string | undefined, flags: Partial<AccessFlags> = {}): Promise<Ran> =>
    ran((streams) => access(whom, { kubeconfig, output: 'json', ...flags }, streams));
  const rulesOf = async (whom: string, flags: Partial<AccessFlags> = {}) => {
    const [only] = JSON.parse((await asked(whom, flags)).stdout) as SubjectRules[];
    // what other tests have bound to everyone may still be about to go
    return only?.rules.filter(({ via }) => !/^(system:|oracle-)/.test(via.name)) ?? [];
  };

  it('prints the rules of an account, and answers about it', async () => {
    const whom = `sa:${namespace}/reader`;
    await apply(
      list([
        account(namespace, 'reader'),
        role(`${namespace}/r`, reads),
        binding(`${namespace}/b`, 'Role/r', subject(whom)),
      ]),
    );
    expect(await rulesOf(whom)).to.deep.equal([
      { namespace, ...reads, via: { kind: 'RoleBinding', namespace, name: 'b', role: 'r' } },
    ]);
    expect((await asked(whom, { can: ['get', 'pods'] })).code).to.equal(0);
    expect((await asked(whom, { can: ['delete', 'pods'] })).code).to.equal(1);
    const { stdout, stderr } = await asked(undefined, { all: true });
    expect((JSON.parse(stdout) as SubjectRules[]).map((each) => each.subject)).to.include(whom);
    expect(stderr).to.equal('');
  });

  it('finds nothing in what the control plane has made, and the binding that leads nowhere', async () => {
    await apply(list([binding(`${namespace}/lost`, 'Role/gone', subject(`sa:${namespace}/gone`))]));
    const { stdout, code } = await asked(undefined, { audit: true });
    const found = JSON.parse(stdout) as { readonly problem: string; readonly object: string }[];
    expect(
      found.filter(({ object }) => /Binding (kube-\w+\/)?system:|Role (kube-\w+\/)?system:/.test(object)),
    ).to.deep.equal([]);
    const mine = found.filter(({ object }) => object === `RoleBinding ${namespace}/lost`);
    expect(mine.map(({ problem }) => problem)).to.deep.equal(['role-missing', 'account-missing']);
    expect(code).to.equal(0);
  });

  it('names what its reader may not list, and takes no silence for a no', async () => {
    const reader = { namespace, name: 'weak' };
    await makeAccount(reader);
    const weak = await kubeconfigFor(reader);
    const table = await asked(`sa:${namespace}/reader`, { kubeconfig: weak, output: 'table' });
    expect(table.stderr.split('\n')[0]).to.equal('error: cluster: you may not list roles');
    expect(table.stdout).to.include('no rules among what could be read');
    expect(table.code).to.equal(2);
    const answer = await asked(`sa:${namespace}/reader`, {
      kubeconfig: weak,
      output: 'table',
      can: ['get', 'pods'],
    });
    expect(answer.stdout).to.match(/^unknown: .*not everything could be read/);
    expect(answer.code).to.equal(2);
  });

  it('a cluster that is not there: one line', async () => {
    const error = await asked('user:a', { kubeconfig: await deadKubeconfig() }).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).to.be.instanceOf(CommandError);
    expect((error as CommandError).message).to.match(/^the cluster cannot be read: listing .*ECONNREFUSED/);
  });

  it('aggregated roles have in files just what the controller stores in a cluster, in its order', async () => {
    const named = (name: string) => `${namespace}-${name}`;
    const rule = (resource: string) => ({ apiGroups: [''], resources: [resource], verbs: ['get'] });
    const labelled = (object: Raw, labels: Raw): Raw => ({
      ...object,
      metadata: { ...(object['metadata'] as Raw), labels },
    });
    const selecting = (object: Raw, ...keys: readonly string[]): Raw => ({
      ...object,
      aggregationRule: {
        clusterRoleSelectors: keys.map((key) => ({ matchLabels: { [named(key)]: 'yes' } })),
      },
    });
    const whom = subject(`sa:${namespace}/reader`);
    const objects = [
      selecting(role(named('all')), 'second', 'first'),
      labelled(role(named('z'), rule('pods'), rule('secrets')), { [named('first')]: 'yes' }),
      labelled(role(named('a'), rule('services'), rule('pods')), {
        [named('first')]: 'yes',
        [named('second')]: 'yes',
      }),
      selecting(labelled(role(named('m')), { [named('second')]: 'yes' }), 'deep'),
      labelled(role(named('deep'), rule('events'), rule('services')), { [named('deep')]: 'yes' }),
      binding(named('all'), `ClusterRole/${named('all')}`, whom),
    ];
    await apply(list(objects));
    const inFiles = await ran(
      (streams) => access(`sa:${namespace}/reader`, { files: ['-'], output: 'json' }, streams),
      list(objects),
    );
    const [expected] = JSON.parse(inFiles.stdout) as SubjectRules[];
    const ours = expected?.rules.filter(({ via }) => via.name === named('all'));
    expect(ours?.map(({ resources }) => resources?.join())).to.deep.equal([
      'services',
      'pods',
      'events',
      'secrets',
    ]);
    await eventually('the controller', async () => {
      const stored = await rulesOf(`sa:${namespace}/reader`);
      expect(stored.filter(({ via }) => via.name === named('all'))).to.deep.equal(ours);
      return true;
    });
    await kubectl('delete', 'clusterroles', ...['all', 'z', 'a', 'm', 'deep'].map(named));
    await kubectl('delete', 'clusterrolebinding', named('all'));
  });
});

/** Of a server that is not there: nothing listens on the discard port. */
async function deadKubeconfig(): Promise<string> {
  const { kubeconfig } = await sharedControlPlane();
  const file = join(await mkdtemp(join(tmpdir(), 'hexarisk-test-')), 'kubeconfig');
  const text = await readFile(kubeconfig, 'utf8');
  await writeFile(file, text.replace(/server: .*/, 'server: https://127.0.0.1:9'), { mode: 0o600 });
  return file;
}
