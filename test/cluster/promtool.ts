import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { resolvePrograms } from '../../hack/cluster/binaries.ts';

const root = join(import.meta.dirname, '../..');

export interface Ended {
  readonly code: number;
  readonly output: string;
}

/** Runs promtool, from PATH or the cache or built, to its end. */
export async function promtool(args: readonly string[], input = ''): Promise<Ended> {
  const { promtool: path } = await resolvePrograms(['promtool']);
  return new Promise((done) => {
    const child = execFile(path, [...args], { cwd: root, timeout: 60_000 }, (error, stdout, stderr) =>
      done({ code: error === null ? 0 : Number(error.code ?? 1), output: stdout + stderr }),
    );
    child.stdin?.end(input);
  });
}
