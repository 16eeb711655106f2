import { execFile } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { type Bundle, bundle, ENTRY, root } from '../../../hack/build-run/bundle.ts';
import { yamlFiles, demoFolder } from '../../../hack/demo-run/manifests.ts';
import { VERSION } from '../../../src/commands/version.ts';

const run = promisify(execFile);
/** As the Deployment has them; DEP0040 is a warning of a dependency. */
const FLAGS = ['--disable-warning=DEP0040'];

describe('the bundle', function () {
  this.timeout(60_000);
  /** Outside the checkout: nothing of it, nor of node_modules, can be found from there. */
  let folder = '';
  let made: Bundle;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'hexarisk-bundle-'));
    made = await bundle(join(folder, 'dist'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const hexarisk = (...args: readonly string[]) =>
    run(process.execPath, [...FLAGS, join(made.folder, ENTRY), ...args], {
      cwd: folder,
      env: { PATH: process.env['PATH'], HOME: folder, NODE_COMPILE_CACHE: join(folder, 'cache') },
    }).then(
      ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
      (error: { readonly code: number; readonly stdout: string; readonly stderr: string }) => error,
    );

  it('says its version, and fills the compile cache', async () => {
    expect(await hexarisk('--version')).to.include({ code: 0, stdout: `${VERSION}\n`, stderr: '' });
    expect(readdirSync(join(folder, 'cache'))).to.not.be.empty;
  });

  it('scans as the sources do, byte for byte', async () => {
    const files = yamlFiles(demoFolder);
    for (const format of ['wide', 'json']) {
      const bundled = await hexarisk('scan', '-o', format, ...files);
      const { stdout } = await run(process.execPath, [
        join(root, 'src/main.ts'),
        'scan',
        '-o',
        format,
        ...files,
      ]);
      expect(bundled.stderr).to.equal('');
      expect(bundled.stdout === stdout, format).to.equal(true);
      expect(stdout.length).to.be.greaterThan(1000);
    }
  });

  it('brings the CRD that the operator compares with', () => {
    const [ours, theirs] = [root, made.folder].map((at) =>
      readFileSync(join(at, 'crds/riskreport.yaml'), 'utf8'),
    );
    expect(theirs === ours).to.equal(true);
  });

  it('says in one line what is wrong, as the sources do', async () => {
    const { code, stderr } = await hexarisk('operator', '--kubeconfig', '/nowhere');
    expect(code).to.equal(2);
    expect(stderr).to.match(/^hexarisk: there is no kubeconfig \/nowhere .*\n$/);
  });

  it('keeps the code for clusters away from `scan`', () => {
    const textOf = (pattern: RegExp) =>
      made.files
        .filter(({ name }) => pattern.test(name))
        .map(({ name }) => readFileSync(join(made.folder, name), 'utf8'))
        .join('');
    expect(textOf(/^start-/)).to.include('/version');
    // what `scan` loads at once: the entry, main, scan, and what those import
    const light = new Set<string>();
    const follow = (name: string) => {
      if (light.has(name)) return;
      light.add(name);
      const text = readFileSync(join(made.folder, name), 'utf8');
      for (const [, next = ''] of text.matchAll(/(?:from|import)"\.\/([\w.-]+\.mjs)"/g)) follow(next);
    };
    for (const { name } of made.files) if (/^(?:hexarisk|main|scan-.*)\.mjs$/.test(name)) follow(name);
    const bytes = made.files.filter(({ name }) => light.has(name)).reduce((sum, file) => sum + file.bytes, 0);
    console.log(`        scan loads ${(bytes / 1024).toFixed(0)} KiB`);
    expect([...light].some((name) => name.startsWith('start-'))).to.equal(false);
    expect(bytes).to.be.below(1024 * 1024);
  });
});

describe('the context of the image', function () {
  this.timeout(60_000);

  it('has all that hack/build needs', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'hexarisk-context-'));
    try {
      const allowed = readFileSync(join(root, '.dockerignore'), 'utf8').matchAll(/^!(.+)$/gm);
      for (const [, path = ''] of allowed) cpSync(join(root, path), join(folder, path), { recursive: true });
      symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
      await run(process.execPath, [join(folder, 'hack/build-run/main.ts')], { cwd: folder });
      const { stdout } = await run(process.execPath, [join(folder, 'dist', ENTRY), '--version']);
      expect(stdout).to.equal(`${VERSION}\n`);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

describe('hack/build --image', function () {
  this.timeout(60_000);
  let folder = '';
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'hexarisk-docker-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** Calls it with a docker that only plays its part. */
  async function build(docker: string) {
    writeFileSync(join(folder, 'docker'), `#!/bin/sh\necho "$@" >>${folder}/calls\n${docker}\n`);
    chmodSync(join(folder, 'docker'), 0o755);
    const script = `import { buildImage } from ${JSON.stringify(join(root, 'hack/build-run/image.ts'))};
      await buildImage('hexarisk:test').catch((error) => { console.error(error.message); process.exitCode = 1; });`;
    const { stderr } = await run(process.execPath, ['--input-type=module', '-e', script], {
      env: { PATH: `${folder}:/usr/bin:/bin` },
    }).catch((error: { readonly stderr: string }) => error);
    const calls = readFileSync(join(folder, 'calls'), 'utf8').trim().split('\n');
    return { stderr, last: calls.at(-1) ?? '' };
  }
  const digest = `sha256:${'0123456789abcdef'.repeat(4)}`;

  it('says that no image was built where docker has no daemon', async () => {
    const { stderr, last } = await build('echo "Cannot connect to the Docker daemon" >&2; exit 1');
    expect(stderr).to.match(/^no image was built: docker has no daemon here/);
    expect(last).to.match(/^version /);
  });

  it('builds on the digests that the registries give', async () => {
    const { stderr, last } = await build(`case "$1" in buildx) echo ${digest};; esac`);
    expect(stderr).to.equal('');
    expect(last)
      .to.match(/^build /)
      .and.include('--tag hexarisk:test');
    expect(last).to.match(new RegExp(`--build-arg BUILDER=\\S+@${digest} --build-arg BASE=\\S+@${digest} `));
  });

  it('builds nothing when a digest cannot be had', async () => {
    const unreachable = await build('case "$1" in buildx) echo "no such host" >&2; exit 1;; esac');
    expect(unreachable.stderr).to.match(/^no image was built: the digest of \S+ cannot be had: no such host/);
    const odd = await build('case "$1" in buildx) echo "<no value>";; esac');
    expect(odd.stderr).to.match(/^no image was built: .* has no digest, but "<no value>"/);
    for (const { last } of [unreachable, odd]) expect(last).to.match(/^buildx /);
  });
});
