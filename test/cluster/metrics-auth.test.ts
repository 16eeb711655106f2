import { X509Certificate } from 'node:crypto';
import { mkdtemp, rename, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { expect } from 'chai';
import { writesSince } from '../../hack/bench-run/audit.ts';
import type { KeyPair } from '../../src/commands/operator/metrics/certificate.ts';
import { selfSigned } from '../../src/commands/operator/metrics/self-signed.ts';
import { kubeconfigFor, makeAccount, tokenOf } from './accounts.ts';
import {
  apply,
  eventually,
  freshNamespace,
  kubectl,
  sharedControlPlane,
  START_TIMEOUT_MS,
} from './harness.ts';
import { deployment } from './objects.ts';
import {
  installCrd,
  type OperatorProcess,
  report,
  spawnOperator,
  startedOperator,
} from './operator-process.ts';

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
  /** Of the certificate that was shown. */
  readonly fingerprint: string;
}

interface Question {
  readonly authorization?: string;
  readonly path?: string;
}

function ask(
  operator: OperatorProcess,
  { authorization, path = '/metrics' }: Question = {},
): Promise<Answer> {
  const { port } = new URL(String(operator.log.find(({ message }) => message === 'listening')?.['metrics']));
  return new Promise((resolve, reject) => {
    const asked = request(
      {
        host: '127.0.0.1',
        port,
        path,
        rejectUnauthorized: false,
        agent: false,
        headers: authorization === undefined ? {} : { authorization },
      },
      (response) => {
        const fingerprint = (response.socket as TLSSocket).getPeerCertificate().fingerprint256;
        let body = '';
        response.on('data', (chunk: Buffer) => (body += chunk.toString()));
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body, fingerprint }),
        );
      },
    );
    asked.on('error', reject);
    asked.end();
  });
}

/** As a kubelet does it: whole files that take the old ones' place. */
async function mount(folder: string, pair: KeyPair): Promise<string> {
  for (const [file, text] of [
    ['tls.key', pair.key],
    ['tls.crt', pair.cert],
  ] as const) {
    await writeFile(join(folder, `.${file}`), text);
    await rename(join(folder, `.${file}`), join(folder, file));
  }
  return new X509Certificate(pair.cert).fingerprint256;
}

const role = {
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRole',
  metadata: { name: 'test-metrics-reader' },
  rules: [{ nonResourceURLs: ['/metrics'], verbs: ['get'] }],
};

