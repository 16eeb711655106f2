/** Runs `hexarisk reach` as a person would, over files. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { reach, type ReachFlags } from '../../src/commands/reach/reach.ts';
import { noPorts, portRange, type Ports, unionPorts, isProtocol } from '../../src/world/exposure/ports.ts';

class Text extends Writable {
  text = '';
  override _write(chunk: Buffer, _: BufferEncoding, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

export interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export async function runReach(flags: ReachFlags): Promise<Run> {
  const [stdout, stderr] = [new Text(), new Text()];
  const code = await reach(flags, { stdin: Readable.from([]), stdout, stderr });
  return { code, stdout: stdout.text, stderr: stderr.text };
}

/** @param documents YAML, all of one cluster; or `files` among the flags */
export async function reached(documents: readonly string[], flags: Partial<ReachFlags> = {}): Promise<Run> {
  const folder = mkdtempSync(join(tmpdir(), 'hexarisk-reach-'));
  try {
    writeFileSync(join(folder, 'cluster.yaml'), documents.join('\n---\n'));
    return await runReach({ output: 'table', files: [folder], ...flags });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What `-o json` prints. */
export interface JsonEntry {
  readonly from: string;
  readonly to: string;
  readonly ports: readonly { readonly protocol: string; readonly from: number; readonly to: number }[];
}

export async function mapOf(
  documents: readonly string[],
  flags: Partial<ReachFlags> = {},
): Promise<readonly JsonEntry[]> {
  const { stdout } = await reached(documents, { ...flags, output: 'json' });
  return JSON.parse(stdout) as readonly JsonEntry[];
}

export const portsOfEntry = ({ ports }: JsonEntry): Ports =>
  ports
    .map(({ protocol, from, to }) => (isProtocol(protocol) ? portRange(protocol, from, to) : noPorts))
    .reduce(unionPorts, noPorts);

export const isOutside = (name: string): boolean => /^[0-9a-f.:]+\/\d+$/.test(name);
