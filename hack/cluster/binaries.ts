import { execFile } from 'node:child_process';
import { accessSync, constants, mkdirSync, statSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { build } from './build.ts';
import { type DownloadBases, download, downloadBases, Unreachable } from './download.ts';
import { withLock } from './lock.ts';
import { messageOf } from './problem.ts';
import { type Log, stderrLog } from './progress.ts';
import {
  type BinaryName,
  binaries,
  controlPlaneNames,
  pinned,
  sameMajor,
  versionIn,
  versions,
  withinOneMinor,
} from './versions.ts';

/** Of a control plane. */
export type Binaries = Paths<(typeof controlPlaneNames)[number]>;

type Paths<Name extends BinaryName> = Readonly<Record<Name, string>>;

export interface ResolveOptions {
  readonly log?: Log;
  readonly signal?: AbortSignal | undefined;
  /** KUBEBUILDER_ASSETS, PATH, XDG_CACHE_HOME, HOME and HEXARISK_DOWNLOADS are read from it. */
  readonly env?: NodeJS.ProcessEnv;
  readonly downloads?: DownloadBases;
  readonly downloadTimeoutMs?: number;
  readonly build?: typeof build;
}

type Context = Required<Pick<ResolveOptions, 'log' | 'env'>> & {
  readonly cache: string;
  /** Decides which kubectl will do. Found first, because it may come from KUBEBUILDER_ASSETS in another version. */
  server: string;
};

interface Source {
  readonly name: string;
  readonly candidates: (name: BinaryName, context: Context) => readonly string[];
  readonly accepts: (name: BinaryName, version: string, context: Context) => boolean;
}

/** Found on PATH, where nobody has chosen it for us. */
function fits(name: BinaryName, version: string, { server }: Context): boolean {
  if (name === 'kubectl') return withinOneMinor(version, server);
  // what is asked of Prometheus is the same in all of a major version
  if (binaries[name].project === 'prometheus') return sameMajor(version, pinned(name));
  return version === pinned(name);
}

/** In this order. What none of them has is downloaded; what cannot be downloaded is built. */
const sources: readonly Source[] = [
  {
    name: 'KUBEBUILDER_ASSETS',
    candidates: (name, { env }) => (env['KUBEBUILDER_ASSETS'] ? [join(env['KUBEBUILDER_ASSETS'], name)] : []),
    // whoever sets it has chosen; only a kubectl that could not talk to the server is passed over
    accepts: (name, version, context) => name !== 'kubectl' || fits(name, version, context),
  },
  {
    name: 'PATH',
    candidates: (name, { env }) =>
      (env['PATH'] ?? '')
        .split(delimiter)
        .filter((folder) => folder !== '')
        .map((folder) => join(folder, name)),
    accepts: fits,
  },
  {
    name: 'cache',
    candidates: (name, { cache }) => [join(cache, name)],
    accepts: (name, version) => version === pinned(name),
  },
];

export function cacheFolder(env: NodeJS.ProcessEnv): string {
  const base = env['XDG_CACHE_HOME'] || join(env['HOME'] || homedir(), '.cache');
  return join(base, 'hexarisk', versions.kubernetes);
}

const BUILD_WAIT_MS = 60 * 60_000;

/** Finds, fetches or builds every program of a control plane: see `resolvePrograms`. */
export const resolveBinaries = (options: ResolveOptions = {}): Promise<Binaries> =>
  resolvePrograms(controlPlaneNames, options);

/** Finds, fetches or builds programs. Safe to run twice at once: the second waits. */
export async function resolvePrograms<Name extends BinaryName>(
  names: readonly Name[],
  options: ResolveOptions = {},
): Promise<Paths<Name>> {
  const { log = stderrLog, signal } = options;
  const context = contextOf(options);
  const found = await findAll(names, context);
  const missing = () => names.filter((name) => found[name] === undefined);
  if (missing().length > 0) {
    const lock = { what: 'another download or build of the programs', timeoutMs: BUILD_WAIT_MS, log, signal };
    await withLock(join(context.cache, '.lock'), lock, async () => {
      // whoever held the lock before may have made what is missing
      Object.assign(found, await findAll(names, context));
      Object.assign(found, await downloadAll(missing(), context, options));
      const toBuild = missing();
      if (toBuild.length > 0)
        await (options.build ?? build)(toBuild, context.cache, { log, signal, env: context.env });
      for (const name of toBuild) found[name] = join(context.cache, name);
    });
  }
  return found as Paths<Name>;
}

/** What a start would have to download or build now; empty when everything is there. Starts nothing. */
export async function pendingBuild(
  options: ResolveOptions = {},
  names: readonly BinaryName[] = controlPlaneNames,
): Promise<readonly BinaryName[]> {
  const found = await findAll(names, contextOf({ ...options, log: () => undefined }));
  return names.filter((name) => found[name] === undefined);
}

type Found = Partial<Record<BinaryName, string>>;

function contextOf({ log = stderrLog, env = process.env }: ResolveOptions): Context {
  return { log, env, cache: cacheFolder(env), server: versions.kubernetes };
}

async function findAll(names: readonly BinaryName[], context: Context): Promise<Found> {
  const server = names.includes('kube-apiserver') ? await find('kube-apiserver', context) : undefined;
  if (server !== undefined) context.server = server.version;
  const found: Found = {};
  await Promise.all(
    names.map(async (name) => {
      const binary = name === 'kube-apiserver' ? server : await find(name, context);
      if (binary !== undefined) found[name] = binary.path;
    }),
  );
  return found;
}

async function find(
  name: BinaryName,
  context: Context,
): Promise<{ path: string; version: string } | undefined> {
  for (const source of sources) {
    for (const path of source.candidates(name, context)) {
      if (!isExecutable(path)) continue;
      const version = await versionOf(name, path, source.name === 'cache');
      if (version === undefined || !source.accepts(name, version, context)) continue;
      if (name !== 'kubectl' && version !== pinned(name)) {
        context.log(`note: ${name} from ${source.name} is ${version}, not the pinned ${pinned(name)}`);
      }
      return { path, version };
    }
  }
  return undefined;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** Starting a 119 MB program only to ask its version takes a while, so the cache remembers the answer, and for
 *  which bytes (size and time of change) it was. */
async function versionOf(name: BinaryName, path: string, remember: boolean): Promise<string | undefined> {
  const { size, mtimeMs } = statSync(path);
  const note = `${path}.version`;
  const key = `${size} ${mtimeMs} `;
  if (remember) {
    const before = await readFile(note, 'utf8').catch(() => '');
    if (before.startsWith(key)) return before.slice(key.length);
  }
  const version = await askVersion(path, binaries[name].versionArgs);
  if (remember && version !== undefined) await writeFile(note, key + version).catch(() => undefined);
  return version;
}

async function askVersion(path: string, args: readonly string[]): Promise<string | undefined> {
  try {
    const { stdout } = await promisify(execFile)(path, [...args], { timeout: 15_000, killSignal: 'SIGKILL' });
    return versionIn(stdout);
  } catch {
    return undefined;
  }
}

/** @returns those that could be had */
async function downloadAll(
  names: readonly BinaryName[],
  context: Context,
  options: ResolveOptions,
): Promise<Found> {
  const found: Found = {};
  const bases = options.downloads ?? downloadBases(context.env);
  const unreachable = new Set<string>();
  mkdirSync(context.cache, { recursive: true });
  for (const name of names) {
    const base = bases[binaries[name].project];
    if (base === undefined || unreachable.has(new URL(base).host)) continue;
    try {
      const timeoutMs = options.downloadTimeoutMs ?? 5000;
      const path = await download(name, context.cache, { bases, timeoutMs, signal: options.signal });
      const version = path === undefined ? undefined : await versionOf(name, path, true);
      if (path !== undefined && version === pinned(name)) found[name] = path;
      if (found[name] !== undefined) context.log(`downloaded ${name} ${version}`);
    } catch (error) {
      options.signal?.throwIfAborted();
      if (error instanceof Unreachable) unreachable.add(new URL(base).host);
      context.log(`no download of ${name}: ${messageOf(error)}`);
    }
  }
  return found;
}
