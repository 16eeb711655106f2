/** Service accounts that tests act as. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dump, load } from 'js-yaml';
import { apply, kubectl, sharedControlPlane } from './harness.ts';

export interface Account {
  readonly namespace: string;
  readonly name: string;
}

/** A service account with this ClusterRole, or with none. */
export async function makeAccount({ namespace, name }: Account, clusterRole?: string): Promise<void> {
  const metadata = { namespace, name };
  const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata };
  const binding = {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: `${namespace}-${name}` },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: clusterRole },
    subjects: [{ kind: 'ServiceAccount', namespace, name }],
  };
  const items = clusterRole === undefined ? [account] : [account, binding];
  await apply(JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
}

export const tokenOf = async ({ namespace, name }: Account): Promise<string> =>
  (await kubectl('create', 'token', '-n', namespace, name)).trim();

/** They hold tokens, if only of a cluster that is gone. */
const folders: string[] = [];
after(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))));

interface Kubeconfig {
  readonly users: readonly { readonly name: string }[];
}

/** The shared control plane's kubeconfig with the account's token. */
export const kubeconfigFor = async (account: Account): Promise<string> =>
  kubeconfigWith((await sharedControlPlane()).kubeconfig, await tokenOf(account));

/** Another user's kubeconfig for the same API server. */
export async function kubeconfigWith(kubeconfig: string, token: string): Promise<string> {
  const config = load(await readFile(kubeconfig, 'utf8')) as Kubeconfig;
  const folder = await mkdtemp(join(tmpdir(), 'hexarisk-test-'));
  folders.push(folder);
  const file = join(folder, 'kubeconfig');
  const users = config.users.map(({ name }) => ({ name, user: { token } }));
  await writeFile(file, dump({ ...config, users }), { mode: 0o600 });
  return file;
}
