import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { expect } from 'chai';
import { CommandError } from '../../src/commands/error.ts';
import { runReach } from '../support/reach.ts';
import {
  apply,
  eventually,
  freshNamespace,
  kubectl,
  sharedControlPlane,
  START_TIMEOUT_MS,
} from './harness.ts';
import { crdOf, deployment } from './objects.ts';

const policyCrds = (
  ['clusternetworkpolicies', 'adminnetworkpolicies', 'baselineadminnetworkpolicies'] as const
).map((resource) => crdOf(resource));

describe('reach over a cluster', function () {
  this.timeout(120_000);
  let namespace = '';
  let kubeconfig = '';
  let folder = '';

  before(async function () {
    this.timeout(START_TIMEOUT_MS);
    ({ kubeconfig } = await sharedControlPlane());
    namespace = await freshNamespace();
    folder = mkdtempSync(join(tmpdir(), 'hexarisk-reach-'));
    for (const name of ['web', 'db']) await apply(deployment({ namespace, name, replicas: 2 }));
    await apply(
      JSON.stringify({
        apiVersion: 'networking.k8s.io/v1',
        kind: 'NetworkPolicy',
        metadata: { namespace, name: 'db' },
        spec: {
          podSelector: { matchLabels: { app: 'db' } },
          ingress: [{ from: [{ podSelector: {} }], ports: [{ port: 5432 }] }],
        },
      }),
    );
    await eventually(
      'the pods',
      async () => (await kubectl('get', 'pods', '-n', namespace, '-o=name')).trim().split('\n').length === 4,
    );
  });

  after(async () => {
    rmSync(folder, { recursive: true, force: true });
    await kubectl('delete', 'crd', '--ignore-not-found', ...policyCrds.map(({ metadata }) => metadata.name));
  });

  const asked = () =>
    runReach({ kubeconfig, from: `${namespace}/web`, to: `${namespace}/db`, output: 'table' });

  it('reads the pods and the policies that there are', async () => {
    const { code, stdout, stderr } = await asked();
    expect(stderr).to.equal('');
    expect(code).to.equal(0);
    expect(stdout).to.include(
      `yes: ${namespace}/deployment/web may connect to ${namespace}/deployment/db on TCP 5432`,
    );
    expect(stdout).to.include(`NetworkPolicy ${namespace}/db /spec/ingress/0 allows TCP 5432`);
  });

  it('reads cluster-wide policies where their CRDs are installed', async () => {
    for (const crd of policyCrds) await apply(JSON.stringify(crd));
    const deny = {
      apiVersion: 'policy.networking.k8s.io/v1alpha1',
      kind: 'AdminNetworkPolicy',
      metadata: { name: 'deny' },
      spec: {
        priority: 1,
        subject: { namespaces: { matchLabels: { 'kubernetes.io/metadata.name': namespace } } },
        ingress: [{ action: 'Deny', from: [{ namespaces: {} }] }],
      },
    };
    await eventually('the CRD to be served', () =>
      apply(JSON.stringify(deny)).then(
        () => true,
        () => false,
      ),
    );
    const { code, stdout } = await asked();
    expect(code).to.equal(1);
    expect(stdout).to.include('AdminNetworkPolicy deny /spec/ingress/0 denies all ports');
  });

  it('says what may not be read, and exits with 2', async () => {
    const { code, stderr } = await runReach({ kubeconfig: await powerless(), output: 'json' });
    expect(code).to.equal(2);
    expect(stderr).to.match(/^error: you may not list networkpolicies$/m);
  });

  it('says in one line that the cluster cannot be reached', async () => {
    const file = join(folder, 'nowhere');
    const nowhere = {
      clusters: [{ name: 'nowhere', cluster: { server: 'https://127.0.0.1:1' } }],
      contexts: [{ name: 'nowhere', context: { cluster: 'nowhere', user: '' } }],
      'current-context': 'nowhere',
    };
    await writeFile(file, JSON.stringify(nowhere));
    const error = await runReach({ kubeconfig: file, output: 'json' }).catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(CommandError);
    expect((error as CommandError).message).to.match(/ECONNREFUSED/);
  });

  /** A kubeconfig of an account without any right. */
  async function powerless(): Promise<string> {
    await kubectl('create', 'serviceaccount', 'nobody', '-n', namespace);
    const token = (await kubectl('create', 'token', 'nobody', '-n', namespace, '--duration=1h')).trim();
    const config = JSON.parse(
      await kubectl('config', 'view', '--raw', '--minify', '--flatten', '-o', 'json'),
    ) as Record<string, unknown> & { readonly contexts: readonly [{ readonly context: object }] };
    const users = [{ name: 'nobody', user: { token } }];
    const contexts = [{ name: 'nobody', context: { ...config.contexts[0].context, user: 'nobody' } }];
    const file = join(folder, 'nobody');
    await writeFile(file, JSON.stringify({ ...config, users, contexts, 'current-context': 'nobody' }));
    return file;
  }
});
