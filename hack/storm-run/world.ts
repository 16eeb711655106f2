/** What the storm goes over: a cluster of a size that a second or two can compare. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dump, load as parse, loadAll } from 'js-yaml';
import { vulnerabilityCrd } from '../../test/cluster/objects.ts';
import { generate, type Load } from '../bench-run/generate.ts';
import type { KubeObject } from '../bench-run/objects.ts';
import { createAll, waitForPods } from '../bench-run/populate.ts';
import type { ControlPlane } from '../cluster/control-plane.ts';
import { root } from '../demo-run/kubectl.ts';
import { crdFile } from '../demo-run/manifests.ts';
import { type Api, ask, create } from './api.ts';

export { vulnerabilityReport } from '../../test/cluster/objects.ts';

const WORKLOADS = 60;

export interface StormWorld {
  readonly load: Load;
  readonly crds: { readonly reports: KubeObject; readonly vulnerabilities: KubeObject };
}

const manifest = (file: string) =>
  loadAll(readFileSync(join(root, 'manifests', file), 'utf8')) as readonly KubeObject[];

/** The account of the operator, with the rights that it has where it is installed, and no more. */
const account = ['namespace.yaml', 'service-account.yaml', 'cluster-role.yaml', 'role.yaml'].flatMap(
  manifest,
);

export async function makeWorld(api: Api, seed: number): Promise<StormWorld> {
  const crds = {
    reports: parse(readFileSync(crdFile, 'utf8')) as KubeObject,
    vulnerabilities: vulnerabilityCrd as KubeObject,
  };
  const load = loadOf(seed);
  for (const crd of Object.values(crds)) await create(api, crd);
  await createAll(api.connection, [...account, ...load.objects], api.signal);
  await waitForPods(api.connection, WORKLOADS, api.signal);
  return { load, crds };
}

/** Where every namespace refuses privileged pods, too little could be changed: then it is the next seed's. */
function loadOf(seed: number): Load {
  const load = generate({ workloads: WORKLOADS, pods: 1, seed });
  return load.changeable.length >= WORKLOADS / 3 ? load : loadOf(seed + 1);
}

/** What the last round has deleted comes back. */
export const replenish = (api: Api, { load }: StormWorld): Promise<void> =>
  createAll(api.connection, load.objects, api.signal);

/** A kubeconfig with which the operator takes a proxy for the API server. @returns the file */
export async function kubeconfigFor(
  server: string,
  { api, plane, folder }: { readonly api: Api; readonly plane: ControlPlane; readonly folder: string },
): Promise<string> {
  const answer = await ask(api, {
    method: 'POST',
    path: '/api/v1/namespaces/hexarisk/serviceaccounts/hexarisk/token',
    body: JSON.stringify({ spec: { expirationSeconds: 86_400 } }),
  });
  const { token } = (answer as { readonly status: { readonly token: string } }).status;
  const text = readFileSync(plane.kubeconfig, 'utf8').replaceAll(plane.server, server);
  const config = parse(text) as { readonly users: readonly object[] };
  const file = join(folder, `kubeconfig-${new URL(server).port}`);
  writeFileSync(
    file,
    dump({ ...config, users: config.users.map((user) => ({ ...user, user: { token } })) }),
    {
      mode: 0o600,
    },
  );
  return file;
}
