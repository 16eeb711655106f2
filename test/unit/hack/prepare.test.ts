import { execFile } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { temporaryFolder } from './fakes.ts';

const script = join(import.meta.dirname, '../../../hack/prepare.sh');

interface Outcome {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** hack/prepare.sh in a checkout of its own, with a node and an npm that only play their parts. */
describe('hack/prepare.sh', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let bin: string;

  const put = (path: string, text: string) => writeFileSync(path, text, { mode: 0o755 });
  const putNode = (version: string) => put(join(bin, 'node'), `#!/bin/sh\necho v${version}\n`);
  const installing = `
    echo run >>"$(dirname "$0")/npm-runs"
    echo "npm warn EBADENGINE Unsupported engine"
    sleep 0.3
    mkdir -p node_modules/node/bin node_modules/.bin
    printf '#!/bin/sh\\necho v24.0.0\\n' >node_modules/node/bin/node
    chmod +x node_modules/node/bin/node
    echo '{}' >node_modules/.package-lock.json`;
  const putNpm = (body: string) => put(join(bin, 'npm'), `#!/bin/sh\n${body}\n`);
  const npmRuns = () => {
    const path = join(bin, 'npm-runs');
    return existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n').length : 0;
  };

  beforeEach(() => {
    folder = temporaryFolder();
    bin = join(folder.path, 'bin');
    mkdirSync(bin);
    mkdirSync(join(folder.path, 'hack'));
    copyFileSync(script, join(folder.path, 'hack/prepare.sh'));
    writeFileSync(join(folder.path, 'package-lock.json'), '{}');
    putNode('20.19.0');
    putNpm(installing);
  });
  afterEach(() => folder.remove());

  const prepare = (path = `${bin}:/usr/bin:/bin`): Promise<Outcome> =>
    new Promise((done) => {
      const command = `set -euo pipefail; source ${folder.path}/hack/prepare.sh; command -v node`;
      const env = { PATH: path, TMPDIR: folder.path };
      // --norc: bash takes a socket on stdin for a remote login, and would read the caller's .bashrc
      execFile('/bin/bash', ['--norc', '-c', command], { env }, (error, stdout, stderr) =>
        done({ status: error === null ? 0 : Number(error.code), stdout, stderr }),
      );
    });

  it('installs what is missing, in one line, and puts the pinned Node first', async () => {
    const { status, stdout, stderr } = await prepare();
    expect(status, stderr).to.equal(0);
    expect(stderr).to.match(/^installing dependencies \.\.\. done in \d+s\n$/);
    expect(stdout.trim()).to.equal(join(folder.path, 'node_modules/node/bin/node'));
  });

  it('says nothing and installs nothing when all is there', async () => {
    await prepare();
    expect((await prepare()).stderr).to.equal('');
    expect(npmRuns()).to.equal(1);
  });

  it('installs again when package-lock.json is newer', async () => {
    await prepare();
    const later = new Date(Date.now() + 60_000);
    utimesSync(join(folder.path, 'package-lock.json'), later, later);
    await prepare();
    expect(npmRuns()).to.equal(2);
  });

  it('two at once install once', async () => {
    const outcomes = await Promise.all([prepare(), prepare()]);
    expect(outcomes.map(({ status }) => status)).to.deep.equal([0, 0]);
    expect(npmRuns()).to.equal(1);
  });

  it('refuses an old Node in one line that says what to install', async () => {
    putNode('18.20.4');
    const { status, stderr } = await prepare();
    expect(status).to.equal(1);
    expect(stderr).to.match(
      /^Node\.js here is 18\.20\.4, too old\. Install Node\.js 20\.19 or newer[^\n]*\n$/,
    );
  });

  it("shows npm's output when it fails, without its remarks on Node's version", async () => {
    putNpm('echo "npm warn EBADENGINE Unsupported engine"; echo "npm error network"; exit 1');
    const { status, stderr } = await prepare();
    expect(status).to.equal(1);
    expect(stderr).to.contain('npm error network').and.not.to.contain('EBADENGINE');
  });

  it('says so when the installed Node does not run here', async () => {
    await prepare();
    put(join(folder.path, 'node_modules/node/bin/node'), '#!/bin/sh\nexit 1\n');
    const { status, stderr } = await prepare();
    expect(status).to.equal(1);
    expect(stderr).to.contain('Remove node_modules and try again');
  });
});
