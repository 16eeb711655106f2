import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadAll } from 'js-yaml';
import type { RiskReport } from '../../src/publish/report.ts';
import { Problem } from '../cluster/problem.ts';
import { root, runToEnd } from './kubectl.ts';

export const demoFolder = join(root, 'demo');
export const crdFile = join(root, 'crds/riskreport.yaml');
export const hexarisk = join(root, 'hack/hexarisk');

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string };
}

export interface Manifests {
  readonly objects: number;
  readonly namespaces: readonly string[];
}

/** The YAML files directly in `folder`: as `kubectl apply -f` takes them. */
export const yamlFiles = (folder: string): readonly string[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .toSorted()
    .map((name) => join(folder, name));

export function readManifests(): Manifests {
  const objects = yamlFiles(demoFolder).flatMap((file) => loadAll(readFileSync(file, 'utf8')) as Manifest[]);
  const namespaces = objects.filter(({ kind }) => kind === 'Namespace').map(({ metadata }) => metadata.name);
  return { objects: objects.length, namespaces };
}

/** The table that the manifests give without any cluster. */
export function scanTable(signal: AbortSignal): Promise<string> {
  const env = { ...process.env, ...(process.stdout.isTTY ? { FORCE_COLOR: '1' } : {}) };
  return runToEnd(hexarisk, ['scan', ...yamlFiles(demoFolder)], { signal, env });
}

/** The workloads of the manifests, e.g. `shop/Deployment/web`: so many reports there must be. */
export async function workloadsOf(signal: AbortSignal): Promise<ReadonlySet<string>> {
  const text = await runToEnd(hexarisk, ['scan', '-o', 'json', ...yamlFiles(demoFolder)], { signal });
  const names = (JSON.parse(text) as readonly RiskReport[]).map(workloadName);
  if (names.length === 0) throw new Problem(`there is no workload in ${demoFolder}`);
  return new Set(names);
}

/** `shop/Deployment/web` */
export const workloadName = ({ metadata, workload }: RiskReport): string =>
  `${metadata.namespace}/${workload.kind}/${workload.name}`;
