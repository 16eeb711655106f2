/** Fills the cluster with the load, and makes the operator's account. */
import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { dump, load as parse } from 'js-yaml';
import type { Connection } from '../../src/observe/connection.ts';
import { StatusError } from '../../src/observe/fault.ts';
import { resourceInfos } from '../../src/observe/resources.ts';
import type { ControlPlane } from '../cluster/control-plane.ts';
import { waitFor } from '../cluster/wait.ts';
import { crdFile } from '../demo-run/manifests.ts';
import type { KubeObject } from './objects.ts';
import { forEachOf } from './parallel.ts';

const API = '/apis/hexarisk.dev/v1alpha1/riskreports';
const ROLES = '/apis/rbac.authorization.k8s.io/v1';
const ACCOUNT = { namespace: 'hexarisk', name: 'hexarisk' } as const;
/** How the audit log calls the operator. */
export const OPERATOR_USER = `system:serviceaccount:${ACCOUNT.namespace}:${ACCOUNT.name}`;

/** Where objects of this kind are created. */
function pathOf({ apiVersion, kind, metadata }: KubeObject): string {
  const [plural] = Object.entries(resourceInfos).find(([, info]) => info.kind === kind) ?? [];
  const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  return metadata.namespace === undefined
    ? `${root}/${plural}`
    : `${root}/namespaces/${metadata.namespace}/${plural}`;
}

const TRIES = 5;

/** Creates; what is there already is left as it is. A busy server is asked again. */
async function create(connection: Connection, path: string, object: object): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      await connection.json({ method: 'POST', path, body: JSON.stringify(object) });
      return;
    } catch (error) {
      if (error instanceof StatusError && error.code === 409) return;
      const isFinal = error instanceof StatusError && error.code < 500 && error.code !== 429;
      if (isFinal || tries === TRIES) throw error;
      await sleep(500 * tries);
    }
  }
}

/** Kind after kind, as they come: a namespace is there before what is in it. */
export async function createAll(
  connection: Connection,
  objects: readonly KubeObject[],
  signal: AbortSignal,
): Promise<void> {
  for (const ofKind of Map.groupBy(objects, ({ kind }) => kind).values())
    await forEachOf(ofKind, async (object) => {
      signal.throwIfAborted();
      await create(connection, pathOf(object), object);
    });
}

export async function installCrd(connection: Connection, signal: AbortSignal): Promise<void> {
  const definition = parse(readFileSync(crdFile, 'utf8')) as object;
  await create(connection, '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', definition);
  const isServed = async () => (await connection.json({ path: API })) !== undefined;
  await waitFor(isServed, { what: 'the CRD to be served', timeoutMs: 30_000, signal });
}

interface Workload {
  readonly spec: { readonly replicas: number };
  readonly status?: { readonly readyReplicas?: number; readonly updatedReplicas?: number };
}

/** @returns when all pods of all Deployments run */
export async function waitForPods(connection: Connection, count: number, signal: AbortSignal): Promise<void> {
  const ask = async () => {
    // from the watch cache: etcd has enough to do
    const list = await connection.json({ path: '/apis/apps/v1/deployments?resourceVersion=0' });
    const { items } = list as { readonly items: readonly Workload[] };
    const left = items.filter(({ spec, status }) => (status?.readyReplicas ?? 0) < spec.replicas).length;
    if (items.length < count || left > 0) throw new Error(`${left} of ${items.length} do not run yet`);
    return true;
  };
  const timeoutMs = 120_000 + count * 300;
  await waitFor(ask, { what: 'all pods to run', timeoutMs, everyMs: count > 2000 ? 5000 : 2000, signal });
}

/** An account that may do what the operator needs, and a kubeconfig with its token. @returns that file */
export async function operatorKubeconfig(
  connection: Connection,
  { kubeconfig }: ControlPlane,
  file: string,
): Promise<string> {
  const { namespace, name } = ACCOUNT;
  const write = ['create', 'patch', 'delete'];
  const subjects = [{ kind: 'ServiceAccount', name, namespace }];
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name };
  const rules = [
    { apiGroups: ['*'], resources: ['*'], verbs: ['get', 'list', 'watch'] },
    { apiGroups: ['hexarisk.dev'], resources: ['riskreports'], verbs: write },
    { apiGroups: ['events.k8s.io'], resources: ['events'], verbs: ['create'] },
  ];
  await create(connection, '/api/v1/namespaces', { metadata: { name: namespace } });
  await create(connection, `/api/v1/namespaces/${namespace}/serviceaccounts`, { metadata: { name } });
  await create(connection, `${ROLES}/clusterroles`, { metadata: { name }, rules });
  await create(connection, `${ROLES}/clusterrolebindings`, { metadata: { name }, roleRef, subjects });
  const answer = await connection.json({
    method: 'POST',
    path: `/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`,
    body: JSON.stringify({ spec: { expirationSeconds: 86_400 } }),
  });
  const { token } = (answer as { readonly status: { readonly token: string } }).status;
  const config = parse(readFileSync(kubeconfig, 'utf8')) as { readonly users: readonly object[] };
  const users = config.users.map((user) => ({ ...user, user: { token } }));
  writeFileSync(file, dump({ ...config, users }), { mode: 0o600 });
  return file;
}
