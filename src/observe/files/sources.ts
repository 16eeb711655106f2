/** Which files there are to read: files, folders (recursively), or standard input. */
import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '../fault.ts';
import type { Message, Source } from './load.ts';

const YAML_OR_JSON = /\.(ya?ml|json)$/i;
/** A manifest of this size is no manifest; reading it would take all memory. */
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
): Promise<Sources> {
  const sources: Source[] = [];
  const errors: Message[] = [];
  const seen = new Set<string>();
  const read = async (path: string, isNamed: boolean): Promise<void> => {
    try {
      const info = await stat(path);
      if (info.isDirectory()) {
        // a link may lead back to where we came from
        const real = await realpath(path);
        if (seen.has(real)) return;
        seen.add(real);
        for (const name of (await readdir(path)).sort()) await read(join(path, name), false);
      } else if (isNamed || YAML_OR_JSON.test(path)) {
        if (!info.isFile()) return;
        if (info.size > LARGEST) throw new Error(`larger than ${LARGEST / 1024 / 1024} MiB: not read`);
        sources.push({ name: path, content: textOf(await readFile(path)) });
      }
    } catch (error) {
      errors.push({ where: path, message: messageOf(error) });
    }
  };
  for (const path of paths) {
    if (path !== '-') await read(path, true);
    else
      sources.push({ name: 'standard input', content: textOf(Buffer.concat(await Array.fromAsync(stdin))) });
  }
  return { sources, errors };
}

function textOf(bytes: Uint8Array): string {
  if (bytes.subarray(0, 8192).includes(0)) throw new Error('a binary file: not read');
  return new TextDecoder().decode(bytes);
}
