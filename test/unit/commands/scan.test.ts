import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { load } from 'js-yaml';
import { progressOn } from '../../../src/commands/scan/progress.ts';
import { scan, type ScanFlags } from '../../../src/commands/scan/scan.ts';
import { clean, table } from '../../../src/commands/table.ts';
import type { RiskReport } from '../../../src/publish/report.ts';
import { type Ran, ran } from './streams.ts';

const root = join(import.meta.dirname, '../../..');

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hexarisk-scan-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Writes a file into the folder of the test. @returns its path */
function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, content);
  return path;
}

const pod = (name: string, more = ''): string =>
  `apiVersion: v1\nkind: Pod\nmetadata: {name: ${name}}\nspec:\n  containers:\n  - name: main\n    image: registry.example/app:1\n${more}`;

const privileged = (name: string): string =>
  pod(name, '    securityContext: {privileged: true}\n  hostPID: true\n');

async function scanned(paths: readonly string[], flags: Partial<ScanFlags> = {}, stdin = ''): Promise<Ran> {
  return ran((streams) => scan(paths, { output: 'json', allFindings: false, ...flags }, streams), stdin);
}

const reportsIn = ({ stdout }: Ran): readonly RiskReport[] => JSON.parse(stdout) as RiskReport[];
const names = (result: Ran): readonly string[] =>
  reportsIn(result)
    .map(({ workload }) => workload.name)
    .sort();

interface RunOptions {
  readonly input?: string;
  /** Ends reading stdout after the first piece. */
  readonly head?: boolean;
  readonly uid?: number;
}

/** The process as a user starts it. */
async function run(args: readonly string[], { input = '', head = false, uid }: RunOptions = {}) {
  const child = spawn(join(root, 'hack/hexarisk'), ['scan', ...args], {
    env: { PATH: process.env['PATH'], HOME: folder, XDG_CACHE_HOME: uid === undefined ? cache : folder },
    ...(uid === undefined ? {} : { uid, gid: uid }),
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
    if (head) child.stdout.destroy();
  });
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  child.stdin.on('error', () => {}); // it may end without reading
  child.stdin.end(input);
  const code = await new Promise<number | null>((done) => child.on('close', done));
  return { code, stdout, stderr };
}

const cache = process.env['XDG_CACHE_HOME'] ?? join(process.env['HOME'] ?? tmpdir(), '.cache');

