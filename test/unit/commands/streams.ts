/** Streams of a command that a test reads. */
import { Readable, Writable } from 'node:stream';
import type { Streams } from '../../../src/commands/output.ts';

class Text extends Writable {
  text = '';
  override _write(chunk: Buffer, _: BufferEncoding, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command with streams of its own. */
export async function ran(command: (streams: Streams) => Promise<number>, stdin = ''): Promise<Ran> {
  const [stdout, stderr] = [new Text(), new Text()];
  const code = await command({ stdin: Readable.from([Buffer.from(stdin)]), stdout, stderr });
  return { code, stdout: stdout.text, stderr: stderr.text };
}
