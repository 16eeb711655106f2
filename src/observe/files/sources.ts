/** Which files there are to read: files, folders (recursively), or standard input. */
import { createReadStream } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '../fault.ts';
import type { Message, Source } from './load.ts';

const YAML_OR_JSON = /\.(ya?ml|json)$/i;
/** More than a whole cluster's manifests; reading on would take all memory. */
const LARGEST = 64 * 1024 * 1024;

export interface Sources {
  readonly sources: readonly Source[];
  /** What could not be read: the rest still counts. */
  readonly errors: readonly Message[];
}

/** @param paths `-` is standard input; a file that is named is read whatever its ending */
export async function readSources(
  paths: readonly string[],
  stdin: AsyncIterable<Uint8Array>,
  tick: () => void = () => {},
): Promise<Sources> {
  const sources: Source[] = [];
  const errors: Message[] = [];
  /** Real paths: a link may lead back to where we came from, or to a file that was read already. */
  const seen = new Set<string>();

  const read = async (path: string, isNamed: boolean): Promise<void> => {
    tick();
    const isManifest = isNamed || YAML_OR_JSON.test(path);
    try {
      const info = await stat(path);
      const real = await realpath(path);
      if (info.isDirectory()) {
        if (seen.has(real)) return;
        seen.add(real);
        for (const name of (await readdir(path)).sort()) await read(join(path, name), false);
      }
      // a pipe or a device only where it is named, as in `<(helm template ...)`: else it might never end
      else if (isManifest && (info.isFile() ? !seen.has(real) : isNamed)) {
        seen.add(real);
        sources.push({ name: path, content: await contentOf(createReadStream(path)) });
      }
    } catch (error) {
      // a link to nowhere that is no manifest is as little to us as any other such file
      if (isManifest || !isBrokenLink(error)) errors.push({ where: path, message: reasonOf(error) });
    }
  };

  for (const path of paths) {
    if (path !== '-') await read(path, true);
    else if (!seen.has('-')) {
      seen.add('-');
      await contentOf(stdin).then(
        (content) => sources.push({ name: 'standard input', content }),
        (error: unknown) => errors.push({ where: 'standard input', message: reasonOf(error) }),
      );
    }
  }
  return { sources, errors };
}

async function contentOf(stream: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stream) {
    size += chunk.length;
    if (size > LARGEST) throw new Error(`larger than ${LARGEST / 1024 / 1024} MiB: not read`);
    chunks.push(chunk);
  }
  const bytes = Buffer.concat(chunks);
  if (bytes.subarray(0, 8192).includes(0)) throw new Error('a binary file: not read');
  return new TextDecoder().decode(bytes);
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : '';

const isBrokenLink = (error: unknown): boolean => ['ENOENT', 'ELOOP'].includes(codeOf(error));

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  ENOTDIR: 'there is no such file or folder',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  ELOOP: 'a symbolic link that leads back to itself',
};

const reasonOf = (error: unknown): string => reasons[codeOf(error)] ?? messageOf(error);
