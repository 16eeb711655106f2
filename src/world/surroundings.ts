/**
 * What surrounds a workload, gathered before anything is judged: a check sees this and its workload, nothing else.
 * Each part is derived from named inputs and keeps its reference while they give the same result, so an assessment
 * whose surroundings are the same object need not be made again.
 */
import type { RiskPolicy } from '../policy/policy.ts';
import { type Access, accessOf, grantsBySubject } from './access.ts';
import { type Account, accountOf } from './account.ts';
import { type Exposure, exposureOf } from './exposure.ts';
import { byReference, keyedLayer, layer } from './layer.ts';
import type { ConfigMap, Namespace } from './objects.ts';
import { type Owner, ownerOf } from './ownership.ts';
import { type Storage, storageOf } from './storage.ts';
import { type Vulnerabilities, vulnerabilitiesOf } from './vulnerabilities.ts';
import { find, inNamespace, type Missing, type World } from './world.ts';
import type { Workload } from './workloads.ts';

export interface Surroundings {
  /** The namespace's object; undefined if it is not in the world. */
  readonly namespace: Namespace | undefined;
  readonly policy: RiskPolicy;
  readonly owner: Owner;
  readonly account: Account;
  readonly access: Access;
  readonly exposure: Exposure;
  readonly vulnerabilities: Vulnerabilities;
  readonly storage: Storage;
  /** The ConfigMaps of the namespace that the workload refers to, by name. */
  readonly configMaps: ReadonlyMap<string, ConfigMap>;
  readonly source: World['source'];
  readonly missing: Missing;
}

export interface SurroundingsLayer {
  of(workload: Workload, world: World, policy: RiskPolicy): Surroundings;
  /** Forgets workloads that were not asked for since the last sweep. */
  sweep(): void;
}

/** Never changed: combines the parts, and keeps its reference while every part keeps its own. */
const combine = (
  namespace: Namespace | undefined,
  policy: RiskPolicy,
  owner: Owner,
  account: Account,
  access: Access,
  exposure: Exposure,
  vulnerabilities: Vulnerabilities,
  storage: Storage,
  configMaps: ReadonlyMap<string, ConfigMap>,
  source: World['source'],
  missing: Missing,
): Surroundings => ({
  namespace,
  policy,
  owner,
  account,
  access,
  exposure,
  vulnerabilities,
  storage,
  configMaps,
  source,
  missing,
});

export function surroundingsLayer(): SurroundingsLayer {
  const grants = layer(grantsBySubject);
  const keyed = {
    owner: keyedLayer(ownerOf),
    account: keyedLayer(accountOf),
    access: keyedLayer(accessOf),
    exposure: keyedLayer(exposureOf),
    vulnerabilities: keyedLayer(vulnerabilitiesOf),
    storage: keyedLayer(storageOf),
    configMaps: keyedLayer(configMapsOf),
    combined: keyedLayer(combine, byReference),
  };
  return {
    of(workload, { tables, source, missing }, policy) {
      const { key, ref } = workload;
      const here = <T>(table: ReadonlyMap<string, ReadonlyMap<string, T>>) =>
        inNamespace(table, ref.namespace);
      const namespace = find(tables.namespaces, '', ref.namespace);
      const account = keyed.account.get(key, workload, here(tables.serviceaccounts));
      const everyGrant = grants(
        tables.roles,
        tables.clusterroles,
        tables.rolebindings,
        tables.clusterrolebindings,
      );
      return keyed.combined.get(
        key,
        namespace,
        policy,
        keyed.owner.get(key, workload, namespace, policy),
        account,
        keyed.access.get(key, account, everyGrant),
        keyed.exposure.get(
          key,
          workload,
          here(tables.networkpolicies),
          here(tables.services),
          here(tables.ingresses),
          inNamespace(tables.namespaces, ''),
        ),
        keyed.vulnerabilities.get(key, workload, here(tables.vulnerabilityreports)),
        keyed.storage.get(
          key,
          workload,
          here(tables.persistentvolumeclaims),
          inNamespace(tables.persistentvolumes, ''),
        ),
        keyed.configMaps.get(key, workload, here(tables.configmaps)),
        source,
        missing,
      );
    },
    sweep() {
      for (const memo of Object.values(keyed)) memo.sweep();
    },
  };
}

/** The ConfigMaps that some container or volume of the workload refers to. */
function configMapsOf(
  workload: Workload,
  configMaps: ReadonlyMap<string, ConfigMap>,
): ReadonlyMap<string, ConfigMap> {
  const names = new Set<string | undefined>();
  for (const { pod } of workload.variants) {
    for (const { configMap, projected } of pod.volumes) {
      names.add(configMap?.name);
      for (const source of projected?.sources ?? []) names.add(source.configMap?.name);
    }
    for (const { env, envFrom } of [...pod.initContainers, ...pod.containers, ...pod.ephemeralContainers]) {
      for (const { configMapRef } of envFrom) names.add(configMapRef?.name);
      for (const { valueFrom } of env) names.add(valueFrom?.configMapKeyRef?.name);
    }
  }
  const found = new Map<string, ConfigMap>();
  for (const name of [...names].filter((name) => name !== undefined).sort()) {
    const configMap = configMaps.get(name);
    if (configMap !== undefined) found.set(name, configMap);
  }
  return found;
}
