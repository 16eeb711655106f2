/** Cases of other tools: a manifest, one of their checks, and what it says. Completed so that they can be judged here. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checks } from '../../../src/axes/index.ts';
import { loadWorld } from '../../../src/observe/files/load.ts';
import { readYaml } from '../../../src/observe/files/yaml.ts';
import { defaultPolicy } from '../../../src/policy/policy.ts';
import { type Finding, findingsOf } from '../../../src/score/findings.ts';
import { surroundingsLayer } from '../../../src/world/surroundings/layer.ts';
import { workloadsLayer } from '../../../src/world/workload/workloads.ts';

const corpora = join(import.meta.dirname, '../../../../shared/corpora');

export interface Case {
  readonly id: string;
  /** The tool's name of its check. */
  readonly check: string;
  readonly axis: string;
  readonly expect: 'fail' | 'pass';
  readonly files: readonly string[];
}

/** Skips the suite where the corpora are not there, and says so. */
export function corporaOrSkip(context: Mocha.Context): void {
  if (existsSync(corpora)) return;
  console.log(`    skipped: ${corpora} is not there`);
  context.skip();
}

export const casesOf = (tool: string): readonly Case[] =>
  readFileSync(join(corpora, tool, 'cases.jsonl'), 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => JSON.parse(line) as Case);

type Raw = Record<string, unknown>;

/** What fires on the workloads of a case, by check id. */
export async function firingOn(tool: string, { files, id }: Case): Promise<readonly Finding[]> {
  const documents = files.flatMap((file) =>
    readYaml(readFileSync(join(corpora, tool, file), 'utf8')).documents.map(({ value }) => value as Raw),
  );
  const content = completed(documents.map(withNames))
    .map((document) => JSON.stringify(document))
    .join('\n---\n');
  const { world, errors } = await loadWorld([{ name: id, content }], 0);
  if (errors.length > 0) throw new Error(`${errors[0]?.where}: ${errors[0]?.message}`);
  const workloads = [...workloadsLayer()(world).values()];
  if (workloads.length === 0) throw new Error(`${id} has no workload`);
  const layer = surroundingsLayer();
  return workloads.flatMap((workload) =>
    findingsOf(workload, layer.of(workload, world, defaultPolicy), checks),
  );
}

/** Many cases are fragments: without names, with an API version that is gone, with an empty item in a list. */
function withNames(document: Raw): Raw {
  const metadata = { name: 'subject', ...(document['metadata'] as Raw | null) };
  const apiVersion = document['kind'] === 'Deployment' ? 'apps/v1' : document['apiVersion'];
  return { ...document, apiVersion, metadata, spec: named(document['spec'], 'spec') };
}

function named(value: unknown, key: string): unknown {
  if (Array.isArray(value)) {
    const items = value.filter((item: unknown) => item !== null);
    return items.map((item: unknown, index) =>
      /containers$/i.test(key) ? { name: `c${index}`, ...(named(item, '') as Raw) } : named(item, ''),
    );
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, named(item, name)]));
}

const ACCOUNT = 'subject';

/**
 * Their tools judge an object by itself; here it matters by what it does to a workload. So a role gets a binding, a
 * binding the account of a pod, a ConfigMap a pod that reads it, and an Ingress a pod behind it.
 */
function completed(documents: readonly Raw[]): readonly Raw[] {
  if (documents.some(({ spec }) => isPodOrTemplate(spec))) return documents;
  const bindings = documents.filter(({ kind }) => String(kind).endsWith('Binding'));
  if (bindings.length > 0) {
    const namespace = bindings.map(namespaceOf).find((name) => name !== undefined) ?? 'default';
    return [...documents.map((document) => boundTo(document, namespace)), podIn(namespace)];
  }
  return documents.flatMap((document): readonly Raw[] => {
    const { kind } = document;
    const namespace = namespaceOf(document) ?? 'default';
    if (kind === 'Role' || kind === 'ClusterRole')
      return [document, bindingOf(document, namespace), podIn(namespace)];
    if (kind === 'ConfigMap') return [document, podIn(namespace, readingAll(nameOf(document)))];
    if (kind === 'Ingress') return [document, ...behind(document, namespace)];
    return [document];
  });
}

const isPodOrTemplate = (spec: unknown): boolean =>
  typeof spec === 'object' &&
  spec !== null &&
  ['containers', 'template', 'jobTemplate', 'volumes'].some((key) => key in spec);

const metadataOf = ({ metadata }: Raw): Raw => metadata as Raw;
const nameOf = (document: Raw): string => String(metadataOf(document)['name']);
const namespaceOf = (document: Raw): string | undefined =>
  metadataOf(document)['namespace'] as string | undefined;

/** Whoever was bound, the account is now: what is at stake is what the role allows. */
function boundTo(document: Raw, namespace: string): Raw {
  if (!String(document['kind']).endsWith('Binding')) return document;
  return { ...document, subjects: [{ kind: 'ServiceAccount', name: ACCOUNT, namespace }] };
}

function bindingOf(role: Raw, namespace: string): Raw {
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: `${String(role['kind'])}Binding`,
    metadata: { name: 'binding', namespace },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: role['kind'], name: nameOf(role) },
    subjects: [{ kind: 'ServiceAccount', name: ACCOUNT, namespace }],
  };
}

const podIn = (namespace: string, container: Raw = {}): Raw => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'subject', namespace, labels: { app: 'subject' } },
  spec: { serviceAccountName: ACCOUNT, containers: [{ name: 'main', image: 'app:1', ...container }] },
});

const readingAll = (configMap: string): Raw => ({ envFrom: [{ configMapRef: { name: configMap } }] });

interface Backends {
  readonly defaultBackend?: { readonly service?: { readonly name: string } };
  readonly rules?: readonly {
    readonly http?: {
      readonly paths: readonly { readonly backend: { readonly service?: { readonly name: string } } }[];
    };
  }[];
}

function behind(ingress: Raw, namespace: string): readonly Raw[] {
  const { defaultBackend, rules = [] } = ingress['spec'] as Backends;
  const backends = [
    defaultBackend,
    ...rules.flatMap(({ http }) => http?.paths.map(({ backend }) => backend) ?? []),
  ];
  const names = new Set(
    backends.map((backend) => backend?.service?.name).filter((name) => name !== undefined),
  );
  const services = [...names].map((name) => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace },
    spec: { selector: { app: 'subject' }, ports: [{ name: 'http', port: 80 }] },
  }));
  return [...services, podIn(namespace)];
}
