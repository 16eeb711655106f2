import { execFile } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { newCheck, Refusal } from '../../hack/generate/new-check.ts';
import { axes } from '../../src/axes/check.ts';

const root = join(import.meta.dirname, '../..');

interface Outcome {
  readonly status: number;
  readonly output: string;
}

describe('npm run new-check', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'hexarisk-new-check-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const read = (path: string) => readFileSync(join(folder, path), 'utf8');
  const refusal = (id: string): string => {
    try {
      newCheck(id, folder);
    } catch (error) {
      if (error instanceof Refusal) return error.message;
      throw error;
    }
    return 'not refused';
  };

  it('writes a check and its two fixtures, on every axis', () => {
    for (const axis of axes) {
      const id = `${axis}/tolerates-everything`;
      const written = newCheck(id, folder);
      expect(written).to.deep.equal(['ts', 'fires.yaml', 'clean.yaml'].map((end) => `src/axes/${id}.${end}`));
      expect(read(`src/axes/${id}.ts`))
        .to.include(`id: '${id}'`)
        .and.to.include('satisfies Check');
      expect(read(`src/axes/${id}.fires.yaml`)).to.match(/^# expect: /);
    }
  });

  it('asks for a direction on the network axis, and on no other', () => {
    newCheck('network/somehow-open', folder);
    newCheck('labels/no-such-label', folder);
    expect(read('src/axes/network/somehow-open.ts')).to.include('direction:');
    expect(read('src/axes/labels/no-such-label.ts')).to.not.include('direction:');
  });

  it('refuses what is no AXIS/SLUG, in one line that says what is wanted', () => {
    expect(refusal('tolerates-everything')).to.match(/expected AXIS\/SLUG/);
    expect(refusal('privileges/a/b')).to.match(/expected AXIS\/SLUG/);
    expect(refusal('runtime/tolerates-everything')).to.match(/no axis runtime: choose one of image, /);
    for (const slug of ['', 'Tolerates', '-x', 'x-', 'a--b', '9x', '..', 'a_b', 'a'.repeat(61)]) {
      expect(refusal(`privileges/${slug}`), slug).to.match(/a slug is .*[^\n]$/);
    }
    expect(existsSync(join(folder, 'src')), 'nothing was written').to.equal(false);
  });

  it('refuses a slug that is taken, by a check, a helper or a fixture, and writes nothing', () => {
    mkdirSync(join(folder, 'src/axes/image'), { recursive: true });
    writeFileSync(join(folder, 'src/axes/image/images.ts'), 'mine');
    writeFileSync(join(folder, 'src/axes/image/lone.clean.yaml'), 'mine');
    expect(refusal('image/images')).to.equal(
      'image/images: src/axes/image/images.ts is there already: choose another slug',
    );
    expect(refusal('image/lone')).to.include('lone.clean.yaml is there already');
    expect(readdirSync(join(folder, 'src/axes/image')).sort()).to.deep.equal([
      'images.ts',
      'lone.clean.yaml',
    ]);
    expect(read('src/axes/image/images.ts')).to.equal('mine');
  });

  describe('in a checkout of its own', () => {
    const id = 'privileges/tolerates-everything';

    const run = (command: string, ...args: readonly string[]): Promise<Outcome> =>
      new Promise((resolve) => {
        const env = { ...process.env, FORCE_COLOR: '0' };
        execFile(command, args, { cwd: folder, env }, (error, stdout, stderr) =>
          resolve({ status: error === null ? 0 : Number(error.code), output: stdout + stderr }),
        );
      });
    const node = (...args: readonly string[]) => run(process.execPath, ...args);
    const tool = (path: string, ...args: readonly string[]) => node(join('node_modules', path), ...args);
    const fixturesTest = () =>
      tool(
        'mocha/bin/mocha.js',
        '--no-config',
        '--extension',
        'ts',
        'test/unit/axes/checks.test.ts',
        '--grep',
        id,
      );
    const types = () => {
      const options = { extends: './tsconfig.json', files: [`src/axes/${id}.ts`], include: [] };
      writeFileSync(join(folder, 'tsconfig.check.json'), JSON.stringify(options));
      return tool('typescript/bin/tsc', '-p', 'tsconfig.check.json');
    };
    const documented = (): readonly string[] => {
      const blocks = readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8').matchAll(
        /```(?:yaml|ts)\n([^]*?)```/g,
      );
      return [...blocks].map((match) => match[1] ?? '');
    };

    beforeEach(() => {
      for (const path of [
        'src',
        'hack/generate',
        'test/support',
        'test/unit/axes',
        'package.json',
        'tsconfig.json',
      ])
        cpSync(join(root, path), join(folder, path), { recursive: true });
      symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
    });

    it('gives a skeleton that type-checks, is in the index, loads, and fires on nothing yet', async function () {
      this.timeout(60_000);
      const made = await node('hack/generate/new-check.ts', id);
      expect(made.status, made.output).to.equal(0);
      expect(made.output).to.include(`npm test -- --grep ${id}`);
      expect(read('src/axes/index.ts')).to.include(`'./${id}.ts'`);
      expect((await types()).output).to.equal('');
      const { output } = await fixturesTest();
      expect(output).to.match(/1 failing[^]*fires exactly where its fixture says/);
      expect(output, 'it says what to fill in').to.include('SEVERITY /spec/template/spec/PLACE');
    });

    it('is told rightly in CONTRIBUTING: its example type-checks and passes', async function () {
      this.timeout(60_000);
      const [fires = '', clean = '', check = '', ...more] = documented();
      expect(more).to.deep.equal([]);
      expect((await node('hack/generate/new-check.ts', id)).status).to.equal(0);
      writeFileSync(join(folder, `src/axes/${id}.fires.yaml`), fires);
      writeFileSync(join(folder, `src/axes/${id}.clean.yaml`), clean);
      writeFileSync(join(folder, `src/axes/${id}.ts`), check);
      expect((await types()).output).to.equal('');
      const { status, output } = await fixturesTest();
      expect(status, output).to.equal(0);
      expect(output).to.match(/[1-9] passing/);
    });

    it('says in one line why not, and exits with 2', async () => {
      const refused = await node('hack/generate/new-check.ts', 'privileges/host-path-mount');
      expect(refused.status).to.equal(2);
      expect(refused.output.trim().split('\n')).to.have.length(1);
      const bare = await node('hack/generate/new-check.ts');
      expect(bare.status).to.equal(2);
      expect(bare.output).to.match(/^usage: npm run new-check AXIS\/SLUG/);
    });
  });
});
