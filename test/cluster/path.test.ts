/** `hexarisk path` on a real API server, with the rights of whoever asks. */
import { expect } from 'chai';
import { demoFolder } from '../../hack/demo-run/manifests.ts';
import { path } from '../../src/commands/path/path.ts';
import { ran } from '../unit/commands/streams.ts';
import { apply, kubectl, sharedControlPlane, START_TIMEOUT_MS } from './harness.ts';

describe('hexarisk path, asked of a cluster', function () {
  this.timeout(120_000);
  let kubeconfig = '';

  before(async function () {
    this.timeout(START_TIMEOUT_MS);
    ({ kubeconfig } = await sharedControlPlane());
    await apply(demoFolder);
  });
  after(() => kubectl('delete', '-f', demoFolder, '--ignore-not-found', '--wait=false'));

  it('finds the way from outside to a build, and from there to cluster-admin, over two other accounts', async () => {
    const { code, stdout, stderr } = await ran((streams) =>
      path('ci/deployment/runner', { output: 'json', to: 'cluster-admin', kubeconfig }, streams),
    );
    expect(stderr).to.equal('');
    expect(code).to.equal(0);
    const [{ steps }] = JSON.parse(stdout) as [{ steps: readonly { from: string; to: string }[] }];
    expect(steps[0]?.from).to.equal('internet');
    expect(steps.map(({ to }) => to)).to.deep.equal([
      'ci/statefulset/jenkins',
      'ci/deployment/runner',
      'sa:ci/runner',
      'sa:ci/deployer',
      'sa:legacy/tiller',
      'cluster-admin',
    ]);
  });
});
