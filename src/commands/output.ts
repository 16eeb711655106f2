/** How results get out: whole, quiet where nobody reads on, and harmless to a terminal. */
import type { Writable } from 'node:stream';
import type { Terminal } from './scan/progress.ts';

/** The process's own streams, or those of a test. */
export interface Streams {
  readonly stdin: AsyncIterable<Uint8Array>;
  readonly stdout: Writable;
  readonly stderr: Writable & Terminal;
}

/** Ends quietly where nobody reads on, as in `hexarisk scan . | head`. */
export async function write(
  stream: Writable,
  pieces: AsyncIterable<string> | Iterable<string>,
): Promise<void> {
  let isOpen = true;
  const closed = (error: NodeJS.ErrnoException): void => {
    if (error.code !== 'EPIPE') throw error;
    isOpen = false;
  };
  stream.on('error', closed);
  for await (const piece of pieces) {
    if (!isOpen) return;
    await new Promise<void>((done) => stream.write(piece, () => done()));
  }
}

/** JSON, with what a terminal obeys, or what hides or reorders text, as `\u` escapes: the value stays the same. */
export const escaped = (text: string): string =>
  text.replaceAll(/[\u007f-\u009f\u2028\u2029\p{Cf}]/gu, (letter) =>
    Array.from({ length: letter.length }, (_, index) => unit(letter.charCodeAt(index))).join(''),
  );

const unit = (code: number): string => `\\u${code.toString(16).padStart(4, '0')}`;

export const json = (value: unknown): string => `${escaped(JSON.stringify(value, undefined, 2))}\n`;