describe('metrics in the cluster', function () {
  this.timeout(120_000);
  let namespace: string;
  let folder: string;
  let fingerprint: string;
  let operator: OperatorProcess;
  let good: string;
  let powerless: string;

  before(async function () {
    this.timeout(START_TIMEOUT_MS);
    await sharedControlPlane();
    await installCrd();
    namespace = await freshNamespace();
    await apply(JSON.stringify(role));
    await makeAccount({ namespace, name: 'scraper' }, 'test-metrics-reader');
    await makeAccount({ namespace, name: 'powerless' });
    good = `Bearer ${await tokenOf({ namespace, name: 'scraper' })}`;
    powerless = `Bearer ${await tokenOf({ namespace, name: 'powerless' })}`;
    await apply(deployment({ namespace, name: 'web' }));
    folder = await mkdtemp(join(tmpdir(), 'hexarisk-tls-'));
    fingerprint = await mount(folder, await selfSigned());
    operator = await startedOperator({
      args: ['--metrics-address=0.0.0.0:0', `--metrics-tls-dir=${folder}`],
    });
  });
  after(async () => operator?.stop());

  it('are given over TLS, with the mounted certificate, to whom the API server lets get /metrics', async () => {
    const answer = await ask(operator, { authorization: good });
    expect(answer.status).to.equal(200);
    expect(answer.fingerprint).to.equal(fingerprint);
    expect(answer.body).to.include(`hexarisk_workload_risk_score{namespace="${namespace}"`);
  });

  it('are not given to anyone else, and the refusals tell nothing', async () => {
    const cases = [
      [undefined, 401, 'unauthorized\n'],
      ['', 401, 'unauthorized\n'],
      ['Bearer', 401, 'unauthorized\n'],
      ['Bearer nonsense', 401, 'unauthorized\n'],
      [`${good.slice(0, -4)}AAAA`, 401, 'unauthorized\n'],
      [`Basic ${good.slice(7)}`, 401, 'unauthorized\n'],
      [powerless, 403, 'forbidden\n'],
    ] as const;
    for (const [authorization, status, body] of cases) {
      const answer = await ask(operator, authorization === undefined ? {} : { authorization });
      expect([answer.status, answer.body], String(authorization)).to.deep.equal([status, body]);
      expect(answer.headers['www-authenticate']).to.equal(status === 401 ? 'Bearer' : undefined);
    }
  });

  it('are never given in plain', async () => {
    const { port } = new URL(String(operator.log[0]?.['metrics']));
    const plain = await fetch(`http://127.0.0.1:${port}/metrics`, { headers: { authorization: good } }).catch(
      () => undefined,
    );
    expect(plain).to.equal(undefined);
  });

  it('need the right itself, not only a token: with the right taken away it ends within a minute', async () => {
    await makeAccount({ namespace, name: 'leaver' }, 'test-metrics-reader');
    const authorization = `Bearer ${await tokenOf({ namespace, name: 'leaver' })}`;
    expect((await ask(operator, { authorization })).status).to.equal(200);
    await kubectl('delete', 'clusterrolebinding', `${namespace}-leaver`);
    await eventually('403', async () => (await ask(operator, { authorization })).status === 403, {
      timeoutMs: 75_000,
      everyMs: 1_000,
    });
  });

  it('survive a flood of made-up tokens: answered soon, the API server spared, reports written', async () => {
    const since = Date.now();
    const begun = performance.now();
    const bad = Array.from({ length: 500 }, (_, i) => `Bearer made-up-${i}`);
    const codes: number[] = [];
    const client = async () => {
      for (let one = bad.pop(); one !== undefined; one = bad.pop())
        codes.push((await ask(operator, { authorization: one })).status);
    };
    const flood = Promise.all(Array.from({ length: 50 }, client));
    await apply(deployment({ namespace, name: 'amid', privileged: true }));
    await eventually('a report amid it', () => report(namespace, 'deployment-amid'), { timeoutMs: 10_000 });
    expect((await ask(operator, { authorization: good })).status).to.equal(200);
    await flood;
    const seconds = (performance.now() - begun) / 1000;
    console.log(`        500 made-up tokens in ${seconds.toFixed(1)} s`);
    expect(seconds).to.be.below(30);
    expect(codes).to.have.length(500);
    expect(codes.filter((code) => code !== 401 && code !== 429)).to.deep.equal([]);
    const { auditLog = '' } = await sharedControlPlane();
    const asked = (await writesSince(auditLog, 'kubernetes-admin', since)).filter(
      ({ resource }) => resource === 'tokenreviews',
    );
    expect(asked.length).to.be.at.most(22 + 10 * seconds);
    expect(operator.log.filter(({ level }) => level === 'warn')).to.deep.equal([]);
  });

  it('show a new certificate soon after the Secret has changed; half a change is waited for', async () => {
    const next = await selfSigned();
    await writeFile(join(folder, 'tls.crt'), next.cert);
    await eventually('a warning', () => operator.said('stays the old one'));
    expect((await ask(operator, { authorization: good })).fingerprint).to.equal(fingerprint);
    const wanted = await mount(folder, next);
    await eventually(
      'the new certificate',
      async () => (await ask(operator, { authorization: good })).fingerprint === wanted,
    );
  });

  it('tell nobody anything when the API server cannot be asked who may', async () => {
    const other = await spawnOperator({
      kubeconfig: await kubeconfigFor({ namespace, name: 'powerless' }),
      args: ['--metrics-auth'],
    });
    await eventually('it to listen', () => other.said('listening'));
    const answer = await ask(other, { authorization: good });
    expect([answer.status, answer.body]).to.deep.equal([503, 'unavailable\n']);
    expect(answer.fingerprint, 'a certificate of its own').not.to.equal(fingerprint);
    expect(other.said('not allowed to ask who may read them')).to.equal(true);
    expect(JSON.stringify(other.log)).not.to.include(good.slice(7));
    expect(await other.stop()).to.equal(0);
  });

  it('refuse to start with a folder that has no certificate', async () => {
    const other = await spawnOperator({ args: ['--metrics-tls-dir=/nowhere'] });
    expect(await other.ended).to.equal(2);
    expect(other.other).to.have.length(1);
    expect(other.other[0]).to.match(/--metrics-tls-dir \/nowhere: .*tls\.crt and tls\.key/);
  });

  it('have neighbours that reveal nothing: /healthz and /readyz say only whether', async () => {
    const health = new URL(String(operator.log[0]?.['health']));
    for (const [path, status, body] of [
      ['/healthz', 200, 'ok\n'],
      ['/readyz', 200, 'ok\n'],
      ['/readyz?verbose', 200, 'ok\n'],
      ['/metrics', 404, 'not found\n'],
      ['/', 404, 'not found\n'],
    ] as const) {
      const answer = await fetch(new URL(path, health));
      expect([answer.status, await answer.text()], path).to.deep.equal([status, body]);
    }
    expect((await ask(operator, { path: '/readyz' })).status, 'not on the port of the metrics').to.equal(404);
  });
});
