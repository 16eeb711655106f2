import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { resolveBinaries, resolvePrograms } from '../../hack/cluster/binaries.ts';
import { controlPlaneNames } from '../../hack/cluster/versions.ts';
import { workloadsOf } from '../../hack/demo-run/manifests.ts';
import { eventually, START_TIMEOUT_MS } from './harness.ts';
import { prometheusApi } from './prometheus-api.ts';

const root = join(import.meta.dirname, '../..');
const STARTS_WITHIN = { timeoutMs: 60_000 };

describe('hack/demo', function () {
  this.timeout(120_000);
  let folder = '';
  let running: ChildProcess | undefined;

  before(async function () {
    this.timeout(START_TIMEOUT_MS);
    await resolvePrograms([...controlPlaneNames, 'prometheus']);
  });

  beforeEach(() => {
    // its temporary files, so that each process of it is known by its arguments
    folder = mkdtempSync(join(tmpdir(), 'hexarisk-test-'));
  });

  afterEach(async () => {
    running?.kill('SIGKILL');
    running = undefined;
    await eventually('the watchdogs to end what is left', () => processes().length === 0);
    rmSync(folder, { recursive: true, force: true });
  });

  const processes = () =>
    execFileSync('ps', ['-A', '-ww', '-o', 'args='], { encoding: 'utf8' })
      .split('\n')
      .filter((args) => args.includes(folder));

  /** Starts it, and collects what it says. */
  function demo(...args: string[]) {
    const child = spawn(join(root, 'hack/demo'), args, {
      cwd: root,
      env: { ...process.env, TMPDIR: folder },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    running = child;
    const text = { out: '', err: '' };
    child.stdout.on('data', (chunk: Buffer) => (text.out += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (text.err += chunk.toString()));
    const ended = new Promise<number | null>((done) => child.once('close', done));
    return { text, ended, kill: (signal: NodeJS.Signals) => child.kill(signal) };
  }

  function expectNothingLeft(): void {
    expect(processes(), 'processes').to.deep.equal([]);
    expect(readdirSync(folder), 'temporary files').to.deep.equal([]);
  }

  it('--once shows a line for each workload, explains the worst, lets three scores fall, leaves nothing', async () => {
    const { text, ended } = demo('--once');
    await eventually(
      'the operator',
      () => processes().some((args) => args.includes(' operator ')),
      STARTS_WITHIN,
    );
    const code = await ended;
    expect(code, text.err).to.equal(0);
    expectNothingLeft();
    const rows = tableIn(text.out);
    const workloads = await workloadsOf(new AbortController().signal);
    expect(rows.map(({ workload }) => workload)).to.have.members([...workloads]);
    expect(rows.map(({ kind }) => kind))
      .to.not.include.members(['Pod'])
      .and.not.include.members(['Job']);
    const scores = rows.map(({ score }) => score);
    expect(scores, 'the worst last').to.deep.equal(scores.toSorted((a, b) => a - b));
    expect(text.out).to.contain(`: ${scores.at(-1)} of 100, `);
    expect(hardeningsIn(text.out).map(({ workload, axis }) => [workload, axis])).to.deep.equal([
      ['shop/Deployment/web', 'privileges'],
      ['shop/Deployment/recommendations', 'privileges'],
      ['data/StatefulSet/redis', 'network'],
    ]);
    for (const { from, to, workload } of hardeningsIn(text.out)) expect(to, workload).to.be.below(from);
  });

  it('stays, shows a change as it happens, and ends with 0 on Ctrl-C', async () => {
    const { text, ended, kill } = demo();
    const kubeconfig = await eventually(
      'the kubeconfig to try',
      () => /export KUBECONFIG=(\S+)[^]*Changes, as they happen/.exec(text.out)?.[1],
      STARTS_WITHIN,
    );
    const metrics = await fetch(String(/curl (\S+)/.exec(text.out)?.[1]));
    expect(await metrics.text()).to.contain('hexarisk_workload_risk_score{');
    const { kubectl } = await resolveBinaries();
    const args = ['--kubeconfig', kubeconfig, 'delete', 'networkpolicy', '-n', 'data', 'redis'];
    await promisify(execFile)(kubectl, args);
    await eventually('the score of redis to rise', () =>
      /^\d\d:\d\d:\d\d .* data\/StatefulSet\/redis: score \d+ -> \d+, .*; network \d+ -> \d+/m.test(text.out),
    );
    kill('SIGINT');
    expect(await ended, text.err).to.equal(0);
    expectNothingLeft();
  });

  it('--monitoring starts a Prometheus that has scores and alerts, and ends with it', async () => {
    const { text, ended, kill } = demo('--monitoring');
    const url = await eventually(
      'the address of Prometheus',
      () => /curl -G (http:\S+)\/api\/v1\/query [^]*Changes, as they happen/.exec(text.out)?.[1],
      STARTS_WITHIN,
    );
    const api = prometheusApi(url);
    const critical = await eventually(
      'an alert that is pending',
      async () =>
        (await api.query('ALERTS{alertname="HexariskWorkloadCritical", alertstate="pending"}')).length,
    );
    const [scores] = await api.query('count(hexarisk_workload_risk_score)');
    expect(scores?.value).to.be.above(critical);
    kill('SIGINT');
    expect(await ended, text.err).to.equal(0);
    expectNothingLeft();
  });

  it('leaves nothing when it is interrupted while the control plane starts', async () => {
    const { ended, kill } = demo('--once');
    await eventually(
      'the API server',
      () => processes().some((args) => args.includes('kube-apiserver')),
      STARTS_WITHIN,
    );
    kill('SIGINT');
    expect(await ended).to.equal(130);
    expectNothingLeft();
  });

  it('does not touch a cluster of the user without having asked', async () => {
    const { text, ended } = demo('--context', 'production');
    expect(await ended).to.equal(1);
    expect(text.err).to.match(/^hack\/demo: --context asks before it changes a cluster.*--yes\n$/);
  });
});

interface Row {
  readonly workload: string;
  readonly kind: string;
  readonly score: number;
}

/** The lines below the heading of `kubectl get riskreports`, up to the next blank one. */
function tableIn(output: string): readonly Row[] {
  const [table = ''] = /^NAMESPACE +NAME +KIND [^]*?\n\n/m.exec(output) ?? [];
  const [, ...lines] = table.trimEnd().split('\n');
  return lines.map((line) => {
    const [namespace, , kind = '', name, score] = line.split(/ +/);
    return { workload: `${namespace}/${kind}/${name}`, kind, score: Number(score) };
  });
}

/** `1. shop/Deployment/web: what`, the command, and `score 61 -> 57, level; axis 48 -> 41`. */
const hardeningsIn = (output: string) =>
  [...output.matchAll(/^\d\. (\S+): .*\n.*\n +score ([\d.]+) -> ([\d.]+), .*; (\w+) [\d.]+ -> /gm)].map(
    ([, workload = '', from, to, axis]) => ({ workload, from: Number(from), to: Number(to), axis }),
  );
