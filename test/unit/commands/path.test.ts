import { join } from 'node:path';
import { expect } from 'chai';
import { CommandError } from '../../../src/commands/error.ts';
import { path, type PathFlags } from '../../../src/commands/path/path.ts';
import { ran } from './streams.ts';

const demo = join(import.meta.dirname, '../../../demo');
const files = ['60-ci', '80-legacy', '00-namespaces'].map((name) => join(demo, `${name}.yaml`));

const run = (name: string, flags: Partial<PathFlags> = {}, stdin = '') =>
  ran((streams) => path(name, { output: 'text', files, ...flags }, streams), stdin);

const refusal = async (name: string): Promise<string> => {
  try {
    await run(name);
  } catch (error) {
    if (error instanceof CommandError) return `${error.exitCode}: ${error.message}`;
    throw error;
  }
  return 'not refused';
};

interface Shown {
  readonly consequence: string;
  readonly steps: readonly {
    readonly from: string;
    readonly to: string;
    readonly because: readonly { readonly object: string; readonly path?: string; readonly text: string }[];
  }[];
}

describe('hexarisk path', () => {
  it('gives JSON with every step unredacted, and the rule and binding behind it', async () => {
    const { code, stdout } = await run('ci/deployment/runner', { output: 'json', to: 'cluster-admin' });
    const [found, ...others] = JSON.parse(stdout) as readonly Shown[];
    expect(code).to.equal(0);
    expect(others).to.deep.equal([]);
    expect(found?.consequence).to.equal('cluster-admin');
    expect(found?.steps.map(({ from, to }) => `${from} > ${to}`)).to.deep.equal([
      'internet > ci/statefulset/jenkins',
      'ci/statefulset/jenkins > ci/deployment/runner',
      'ci/deployment/runner > sa:ci/runner',
      'sa:ci/runner > sa:ci/deployer',
      'sa:ci/deployer > sa:legacy/tiller',
      'sa:legacy/tiller > cluster-admin',
    ]);
    expect(found?.steps[4]?.because.map(({ object, path: place }) => `${object} ${place}`)).to.deep.equal([
      'Role legacy/deployer /rules/0',
      'RoleBinding legacy/deployer /subjects/0',
    ]);
  });

  it('draws the path in words, from the internet where a way leads in from there', async () => {
    const { stdout } = await run('ci/deployment/runner', { to: 'cluster-admin' });
    expect(stdout).to.match(
      /^somebody on the internet reaches cluster-admin in 6 steps, over ci\/deployment\/runner:\n {2}internet\n/,
    );
    expect(stdout).to.include('Service ci/jenkins /spec/type: internet -> LoadBalancer ci/jenkins:8080');
    expect(stdout).to.include('StatefulSet ci/jenkins: port 8080 is Jenkins: runs any code');
    expect(stdout).to.include('\n  -> sa:ci/deployer\n');
    expect(stdout).to.include('Role legacy/deployer /rules/0: lets it, in legacy, write workloads');
  });

  it('draws a flowchart, each step once', async () => {
    const { stdout } = await run('ci/deployment/runner', { output: 'mermaid' });
    expect(stdout).to.match(/^flowchart LR\n {2}n0\["ci\/deployment\/runner"\]\n/);
    expect(stdout.match(/"sa:ci\/deployer"/g)).to.have.length(1);
    const arrows = stdout.split('\n').filter((line) => line.includes('-->'));
    expect(new Set(arrows).size).to.equal(arrows.length);
    for (const arrow of arrows) expect(arrow).to.match(/^ {2}n\d+ -->\|"[^"]+"\| n\d+$/);
  });

  it('exits with 1 if nothing leads where it is asked for, and says so', async () => {
    const { code, stdout } = await run('ci/deployment/runner', { to: 'cloud-role' });
    expect(code).to.equal(1);
    expect(stdout).to.equal('nothing that could be read leads from ci/deployment/runner to cloud-role\n');
  });

  it('takes the kind in any case, and in the plural', async () => {
    for (const name of ['ci/Deployment/runner', 'ci/deployments/runner'])
      expect((await run(name, { to: 'node' })).code, name).to.equal(0);
  });

  it('names workloads that come close to one that is not there', async () => {
    expect(await refusal('ci/deployment/runer')).to.match(
      /^2: there is no workload ci\/deployment\/runer: the nearest are ci\/deployment\/runner$/,
    );
    expect(await refusal('runner')).to.match(/^2: runner names no workload: write NAMESPACE\/KIND\/NAME/);
  });

  it('exits with 2 for what cannot be read, and still shows the rest', async () => {
    const pod =
      'apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: a, image: a, securityContext: {privileged: true}}]}\n---\n{\n';
    const { code, stdout, stderr } = await run('default/pod/a', { files: ['-'] }, pod);
    expect(code).to.equal(2);
    expect(stdout).to.include('default/pod/a reaches a node in one step');
    expect(stderr).to.match(/^error: /);
  });
});
