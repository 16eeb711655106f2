import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { accessSync, constants, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { download, downloadBases, Unreachable } from '../../../hack/cluster/download.ts';
import { type BinaryName, versions } from '../../../hack/cluster/versions.ts';
import { type FileServer, program, putProgram, type Reply, serve, temporaryFolder } from './fakes.ts';

const arch = process.arch === 'x64' ? 'amd64' : process.arch;
const schedulerPath = `/${versions.kubernetes}/bin/linux/${arch}/kube-scheduler`;
const archives = [
  {
    name: 'etcd',
    folder: `/${versions.etcd}`,
    stem: `etcd-${versions.etcd}-linux-${arch}`,
    checksums: 'SHA256SUMS',
  },
  {
    name: 'promtool',
    folder: `/${versions.prometheus}`,
    stem: `prometheus-${versions.prometheus.slice(1)}.linux-${arch}`,
    checksums: 'sha256sums.txt',
  },
] as const;
const sha256 = (bytes: string | Buffer): string => createHash('sha256').update(bytes).digest('hex');
const scheduler = program('kube-scheduler');

describe('download of the official programs', function () {
  if (process.platform !== 'linux') return; // nothing is published for others

  let server: FileServer;
  let folder: string;
  let remove: () => void;
  before(() => {
    ({ path: folder, remove } = temporaryFolder());
  });
  after(() => remove());
  afterEach(() => server.close());

  const attempt = async (name: BinaryName, files: Record<string, Reply>) => {
    server = await serve(files);
    const bases = { kubernetes: server.url, etcd: server.url, prometheus: server.url };
    return download(name, folder, { bases, timeoutMs: 300 });
  };
  const failure = async (files: Record<string, Reply>): Promise<Error> => {
    const error: unknown = await attempt('kube-scheduler', files).catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(Error);
    return error as Error;
  };

  it('takes a file whose published checksum matches, and makes it executable', async () => {
    const path = await attempt('kube-scheduler', {
      [schedulerPath]: scheduler,
      [`${schedulerPath}.sha256`]: `${sha256(scheduler)}\n`,
    });
    expect(path).to.equal(join(folder, 'kube-scheduler'));
    expect(readFileSync(String(path), 'utf8')).to.equal(scheduler);
    accessSync(String(path), constants.X_OK);
  });

  for (const { name, folder: at, stem, checksums } of archives) {
    it(`takes ${name} out of its archive, by its line in the list of checksums`, async () => {
      const source = join(folder, 'source');
      putProgram(join(source, stem), name);
      const archive = execFileSync('tar', ['-czf', '-', '-C', source, stem]);
      const other = `${'0'.repeat(64)}  ${stem}.zip`;
      const path = await attempt(name, {
        [`${at}/${stem}.tar.gz`]: archive,
        [`${at}/${checksums}`]: `${other}\n${sha256(archive)}  ${stem}.tar.gz\n`,
      });
      expect(readFileSync(String(path), 'utf8')).to.equal(program(name));
    });
  }

  it('does not try kwok, which is published without checksums', async () => {
    expect(await attempt('kwok', {})).to.equal(undefined);
    expect(server.requested).to.deep.equal([]);
  });

  for (const { title, files, says } of [
    {
      title: 'refuses a file with another checksum',
      files: { [schedulerPath]: `${scheduler}# changed`, [`${schedulerPath}.sha256`]: sha256(scheduler) },
      says: /checksum is [0-9a-f]{64}, published is [0-9a-f]{64}/,
    },
    {
      title: 'refuses a file whose checksum is not one',
      files: { [schedulerPath]: scheduler, [`${schedulerPath}.sha256`]: '<html>sign in</html>' },
      says: /holds no SHA-256 checksum/,
    },
    {
      title: 'does not fetch a file without a published checksum',
      files: { [schedulerPath]: scheduler },
      says: /\.sha256: answered 404/,
    },
    {
      title: 'reports a file that is not there',
      files: { [`${schedulerPath}.sha256`]: sha256(scheduler) },
      says: /kube-scheduler: answered 404/,
    },
    {
      title: 'gives up on a server that never answers',
      files: { [`${schedulerPath}.sha256`]: { stallsAfter: '' } },
      says: /sha256: .*TIMEOUT/,
    },
    {
      title: 'gives up on a server that stops in the middle',
      files: { [schedulerPath]: { stallsAfter: 'half' }, [`${schedulerPath}.sha256`]: sha256(scheduler) },
      says: /kube-scheduler: .*(TIMEOUT|terminated)/,
    },
  ] as const) {
    it(`${title}, and leaves nothing behind`, async () => {
      const before = readdirSync(folder);
      expect((await failure(files)).message).to.match(says);
      expect(readdirSync(folder)).to.deep.equal(before);
    });
  }

  it('tells a server that is not there from one that has no such file', async () => {
    server = await serve({});
    await server.close();
    const bases = { kubernetes: server.url };
    const error: unknown = await download('kube-scheduler', folder, { bases, timeoutMs: 300 }).catch(
      (e: unknown) => e,
    );
    expect(error).to.be.instanceOf(Unreachable);
    server = await serve({});
    const missing = { bases: { kubernetes: server.url }, timeoutMs: 300 };
    expect(await download('kube-scheduler', folder, missing).catch((e: unknown) => e)).to.not.be.instanceOf(
      Unreachable,
    );
  });
});

describe('HEXARISK_DOWNLOADS', () => {
  it('unset means the official servers', () => {
    expect(downloadBases({})).to.have.property('kubernetes', 'https://dl.k8s.io/release');
  });
  it('off means none', () => {
    expect(downloadBases({ HEXARISK_DOWNLOADS: 'off' })).to.deep.equal({});
  });
  it('an address means a mirror for all of them', () => {
    const mirror = 'http://mirror.example/files';
    expect(downloadBases({ HEXARISK_DOWNLOADS: `${mirror}/` })).to.deep.equal({
      kubernetes: mirror,
      etcd: mirror,
      prometheus: mirror,
    });
  });
});
