import { connect as connectTls, type TLSSocket } from 'node:tls';
import { X509Certificate } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { serve } from '../../../src/commands/operator/http.ts';
import { authorizer, type Verdict } from '../../../src/commands/operator/metrics/authorizer.ts';
import { readKeyPair } from '../../../src/commands/operator/metrics/certificate.ts';
import { selfSigned } from '../../../src/commands/operator/metrics/self-signed.ts';
import { reviewMetricsReader } from '../../../src/commands/operator/metrics/reviews.ts';
import type { Call, Connection } from '../../../src/observe/connection.ts';

type Answer = 'allowed' | 'unknown' | 'forbidden';

describe('who may read the metrics', () => {
  let time: number;
  let asked: string[];
  let troubles: unknown[];
  let answer: (token: string) => Promise<Answer>;
  let judge: (token: string) => Promise<Verdict>;

  beforeEach(() => {
    time = 1_000;
    asked = [];
    troubles = [];
    answer = (token) => Promise.resolve(token.startsWith('good') ? 'allowed' : 'unknown');
    judge = authorizer({
      review: (token) => {
        asked.push(token);
        return answer(token);
      },
      onTrouble: (error) => troubles.push(error),
      now: () => time,
    });
  });

  it('keeps an answer of yes for a minute, and one of no for ten seconds', async () => {
    const ask = async () => [await judge('good'), await judge('bad')];
    for (const [after, reviews] of [
      [0, ['good', 'bad']],
      [9_900, []],
      [200, ['bad']],
      [49_800, ['bad']],
      [200, ['good']],
    ] as const) {
      time += after;
      expect(await ask()).to.deep.equal(['allowed', 'unknown']);
      expect(asked.splice(0), `after ${time}`).to.deep.equal(reviews);
    }
  });

  it('refuses, within a minute, whose right was taken away', async () => {
    await judge('good');
    answer = () => Promise.resolve('forbidden');
    expect(await judge('good')).to.equal('allowed');
    time += 60_001;
    expect(await judge('good')).to.equal('forbidden');
  });

  it('asks once for those that come with one token at the same time', async () => {
    const verdicts = await Promise.all(Array.from({ length: 50 }, () => judge('good')));
    expect(new Set(verdicts)).to.deep.equal(new Set(['allowed']));
    expect(asked).to.have.length(1);
  });

  it('lets nobody in while the API server cannot be asked, and asks again the next time', async () => {
    answer = () => Promise.reject(new Error('connection refused'));
    expect(await judge('good')).to.equal('unavailable');
    expect(troubles).to.have.length(1);
    answer = () => Promise.resolve('allowed');
    expect(await judge('good')).to.equal('allowed');
  });

  it('asks no more than four at the same time', async () => {
    const waiting: (() => void)[] = [];
    answer = () => new Promise((resolve) => waiting.push(() => resolve('unknown')));
    const verdicts = Array.from({ length: 10 }, (_, i) => judge(`bad-${i}`));
    expect(await Promise.all(verdicts.slice(4))).to.deep.equal(Array(6).fill('busy'));
    for (const done of waiting) done();
    expect(await Promise.all(verdicts.slice(0, 4))).to.deep.equal(Array(4).fill('unknown'));
  });

  it('asks no more than 20 at once and 10 a second, however many made-up tokens come', async () => {
    const flood = async () => {
      for (let i = 0; i < 500; i += 1) await judge(`bad-${time}-${i}`);
      return asked.splice(0).length;
    };
    expect(await flood()).to.equal(20);
    time += 1_000;
    expect(await flood()).to.equal(10);
  });

  it('does not let made-up tokens push out those that are allowed', async () => {
    await judge('good');
    for (let i = 0; i < 5_000; i += 1) {
      time += 11; // slower than the limit would be with a burst, over 55 seconds
      await judge(`bad-${i}`);
    }
    asked.splice(0);
    expect(await judge('good')).to.equal('allowed');
    expect(asked).to.deep.equal([]);
    time += 10_000; // its answer is too old now, and the flood has used up every turn
    while ((await judge(`more-${Math.random()}`)) !== 'busy');
    expect(await judge('good')).to.equal('allowed');
    expect(asked.at(-1)).to.equal('good');
  });
});

