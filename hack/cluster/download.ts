import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { chmod, mkdir, rename, rm } from 'node:fs/promises';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { EnvHttpProxyAgent, fetch } from 'undici';
import { codeOf, messageOf, Problem } from './problem.ts';
import { type BinaryName, binaries, type Project, pinned, versions } from './versions.ts';

/** Where the official downloads are. kwok is not among them: its releases come without checksums, and what has
 *  no checksum is never run; it is built instead. */
export type DownloadBases = Readonly<Partial<Record<Project, string>>>;

const official: DownloadBases = {
  kubernetes: 'https://dl.k8s.io/release',
  etcd: 'https://github.com/etcd-io/etcd/releases/download',
  prometheus: 'https://github.com/prometheus/prometheus/releases/download',
};

/** HEXARISK_DOWNLOADS: a mirror with the same paths below it, or `off`. */
export function downloadBases(env: NodeJS.ProcessEnv): DownloadBases {
  const mirror = env['HEXARISK_DOWNLOADS'];
  if (mirror === undefined || mirror === '') return official;
  if (mirror === 'off') return {};
  const base = mirror.replace(/\/+$/, '');
  return { kubernetes: base, etcd: base, prometheus: base };
}

/** The server did not answer at all: asking it for the next file would only cost another time-out. */
export class Unreachable extends Problem {}

export interface DownloadOptions {
  readonly bases: DownloadBases;
  /** For connecting, for the first byte, and between two bytes. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal | undefined;
}

interface Asset {
  readonly url: string;
  readonly checksumUrl: string;
  /** The line of a list of checksums that is meant; a lone checksum has none. */
  readonly listedAs?: string;
  /** The file wanted inside an archive. */
  readonly member?: string;
}

/**
 * Fetches one pinned binary into `folder`, only ever under its final name when its published checksum matched.
 * @returns its path, or undefined where nothing is published for this platform
 * @throws Problem naming what went wrong; Unreachable when the server did not answer
 */
export async function download(
  name: BinaryName,
  folder: string,
  { bases, timeoutMs = 5000, signal }: DownloadOptions,
): Promise<string | undefined> {
  const asset = assetOf(name, bases);
  if (asset === undefined) return undefined;
  await mkdir(folder, { recursive: true });
  const partial = join(folder, `.${name}.${process.pid}.part`);
  const unpacked = `${partial}.unpacked`;
  const agent = new EnvHttpProxyAgent({
    connect: { timeout: timeoutMs },
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
  });
  try {
    const get = (url: string) => fetchOk(url, agent, signal);
    const expected = checksumIn(await textOf(asset.checksumUrl, get), asset);
    const actual = await save(asset.url, partial, get);
    if (actual !== expected) {
      throw new Problem(`${asset.url}: checksum is ${actual}, published is ${expected}; not used`);
    }
    if (asset.member !== undefined) await unpack(partial, asset.member, unpacked);
    const file = asset.member === undefined ? partial : unpacked;
    await chmod(file, 0o755);
    await rename(file, join(folder, name));
    return join(folder, name);
  } finally {
    await Promise.all([rm(partial, { force: true }), rm(unpacked, { force: true })]);
    await agent.destroy();
  }
}

/** What is published as an archive with a list of checksums beside it; Kubernetes publishes plain files. */
const archives = (
  arch: string,
): Readonly<Partial<Record<Project, { readonly stem: string; readonly checksums: string }>>> => ({
  etcd: { stem: `etcd-${versions.etcd}-linux-${arch}`, checksums: 'SHA256SUMS' },
  prometheus: {
    stem: `prometheus-${versions.prometheus.slice(1)}.linux-${arch}`,
    checksums: 'sha256sums.txt',
  },
});

function assetOf(name: BinaryName, bases: DownloadBases): Asset | undefined {
  const { project } = binaries[name];
  const base = bases[project];
  const arch = { x64: 'amd64', arm64: 'arm64' }[process.arch as string];
  // the servers are published for Linux only
  if (base === undefined || arch === undefined || process.platform !== 'linux') return undefined;
  const version = pinned(name);
  const archive = archives(arch)[project];
  if (archive !== undefined) {
    const folder = `${base}/${version}`;
    const file = `${archive.stem}.tar.gz`;
    return {
      url: `${folder}/${file}`,
      checksumUrl: `${folder}/${archive.checksums}`,
      listedAs: file,
      member: `${archive.stem}/${name}`,
    };
  }
  const url = `${base}/${version}/bin/linux/${arch}/${name}`;
  return { url, checksumUrl: `${url}.sha256` };
}

type Get = (url: string) => Promise<Awaited<ReturnType<typeof fetch>>>;

async function fetchOk(url: string, dispatcher: EnvHttpProxyAgent, signal: AbortSignal | undefined) {
  const response = await fetch(url, { dispatcher, signal: signal ?? null }).catch((error: unknown) => {
    throw new Unreachable(`${url}: ${causeOf(error)}`);
  });
  if (response.ok) return response;
  throw new Problem(`${url}: answered ${response.status}`);
}

async function textOf(url: string, get: Get): Promise<string> {
  const response = await get(url);
  return await response.text().catch((error: unknown) => {
    throw new Unreachable(`${url}: ${causeOf(error)}`);
  });
}

async function save(url: string, path: string, get: Get): Promise<string> {
  const { body } = await get(url);
  if (body === null) throw new Problem(`${url}: empty answer`);
  const hash = createHash('sha256');
  const hashing = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      done(null, chunk);
    },
  });
  try {
    await pipeline(body, hashing, createWriteStream(path));
  } catch (error) {
    throw new Unreachable(`${url}: ${causeOf(error)}`);
  }
  return hash.digest('hex');
}

function checksumIn(text: string, { checksumUrl, listedAs }: Asset): string {
  const lines = text
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+\*?/));
  const line = listedAs === undefined ? lines[0] : lines.find((fields) => fields[1] === listedAs);
  const checksum = line?.[0]?.toLowerCase() ?? '';
  if (!/^[0-9a-f]{64}$/.test(checksum)) throw new Problem(`${checksumUrl}: holds no SHA-256 checksum`);
  return checksum;
}

async function unpack(archive: string, member: string, into: string): Promise<void> {
  const folder = `${into}.d`;
  await mkdir(folder, { recursive: true });
  try {
    await promisify(execFile)('tar', ['-xzf', archive, '-C', folder, member]);
    await rename(join(folder, member), into);
  } catch (error) {
    throw new Problem(`unpacking ${member}: ${messageOf(error)}`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** fetch says only "fetch failed"; the reason is one or two causes below. */
function causeOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  if (cause instanceof Error) return codeOf(cause) ?? cause.message;
  return messageOf(error);
}
