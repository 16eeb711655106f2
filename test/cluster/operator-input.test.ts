import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { dump, load } from 'js-yaml';
import { apply, eventually, freshNamespace, kubectl, sharedControlPlane } from './harness.ts';
import { deployment, vulnerabilityCrd, vulnerabilityReport } from './objects.ts';
import { installCrd, report, spawnOperator, startedOperator } from './operator-process.ts';

describe('the operator and bad input', () => {
  const failing = async (options: Parameters<typeof spawnOperator>[0]) => {
    const operator = await spawnOperator(options);
    return { code: await operator.ended, lines: operator.other };
  };

  it('says in one line that a kubeconfig does not exist', async () => {
    const { code, lines } = await failing({ kubeconfig: '/nowhere/config' });
    expect(code).to.equal(2);
    expect(lines).to.have.length(1);
    expect(lines[0]).to.match(/there is no kubeconfig \/nowhere\/config .*--kubeconfig/);
  });

  it('says in one line which contexts there are', async () => {
    const { code, lines } = await failing({ args: ['--context=elsewhere'] });
    expect(code).to.equal(2);
    expect(lines).to.have.length(1);
    expect(lines[0]).to.match(/no context elsewhere in the kubeconfig: it has \S+/);
  });

  it('says in one line that a port is in use, and with which flag to choose another', async () => {
    const first = await spawnOperator();
    await eventually('it to listen', () => first.said('listening'));
    const port = new URL(String(first.log[0]?.['metrics'])).port;
    const { code, lines } = await failing({ args: [`--metrics-address=127.0.0.1:${port}`] });
    await first.stop();
    expect(code).to.equal(2);
    expect(lines).to.have.length(1);
    expect(lines[0]).to.match(/in use.*--metrics-address/);
  });

  it('stays unready and tries again while the API server cannot be reached', async function () {
    this.timeout(60_000);
    const operator = await spawnOperator({ kubeconfig: await unreachable() });
    await eventually('a warning', () => operator.said('cannot be reached'));
    expect(await operator.ready()).to.equal(false);
    expect(operator.other).to.deep.equal([]);
    expect(await operator.stop()).to.equal(0);
  });
});

describe('the operator and what it may not or cannot read', function () {
  this.timeout(120_000);
  before(async () => {
    await sharedControlPlane();
    await installCrd();
  });

  it('goes on without a kind that it may not list: says so once, and coverage goes down', async () => {
    const namespace = await freshNamespace();
    await apply(deployment({ namespace, name: 'web' }));
    await apply(JSON.stringify(fewRights));
    const operator = await startedOperator({ kubeconfig: await kubeconfigOf('hexarisk-few') });
    const found = await eventually('its report', () => report(namespace, 'deployment-web'));
    expect(found.report.axes['network']?.coverage).to.be.below(70);
    expect(found.report.axes['network']?.missing?.join()).to.match(
      /networkpolicies: not allowed to list networkpolicies/,
    );
    const said = operator.log.filter(({ message }) =>
      message.includes('not allowed to list networkpolicies'),
    );
    expect(said).to.have.length(1);
    expect(await operator.ready()).to.equal(true);
    expect(operator.other).to.deep.equal([]);
    expect(await operator.stop()).to.equal(0);
  });

  it('leaves out an object of an unexpected shape, counts it, names it, and goes on', async () => {
    const namespace = await freshNamespace();
    await apply(deployment({ namespace, name: 'web' }));
    await apply(JSON.stringify(vulnerabilityCrd));
    await eventually(
      'the CRD to be served',
      async () => (await kubectl('get', 'vulnerabilityreports', '-A')) !== undefined,
    );
    const odd = vulnerabilityReport(namespace, 'web-1');
    await apply(JSON.stringify({ ...odd, report: { ...odd.report, vulnerabilities: 'none' } }));
    const operator = await startedOperator();
    await eventually('the report of the rest', () => report(namespace, 'deployment-web'));
    const line = operator.log.find(({ message }) => message.includes('unexpected shape'));
    expect(line).to.deep.include({
      resource: 'vulnerabilityreports',
      name: `${namespace}/replicaset-web-1-main`,
      problem: '/report/vulnerabilities: expected a list, found a string',
    });
    expect(await operator.metrics()).to.include(
      'hexarisk_objects_skipped_total{resource="vulnerabilityreports",reason="shape"} 1',
    );
    expect(await operator.stop()).to.equal(0);
    await kubectl('delete', 'crd', 'vulnerabilityreports.aquasecurity.github.io');
  });
});

/** Everything that the operator reads, but for NetworkPolicies. */
const fewRights = {
  apiVersion: 'v1',
  kind: 'List',
  items: [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'hexarisk-few', namespace: 'default' } },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name: 'hexarisk-few' },
      rules: [
        {
          apiGroups: ['', 'apps', 'batch', 'rbac.authorization.k8s.io', 'discovery.k8s.io'],
          resources: ['*'],
          verbs: ['list', 'watch'],
        },
        { apiGroups: ['networking.k8s.io'], resources: ['ingresses'], verbs: ['list', 'watch'] },
        { apiGroups: ['apiextensions.k8s.io'], resources: ['customresourcedefinitions'], verbs: ['get'] },
        {
          apiGroups: ['hexarisk.dev'],
          resources: ['riskreports'],
          verbs: ['list', 'watch', 'create', 'patch', 'delete'],
        },
      ],
    },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name: 'hexarisk-few' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'hexarisk-few' },
      subjects: [{ kind: 'ServiceAccount', name: 'hexarisk-few', namespace: 'default' }],
    },
  ],
};

interface Kubeconfig {
  readonly users: readonly { readonly name: string; readonly user: object }[];
}

/** The shared control plane's kubeconfig with the token of a service account of `default`. */
async function kubeconfigOf(account: string): Promise<string> {
  const token = (await kubectl('create', 'token', account)).trim();
  return changedKubeconfig((text) => {
    const config = load(text) as Kubeconfig;
    return dump({ ...config, users: config.users.map(({ name }) => ({ name, user: { token } })) });
  });
}

/** A kubeconfig for a port on which nothing listens. */
const unreachable = (): Promise<string> =>
  changedKubeconfig((text) => text.replace(/(server: https:\/\/127\.0\.0\.1:)\d+/, '$11'));

async function changedKubeconfig(change: (text: string) => string): Promise<string> {
  const { kubeconfig } = await sharedControlPlane();
  const folder = await mkdtemp(join(tmpdir(), 'hexarisk-test-'));
  const file = join(folder, 'kubeconfig');
  await writeFile(file, change(await readFile(kubeconfig, 'utf8')));
  return file;
}