describe('hexarisk scan: what is printed', () => {
  it('json is an array of reports in the shape of the custom resource, the worst first', async () => {
    const result = await scanned([file('a.yaml', `${pod('mild')}---\n${privileged('bad')}`)]);
    expect(result.code).to.equal(0);
    expect(result.stderr).to.equal('');
    const [first, second] = reportsIn(result);
    expect(first?.workload).to.deep.equal({ apiVersion: 'v1', kind: 'Pod', name: 'bad' });
    expect(first).to.include({ apiVersion: 'hexarisk.dev/v1alpha1', kind: 'RiskReport' });
    expect(first?.metadata).to.include({ name: 'pod-bad', namespace: 'default' });
    expect(second?.workload.name).to.equal('mild');
    expect(first?.report.axes.privileges.missing?.join()).to.match(/live pods: not in files/);
    expect(first?.report.axes.network.missing?.join()).to.match(/load balancers: not in files/);
  });

  it('yaml says the same as json', async () => {
    const path = file('a.yaml', `${pod('mild')}---\n${privileged('bad')}`);
    const yaml = await scanned([path], { output: 'yaml' });
    expect(load(yaml.stdout)).to.deep.equal(reportsIn(await scanned([path])));
    expect(yaml.stdout).to.not.match(/[&*]ref_/);
  });

  it('json is what JSON.stringify would make of all reports at once', async () => {
    const { stdout } = await scanned([file('a.yaml', `${pod('a')}---\n${pod('b')}`)]);
    expect(stdout).to.equal(`${JSON.stringify(JSON.parse(stdout), undefined, 2)}\n`);
  });

  it('a table has the columns of kubectl get riskreports, and wide two more', async () => {
    const path = file('a.yaml', privileged('bad'));
    const { stdout } = await scanned([path], { output: 'table' });
    expect(stdout.split('\n')[0]?.split(/ +/)).to.deep.equal(
      'NAMESPACE KIND WORKLOAD SCORE LEVEL IMAGE PRIVS API SECRETS LABELS NETWORK OWNER'.split(' '),
    );
    const wide = await scanned([path], { output: 'wide' });
    expect(wide.stdout.split('\n')[0]).to.match(/OWNER +TOP FINDING +IF FIXED$/);
    expect(wide.stdout).to.include('privileges/privileged-container');
    expect(stdout + wide.stdout, 'no colour into a pipe').to.not.include('\u001b');
  });

  it('--all-findings prints every finding, else the first 12', async () => {
    const path = file('a.yaml', privileged('bad'));
    const [few] = reportsIn(await scanned([path]));
    const [all] = reportsIn(await scanned([path], { allFindings: true }));
    expect(few?.report.findings).to.have.length(12);
    const { critical = 0, high = 0, medium = 0, low = 0 } = all?.report.counts ?? {};
    expect(all?.report.findings).to.have.length(critical + high + medium + low);
    expect(few?.report.findings).to.deep.equal(all?.report.findings.slice(0, 12));
  });

  it('nothing to score is said, and is no error', async () => {
    const path = file('a.yaml', 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n');
    expect(await scanned([path])).to.deep.equal({ code: 0, stdout: '[]\n', stderr: 'nothing to score\n' });
    const asTable = await scanned([path], { output: 'table' });
    expect(asTable).to.deep.equal({ code: 0, stdout: 'nothing to score\n', stderr: '' });
    expect(load((await scanned([path], { output: 'yaml' })).stdout)).to.deep.equal([]);
  });
});

describe('hexarisk scan: exit codes', () => {
  it('--fail-on exits with 1 if a workload reaches the level, with the same result', async () => {
    const path = file('a.yaml', privileged('bad'));
    const plain = await scanned([path]);
    for (const [failOn, code] of [
      ['Low', 1],
      ['High', 1],
      ['Critical', 0],
    ] as const) {
      expect(await scanned([path], { failOn }), failOn).to.deep.equal({ ...plain, code });
    }
  });

  it('2 if a document cannot be parsed, named by file, line and column; everything else is scored', async () => {
    const bad = file('a.yaml', `${pod('before')}---\nkind: [1,\n---\n${pod('after')}`);
    const good = file('b.yaml', privileged('other'));
    const result = await scanned([bad, good], { failOn: 'Low' });
    expect(result.code).to.equal(2);
    expect(names(result)).to.deep.equal(['after', 'before', 'other']);
    expect(result.stderr.split('\n')[0]).to.match(/^error: .*a\.yaml:\d+:\d+: ./);
  });

  it('2 if a path does not exist; the others are scored', async () => {
    const result = await scanned([join(folder, 'nowhere'), file('a.yaml', pod('here'))]);
    expect(result.code).to.equal(2);
    expect(result.stderr).to.equal(`error: ${join(folder, 'nowhere')}: there is no such file or folder\n`);
    expect(names(result)).to.deep.equal(['here']);
  });

  it('warnings change neither the exit code nor the result', async () => {
    const result = await scanned([
      file('a.yaml', `${pod('twice')}---\n${pod('twice', '  hostPID: true\n')}`),
    ]);
    expect(result.code).to.equal(0);
    expect(result.stderr).to.match(
      /^warning: .*a\.yaml:\d+: Pod default\/twice is given twice: the last one/,
    );
    expect(reportsIn(result)[0]?.report.findings.map(({ check }) => check)).to.include('privileges/host-pid');
  });

  it('of many warnings that say the same, ten are shown and the rest is counted', async () => {
    const twice = (index: number) => `${pod(`p${index}`)}kind: Pod\n`;
    const many = Array.from({ length: 25 }, (_, index) => twice(index)).join('---\n');
    const { stderr, code } = await scanned([file('a.yaml', many)]);
    const lines = stderr.trim().split('\n');
    expect(lines).to.have.length(11);
    expect(lines[0]).to.match(/a\.yaml:8:1: duplicated mapping key: the last one counts/);
    expect(lines[10]).to.equal('warning: and 15 more: duplicated mapping key: the last one counts');
    expect(code).to.equal(0);
  });
});

describe('hexarisk scan: what is read', () => {
  it('folders to the bottom, whatever is YAML or JSON; and - is standard input', async () => {
    file('x/y/a.yml', pod('a'));
    file('x/b.json', JSON.stringify(load(pod('b'))));
    file('x/notes.txt', pod('no'));
    expect(names(await scanned([join(folder, 'x'), '-'], {}, pod('c')))).to.deep.equal(['a', 'b', 'c']);
  });

  it('a file that is named, whatever its ending', async () => {
    expect(names(await scanned([file('manifest', pod('a'))]))).to.deep.equal(['a']);
  });

  it('counts documents that are no Kubernetes objects, at the end', async () => {
    const { stderr, code } = await scanned([file('values.yaml', 'replicas: 1\n---\n- a\n')]);
    expect(stderr).to.include('2 documents without apiVersion and kind were passed over');
    expect(code).to.equal(0);
  });

  it('Lists and typed Lists, whose items may leave out their kind', async () => {
    const { spec } = load(pod('x')) as { readonly spec: unknown };
    const items = [
      { metadata: { name: 'a' }, spec },
      { metadata: { name: 'b' }, kind: null, spec },
    ];
    const list = (kind: string, its: readonly unknown[]) =>
      file(`${kind}.json`, JSON.stringify({ apiVersion: 'v1', kind, items: its }));
    expect(names(await scanned([list('PodList', items)]))).to.deep.equal(['a', 'b']);
    const mixed = await scanned([list('List', [load(pod('c')), { metadata: { name: 'd' } }])]);
    expect(names(mixed)).to.deep.equal(['c']);
    expect(mixed.stderr).to.match(/^1 document without apiVersion and kind was passed over/);
  });

  it('JSON objects one after the other, as kubectl prints them', async () => {
    const text = ['a', 'b{"'].map((name) => JSON.stringify(load(pod(JSON.stringify(name))), undefined, 2));
    expect(names(await scanned(['-'], {}, text.join('\n')))).to.deep.equal(['a', 'b{"']);
  });

  it('a file once, although several links lead to it, as in a mounted ConfigMap', async () => {
    file('..2026/a.yaml', pod('a'));
    symlinkSync('..2026', join(folder, '..data'));
    symlinkSync('..data/a.yaml', join(folder, 'a.yaml'));
    const result = await scanned([folder, folder]);
    expect(result.stderr).to.equal('');
    expect(names(result)).to.deep.equal(['a']);
  });

  it('tabs and lines that begin at the margin within brackets, as kubectl does', async () => {
    const text = `${pod('a')}    args: [\n"-a",\n\t"-b", {c:\t1}\n]\n---\n${pod('b')}    args: [\n"-a"\n\t, "-b" ]\n`;
    const result = await scanned([file('a.yaml', text)]);
    expect(result.stderr).to.match(/Pod default\/a: \/spec\/containers\/0\/args\/2/); // read, and no text
    expect(names(result)).to.deep.equal(['b']);
  });

  it('what a merge key brings, in the order in which kubectl merges', async () => {
    const text = pod('a', '    securityContext: {privileged: false, <<: {privileged: true}}\n');
    const [report] = reportsIn(await scanned([file('a.yaml', text)]));
    expect(report?.report.findings[0]?.check).to.equal('privileges/privileged-container');
  });

  it('aliases as if each were written out', async () => {
    const shared = '- {name: DB_PASSWORD, value: correct-horse-battery}';
    const text = `apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n  - {name: one, image: x, env: &e [${shared.slice(2)}]}\n  - {name: two, image: x, env: *e}\n`;
    const [report] = reportsIn(await scanned([file('a.yaml', text)], { allFindings: true }));
    const found = report?.report.findings.find(({ check }) => check === 'secrets/credential-in-env');
    expect(found?.at.map(({ container }) => container)).to.deep.equal(['one', 'two']);
  });
});

describe('hexarisk scan: bad input', function () {
  this.timeout(20_000);

  /** Scans the file beside a good one, which has to be scored all the same. */
  async function beside(name: string, content: string | Uint8Array): Promise<Ran> {
    const begun = performance.now();
    const result = await scanned([file(name, content), file('good.yaml', pod('good'))]);
    expect(performance.now() - begun, 'milliseconds').to.be.below(10_000);
    expect(names(result)).to.include('good');
    return result;
  }

  it('a binary file is named and not read', async () => {
    const { code, stderr } = await beside('a.yaml', Uint8Array.from([1, 0, 2, 255]));
    expect([code, stderr]).to.deep.equal([2, `error: ${join(folder, 'a.yaml')}: a binary file: not read\n`]);
  });

  it('a document nested 10,000 deep is refused, in braces, in indentation, in JSON', async () => {
    for (const deep of [
      `x: ${'{a: '.repeat(10_000)}1${'}'.repeat(10_000)}`,
      Array.from({ length: 2000 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n'),
      `{"apiVersion":"v1","kind":"Pod","x":${'['.repeat(10_000)}${']'.repeat(10_000)}}`,
    ]) {
      const { code, stderr } = await beside('deep.yaml', deep);
      expect(code).to.equal(2);
      expect(stderr).to.match(/deep\.yaml:\d+:\d+: nesting exceeded/);
    }
  });

  it('Lists of Lists end somewhere', async () => {
    const lists = `${'{"apiVersion":"v1","kind":"List","items":['.repeat(45)}${']}'.repeat(45)}`;
    expect((await beside('lists.json', lists)).stderr).to.match(/passed over/);
  });

  it('aliases of aliases are refused before they take memory, wherever they are', async () => {
    const times = (count: number, text: string) => text.repeat(count);
    const bombs = {
      values: `x0: &x0 [a,a,a,a,a,a,a,a,a]\n${Array.from({ length: 12 }, (_, index) => `x${index + 1}: &x${index + 1} [${Array<string>(9).fill(`*x${index}`).join()}]\n`).join('')}`,
      containers: `${pod('p')}    env: &e\n    - &v {name: A, value: b}\n${times(800, '    - *v\n')}  initContainers:\n  - &c {name: c, image: x, env: *e}\n${times(800, '  - *c\n')}`,
      args: `${pod('p')}    args:\n    - &s ${times(50_000, 'password=abc ')}\n${times(5000, '    - *s\n')}`,
      labels: `${pod('p')}x: &l {${Array.from({ length: 500 }, (_, index) => `k${index}: v`).join()}}\ny: [${Array<string>(900).fill('*l').join()}]\n`,
      items: `apiVersion: v1\nkind: List\nitems:\n- &p {apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {containers: [${Array<string>(200).fill('{name: a}').join()}]}}\n${times(2000, '- *p\n')}`,
    };
    for (const [name, bomb] of Object.entries(bombs)) {
      const { code, stderr } = await beside(`${name}.yaml`, bomb);
      expect(code, name).to.equal(2);
      expect(stderr, name).to.match(new RegExp(`${name}\\.yaml:1:1: its aliases stand for too m`));
    }
  });

  it('an alias within the value that it stands for is refused', async () => {
    const { code, stderr } = await beside('a.yaml', `${pod('p')}x: &a {y: *a}\n`);
    expect(code).to.equal(2);
    expect(stderr).to.match(/a\.yaml:1:1: an alias stands for a value that contains the alias/);
  });

  it('links that lead back to their folder are followed once; one to itself is named', async () => {
    file('a/b/p.yaml', pod('p'));
    symlinkSync('..', join(folder, 'a/b/up'));
    symlinkSync('self.yaml', join(folder, 'a/self.yaml'));
    symlinkSync('nowhere', join(folder, 'a/plain'));
    const result = await scanned([join(folder, 'a')]);
    expect(names(result)).to.deep.equal(['p']);
    expect(result.stderr).to.equal(
      `error: ${join(folder, 'a/self.yaml')}: a symbolic link that leads back to itself\n`,
    );
  });

  it('names from files never reach the terminal raw', async () => {
    const hostile = '"a\\e[31mb\\u202Ec\\u009B2Jd"';
    const text = `apiVersion: v1\nkind: Pod\nmetadata: {name: ${hostile}, namespace: ${hostile}}\nspec: {containers: [{name: ${hostile}, image: x}]}\n`;
    const path = file('a.yaml', `${text}---\n${text}`);
    for (const output of ['table', 'wide', 'json', 'yaml'] as const) {
      const { stdout, stderr } = await scanned([path], { output });
      expect((stdout + stderr).replaceAll('\n', ''), output).to.not.match(/[\p{Cc}\p{Cf}]/u);
    }
    const json = await scanned([path]);
    expect(reportsIn(json)[0]?.workload.name).to.equal('a\u001b[31mb\u202ec\u009b2Jd');
    const yaml = await scanned([path], { output: 'yaml' });
    expect(load(yaml.stdout)).to.deep.equal(reportsIn(json));
  });
});

describe('hexarisk scan: the process', function () {
  this.timeout(60_000);

  it('prints the result to stdout, what it has to say to stderr, and exits as documented', async () => {
    const bad = file('bad.yaml', 'a: [\n');
    const result = await run(['-o', 'json', bad, '-'], { input: privileged('p') });
    expect(result.code).to.equal(2);
    expect((JSON.parse(result.stdout) as unknown[]).length).to.equal(1);
    expect(result.stderr).to.match(/^error: .*bad\.yaml:\d+:\d+: /);
    expect((await run(['--fail-on', 'High', '-'], { input: privileged('p') })).code).to.equal(1);
    expect((await run(['--fail-on', 'Hihg', '-'])).code).to.not.equal(0);
  });

  it('reads 50 MB of nonsense in bounded time', async () => {
    const good = file('good.yaml', pod('good'));
    const result = await run(['-o', 'json', file('big.yaml', '['.repeat(50_000_000)), good]);
    expect(result.code).to.equal(2);
    expect(result.stderr).to.match(/big\.yaml:1:\d+: nesting exceeded/);
    expect((JSON.parse(result.stdout) as unknown[]).length).to.equal(1);
  });

  it('ends quietly when nobody reads on', async () => {
    const many = Array.from({ length: 200 }, (_, index) => pod(`p${index}`)).join('---\n');
    const { stderr, code } = await run(['-o', 'json', '-'], { input: many, head: true });
    expect([stderr, code]).to.deep.equal(['', 0]);
  });

  it('names a folder that it may not read', async function () {
    if (process.getuid?.() !== 0) this.skip(); // root may read any folder, so it has to become someone else
    file('a/p.yaml', pod('p'));
    file('locked/q.yaml', pod('q'));
    chmodSync(folder, 0o755);
    chmodSync(join(folder, 'locked'), 0);
    const result = await run(['-o', 'json', folder], { uid: 65534 });
    expect(result.stderr).to.equal(`error: ${join(folder, 'locked')}: permission denied\n`);
    expect(result.code).to.equal(2);
    expect((JSON.parse(result.stdout) as unknown[]).length).to.equal(1);
  });
});

describe('a progress line', () => {
  function terminal(isTTY: boolean) {
    const written: string[] = [];
    let time = 0;
    const progress = progressOn({ isTTY, columns: 20, write: (text) => written.push(text) }, () => time);
    return {
      written,
      progress,
      at: (ms: number) => ((time = ms), progress.tick(() => 'scoring: \u001b[2J 17 workloads')),
    };
  }

  it('appears past a second, now and then again, fits into a line, and is erased', () => {
    const { written, progress, at } = terminal(true);
    for (const ms of [0, 500, 999, 1000, 1050, 1100]) at(ms);
    expect(written).to.deep.equal(['\r\u001b[Kscoring:  17 worklo', '\r\u001b[Kscoring:  17 worklo']);
    progress.done();
    progress.done();
    expect(written.slice(2)).to.deep.equal(['\r\u001b[K']);
  });

  it('does not appear elsewhere than on a terminal, nor when it is quick', () => {
    const piped = terminal(false);
    piped.at(5000);
    piped.progress.done();
    const quick = terminal(true);
    quick.at(900);
    quick.progress.done();
    expect([...piped.written, ...quick.written]).to.deep.equal([]);
  });
});

describe('tables', () => {
  it('stand in columns, also where letters are wide or stand on others', () => {
    const rows = ['ab', '数', 'e\u0301x'];
    const lines = table(
      [
        { title: 'N', text: (row: string) => row },
        { title: 'M', text: () => '|' },
      ],
      rows,
    );
    expect(lines.split('\n')).to.deep.equal(['N    M', 'ab   |', '数   |', 'e\u0301x   |']);
  });

  it('cut what is longer than any name, and show no control, hidden or reordering letter', () => {
    const lines = table([{ title: 'N', text: (row: string) => row }], ['x'.repeat(10_000)]);
    expect(lines.split('\n')[1]).to.have.length(253);
    expect(clean('a\u001b[31mb\u0007\u202e\u200b\u2028c')).to.equal('ab????c');
  });
});