describe('the review of a token', () => {
  const answering = (...answers: readonly object[]) => {
    const calls: Call[] = [];
    const connection: Connection = {
      stream: () => Promise.reject(new Error('not used')),
      json: (call) => {
        calls.push(call);
        return Promise.resolve({ status: answers[calls.length - 1] ?? {} });
      },
    };
    return { connection, calls };
  };
  const user = { username: 'system:serviceaccount:a:b', uid: '1', groups: ['g'], extra: { k: ['v'] } };

  it('asks whose it is, then whether exactly they may get /metrics', async () => {
    const { connection, calls } = answering({ authenticated: true, user }, { allowed: true });
    expect(await reviewMetricsReader(connection, 'T')).to.equal('allowed');
    expect(calls.map(({ path }) => path)).to.deep.equal([
      '/apis/authentication.k8s.io/v1/tokenreviews',
      '/apis/authorization.k8s.io/v1/subjectaccessreviews',
    ]);
    expect(JSON.parse(calls[1]?.body ?? '')).to.have.deep.property('spec', {
      user: user.username,
      uid: '1',
      groups: ['g'],
      extra: { k: ['v'] },
      nonResourceAttributes: { path: '/metrics', verb: 'get' },
    });
  });

  it('takes anything but a clear yes for a no', async () => {
    for (const [status, verdict] of [
      [[{}], 'unknown'],
      [[{ authenticated: false, user }], 'unknown'],
      [[{ authenticated: true }], 'unknown'],
      [[{ authenticated: true, user }, {}], 'forbidden'],
      [[{ authenticated: true, user }, { allowed: false }], 'forbidden'],
      [
        [
          { authenticated: true, user },
          { allowed: true, denied: true },
        ],
        'forbidden',
      ],
    ] as const) {
      const { connection } = answering(...status);
      expect(await reviewMetricsReader(connection, 'T'), JSON.stringify(status)).to.equal(verdict);
    }
  });
});

describe('the certificate of the metrics', () => {
  let folder: string;
  beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'hexarisk-tls-'))));
  afterEach(() => rm(folder, { recursive: true }));

  const write = async ({ key, cert }: { readonly key: string; readonly cert: string }) => {
    await writeFile(join(folder, 'tls.key'), key);
    await writeFile(join(folder, 'tls.crt'), cert);
  };
  const failure = () => readKeyPair(folder).then(String, String);

  it('is made at start when there is none, another one each time', async () => {
    const [one, two] = [new X509Certificate((await selfSigned()).cert), (await selfSigned()).cert];
    expect(one.subject).to.equal('CN=hexarisk');
    expect(one.verify(one.publicKey)).to.equal(true);
    expect(one.ca).to.equal(false);
    expect(one.fingerprint256).not.to.equal(new X509Certificate(two).fingerprint256);
  });

  it('is refused when a file is missing, is no certificate, or when key and certificate are of two pairs', async () => {
    expect(await failure()).to.match(/--metrics-tls-dir .*ENOENT.*tls\.crt and tls\.key/);
    const [one, two] = [await selfSigned(), await selfSigned()];
    await write({ key: one.key, cert: two.cert });
    expect(await failure()).to.match(/--metrics-tls-dir .*mismatch/);
    await write({ key: one.key, cert: 'none' });
    expect(await failure()).to.match(/--metrics-tls-dir/);
    await write(one);
    expect(await readKeyPair(folder)).to.deep.equal(one);
  });

  it('is another one for new connections after a change, while old ones go on', async () => {
    const [one, two] = [await selfSigned(), await selfSigned()];
    const served = await serve(
      { host: '127.0.0.1', port: 0 },
      { '/': () => ({ status: 200, body: 'hello' }) },
      { flag: '--metrics-address', tls: one },
    );
    const old = await open(served.port);
    served.renew(two);
    const young = await open(served.port);
    const [first, second] = [one, two].map(({ cert }) => new X509Certificate(cert).fingerprint256);
    expect(old.getPeerCertificate().fingerprint256).to.equal(first);
    expect(young.getPeerCertificate().fingerprint256).to.equal(second);
    old.write('GET / HTTP/1.1\r\nhost: a\r\n\r\n');
    const answer = await new Promise<Buffer>((resolve) => old.once('data', resolve));
    expect(answer.toString()).to.match(/^HTTP\/1.1 200 OK/);
    await served.close();
  });
});

const open = (port: number): Promise<TLSSocket> =>
  new Promise((resolve, reject) => {
    const socket = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false }, () => resolve(socket));
    socket.on('error', reject);
  });
