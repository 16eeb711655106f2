/** `scan` over the same objects as one file: whole processes, start-up included. */
import { writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { dump } from 'js-yaml';
import { lastLines } from '../cluster/children.ts';
import { Problem } from '../cluster/problem.ts';
import { type Log } from '../cluster/progress.ts';
import { hexarisk } from '../demo-run/manifests.ts';
import { startMeasured, type BundleWorkshop } from './measured.ts';
import type { KubeObject } from './objects.ts';
import { median, rounded } from './statistics.ts';

const RUNS = 5;
const LIMIT_MS = 120_000;

export interface YamlFile {
  readonly path: string;
  readonly documents: number;
  readonly bytes: number;
}

export function writeYaml(objects: readonly KubeObject[], folder: string): YamlFile {
  const path = join(folder, 'load.yaml');
  const options = { lineWidth: -1, noRefs: true, seqNoIndent: true };
  const text = objects.map((object) => dump(object, options)).join('---\n');
  writeFileSync(path, text);
  return { path, documents: objects.length, bytes: Buffer.byteLength(text) };
}

export async function measureScan(file: YamlFile, workshop: BundleWorkshop, log: Log) {
  const load = loadavg()[0] ?? 0;
  const fromCheckout = await measure('scan', { path: hexarisk, args: [] }, file, workshop);
  log(`scan: ${fromCheckout.seconds} s (CPU ${fromCheckout.cpuSeconds} s), ${fromCheckout.rssPeakMiB} MiB`);
  const bundled = { path: process.execPath, args: [workshop.bundle] };
  const fromBundle = await measure('scan-bundle', bundled, file, workshop);
  log(`scan from the bundle: ${fromBundle.seconds} s`);
  return {
    documents: file.documents,
    bytes: file.bytes,
    loadAverage: rounded(load, 1),
    fromCheckout,
    fromBundle,
  };
}

interface Program {
  readonly path: string;
  readonly args: readonly string[];
}

async function measure(name: string, program: Program, file: YamlFile, workshop: BundleWorkshop) {
  const run = (step: string, hasProbe: boolean) =>
    runOnce(`${name}-${step}`, { ...program, hasProbe }, file, workshop);
  await run('warm', false); // fills the compile cache
  const walls: number[] = [];
  for (let count = 1; count <= RUNS; count++) walls.push((await run(String(count), false)).wall);
  const { cpuSeconds, maxRss } = (await run('probed', true)).scan.last();
  return {
    seconds: rounded(median(walls), 2),
    fastest: rounded(Math.min(...walls), 2),
    cpuSeconds: rounded(cpuSeconds, 2),
    rssPeakMiB: rounded(maxRss / 1024),
  };
}

async function runOnce(
  name: string,
  { path, args, hasProbe }: Program & { readonly hasProbe: boolean },
  file: YamlFile,
  workshop: BundleWorkshop,
) {
  const begun = performance.now();
  const scan = startMeasured({ name, path, args: [...args, 'scan', file.path], hasProbe }, workshop);
  const overdue = setTimeout(() => void scan.child.end('SIGKILL'), LIMIT_MS);
  const how = await scan.child.ended;
  const wall = (performance.now() - begun) / 1000;
  clearTimeout(overdue);
  workshop.signal.throwIfAborted();
  if (how !== 'exit code 0') throw new Problem(`scan: ${how}\n${lastLines(scan.log, 5)}`);
  return { scan, wall };
}
