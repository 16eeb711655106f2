/**
 * Reads fixtures: YAML files that hold one workload to judge and what surrounds it. What no object can carry is in
 * comment lines: `# exploited: CVE-2024-1 kev epss=0.97` (in the catalogue of known exploited vulnerabilities; EPSS).
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import jsonpatch, { type Operation } from 'fast-json-patch';
import type { Check, Found, PatchOperation } from '../../src/axes/check.ts';
import { loadWorld } from '../../src/observe/files/load.ts';
import { readYaml } from '../../src/observe/files/yaml.ts';
import { defaultPolicy } from '../../src/policy/policy.ts';
import { surroundingsLayer } from '../../src/world/surroundings/layer.ts';
import type { Surroundings } from '../../src/world/surroundings/surroundings.ts';
import type { Exploitation, World } from '../../src/world/world.ts';
import { type Workload, workloadsLayer } from '../../src/world/workload/workloads.ts';

export interface Judged {
  readonly workload: Workload;
  readonly around: Surroundings;
  readonly world: World;
}

export interface Fixture extends Judged {
  /** `severity pointer`, one per `# expect:` line at the top of the file. */
  readonly expected: readonly string[];
  /** The same fixture with RFC 6902 operations applied to its objects. */
  patchedBy(operations: readonly PatchOperation[]): Promise<Judged>;
}

export const axesFolder = join(import.meta.dirname, '../../src/axes');

/** Beside the check, or in the folder of the catalogue that it is from. */
export function fixturePath(id: string, which: 'fires' | 'clean'): string {
  const [axis = '', slug = ''] = id.split('/');
  const folders = readdirSync(join(axesFolder, axis), { withFileTypes: true }).filter((entry) =>
    entry.isDirectory(),
  );
  const paths = [axis, ...folders.map(({ name }) => join(axis, name))].map((folder) =>
    join(axesFolder, folder, `${slug}.${which}.yaml`),
  );
  return paths.find((path) => existsSync(path)) ?? join(axesFolder, `${id}.${which}.yaml`);
}

export async function fixture(id: string, which: 'fires' | 'clean'): Promise<Fixture> {
  const path = fixturePath(id, which);
  if (!existsSync(path)) throw new Error(`${id} has no fixture ${which}: write ${path}`);
  const content = readFileSync(path, 'utf8');
  const expected = [...content.matchAll(/^# expect: (\S+ \S+)$/gm)].map((match) => match[1] ?? '');
  return {
    ...(await judge(path, content)),
    expected,
    patchedBy: (operations) =>
      judge(`${path} patched`, patched(content, operations), exploitationIn(content)),
  };
}

/** The workload to judge is the only one of the file, or the one that is named `subject`. */
export async function judge(
  name: string,
  content: string,
  exploitation: Exploitation = exploitationIn(content),
): Promise<Judged> {
  const { world: loaded, errors } = await loadWorld([{ name, content }], 0);
  const world: World = { ...loaded, exploitation };
  if (errors.length > 0) throw new Error(`${errors[0]?.where}: ${errors[0]?.message}`);
  const workloads = [...workloadsLayer()(world).values()];
  const workload =
    workloads.length === 1 ? workloads[0] : workloads.find(({ ref }) => ref.name === 'subject');
  if (workload === undefined) {
    throw new Error(`${name}: expected one workload, or one named subject; found ${workloads.length}`);
  }
  return { workload, world, around: surroundingsLayer().of(workload, world, defaultPolicy) };
}

function exploitationIn(content: string): Exploitation {
  const lines = content.matchAll(/^# exploited: (\S+)( kev)?(?: epss=([\d.]+))?$/gm);
  return new Map(
    [...lines].map(([, id = '', kev, epss]) => [
      id,
      { knownExploited: kev !== undefined, ...(epss === undefined ? {} : { epss: Number(epss) }) },
    ]),
  );
}

export const findIn = (check: Check, { workload, around }: Judged): readonly Found[] =>
  workload.variants.flatMap((variant) => check.find(variant, workload, around));

function patched(content: string, operations: readonly PatchOperation[]): string {
  const documents = readYaml(content).documents.map(({ value }) => value as RawObject);
  for (const { object, op, path, value } of operations) {
    const target = documents.find(
      ({ kind, metadata }) =>
        kind === object.kind &&
        metadata.name === object.name &&
        (object.namespace === '' || (metadata.namespace ?? 'default') === object.namespace),
    );
    if (target === undefined)
      throw new Error(`the patch names ${object.kind} ${object.name}: not in the fixture`);
    const operation = (op === 'remove' ? { op, path } : { op, path, value }) as Operation;
    jsonpatch.applyOperation(target, operation, true);
  }
  return documents.map((document) => JSON.stringify(document)).join('\n---\n');
}

interface RawObject {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}
