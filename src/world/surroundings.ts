/**
 * What surrounds a workload, gathered before anything is judged: a check sees this and its workload, nothing else.
 * Each part is derived from named inputs and keeps its reference while they give the same result, so an assessment
 * whose surroundings are the same object need not be made again.
 */
import type { RiskPolicy } from '../policy/policy.ts';
import type { Access } from './access.ts';
import { accessLayer, grantsLayer } from './access/layer.ts';
import { type Account, accountOf } from './account.ts';
import type { Escalation } from './escalation/escalation.ts';
import { worldEscalation } from './escalation/layer.ts';
import type { Exposure } from './exposure/exposure.ts';
import { type Network, networkLayer } from './exposure/network.ts';
import { byReference, keyedLayer, unkeyed } from './layer.ts';
import type { Lateral } from './lateral/lateral.ts';
import { type Entry, lateralLayer } from './lateral/layer.ts';
import type { ConfigMap, Namespace } from './objects.ts';
import { type Owner, ownerOf } from './ownership.ts';
import { policyEnginesOf } from './policy-engines.ts';
import { type SharedSecret, sharedSecretsOf, sharingOf } from './secret-use.ts';
import { declaredOf, declaringIn, selectionOf, type SharedService, sharedServicesOf } from './selection.ts';
import { type Storage, storageOf } from './storage.ts';
import { reportsByResource, type Vulnerabilities, vulnerabilitiesOf } from './vulnerabilities.ts';
import { find, inNamespace, type Missing, type World } from './world.ts';
import { type Workload, workloadsLayer } from './workloads.ts';

export interface Surroundings {
  /** The namespace's object; undefined if it is not in the world. */
  readonly namespace: Namespace | undefined;
  readonly policy: RiskPolicy;
  readonly owner: Owner;
  readonly account: Account;
  readonly access: Access;
  /** What the account can become, and what falls with the workload. */
  readonly escalation: Escalation;
  /** Of the cluster: they forbid more than Pod Security levels do. */
  readonly policyEngines: readonly string[];
  readonly exposure: Exposure;
  /** The exposure again, and what else the network axis reads. */
  readonly network: Network;
  /** How an intruder from outside gets to it over the network, and over whom. */
  readonly lateral: Lateral;
  readonly vulnerabilities: Vulnerabilities;
  readonly storage: Storage;
  /** The Services that select the workload together with others that are no version of it. */
  readonly sharedServices: readonly SharedService[];
  /** The Secrets that the workload gets, and others of its namespace as well. */
  readonly sharedSecrets: readonly SharedSecret[];
  /** The ConfigMaps of the namespace that the workload refers to, by name. */
  readonly configMaps: ReadonlyMap<string, ConfigMap>;
  readonly source: World['source'];
  readonly missing: Missing;
}

export interface SurroundingsLayer {
  /** All workloads of a world by key: who surrounds whom. */
  workloads(world: World): ReadonlyMap<string, Workload>;
  /**
   * What all surroundings rest on, in small steps, so that the caller may rest in between. `of` does it at once
   * if it was not done.
   */
  prepare(world: World): Iterable<undefined>;
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
  escalation: Escalation,
  policyEngines: readonly string[],
  network: Network,
  lateral: Lateral,
  vulnerabilities: Vulnerabilities,
  storage: Storage,
  sharedServices: readonly SharedService[],
  sharedSecrets: readonly SharedSecret[],
  configMaps: ReadonlyMap<string, ConfigMap>,
  source: World['source'],
  missing: Missing,
): Surroundings => ({
  namespace,
  policy,
  owner,
  account,
  access,
  escalation,
  policyEngines,
  exposure: network.exposure,
  network,
  lateral,
  vulnerabilities,
  storage,
  sharedServices,
  sharedSecrets,
  configMaps,
  source,
  missing,
});

/** @param lasting whether a workload is asked for again and again, or once */
export function surroundingsLayer({ lasting } = { lasting: true }): SurroundingsLayer {
  const grants = grantsLayer();
  const access = accessLayer(grants);
  const network = networkLayer({ lasting });
  const workloads = workloadsLayer();
  const perWorkload = lasting ? keyedLayer : unkeyed;
  const keyed = {
    owner: perWorkload(ownerOf),
    account: perWorkload(accountOf),
    policyEngines: keyedLayer(policyEnginesOf),
    reports: keyedLayer(reportsByResource, byReference),
    vulnerabilities: perWorkload(vulnerabilitiesOf),
    storage: perWorkload(storageOf),
    declared: keyedLayer(declaredOf),
    selection: keyedLayer(selectionOf),
    sharedServices: perWorkload(sharedServicesOf),
    sharing: keyedLayer(sharingOf),
    sharedSecrets: perWorkload(sharedSecretsOf),
    configMaps: perWorkload(configMapsOf),
    combined: perWorkload(combine, byReference),
  };
  const escalation = worldEscalation({ workloads, grants });
  const lateral = lateralLayer();
  /** What decides how the workload is entered. */
  const entryOf = (workload: Workload, world: World): Entry => {
    const { tables, exploitation } = world;
    const { key, ref } = workload;
    const declared = keyed.declared.get(ref.namespace, ...declaringIn(tables, ref.namespace));
    const reports = inNamespace(tables.vulnerabilityreports, ref.namespace);
    return {
      workload,
      network: network.of(workload, world, declared),
      vulnerabilities: keyed.vulnerabilities.get(
        key,
        workload,
        keyed.reports.get(ref.namespace, reports),
        exploitation,
      ),
      configMaps: keyed.configMaps.get(key, workload, inNamespace(tables.configmaps, ref.namespace)),
    };
  };
  let entries: { readonly world: World; readonly byKey: ReadonlyMap<string, Entry> } | undefined;
  /** Of all workloads, before anything is said of one: an intruder may come over any of the others. */
  function* prepare(world: World): Generator<undefined> {
    if (entries?.world === world) return;
    const byKey = new Map<string, Entry>();
    for (const [key, workload] of workloads(world)) {
      byKey.set(key, entryOf(workload, world));
      yield;
    }
    yield* lateral.update(world, byKey.values());
    entries = { world, byKey };
  }
  const entriesIn = (world: World): ReadonlyMap<string, Entry> => {
    for (const _ of prepare(world)); // to its end
    return entries?.byKey ?? new Map();
  };
  let seen: { readonly world: World; readonly policyEngines: readonly string[] } | undefined;
  const policyEnginesIn = (world: World): readonly string[] => {
    if (seen?.world !== world)
      seen = {
        world,
        policyEngines: keyed.policyEngines.get(
          '',
          workloads(world),
          inNamespace(world.tables.validatingadmissionpolicybindings, ''),
        ),
      };
    return seen.policyEngines;
  };
  return {
    workloads,
    prepare,
    of(workload, world, policy) {
      const { tables, source, missing } = world;
      const { key, ref } = workload;
      const entry = entriesIn(world).get(key) ?? entryOf(workload, world);
      const here = <T>(table: ReadonlyMap<string, ReadonlyMap<string, T>>) =>
        inNamespace(table, ref.namespace);
      const namespace = find(tables.namespaces, '', ref.namespace);
      const declaring = declaringIn(tables, ref.namespace);
      const declared = keyed.declared.get(ref.namespace, ...declaring);
      const selection = keyed.selection.get(ref.namespace, here(tables.services), declared);
      const sharing = keyed.sharing.get(ref.namespace, here(tables.serviceaccounts), ...declaring);
      const account = keyed.account.get(key, workload, here(tables.serviceaccounts));
      return keyed.combined.get(
        key,
        namespace,
        policy,
        keyed.owner.get(key, workload, namespace, policy),
        account,
        access(account, world),
        escalation.of(workload, world),
        policyEnginesIn(world),
        entry.network,
        lateral.of(workload),
        entry.vulnerabilities,
        keyed.storage.get(
          key,
          workload,
          here(tables.persistentvolumeclaims),
          inNamespace(tables.persistentvolumes, ''),
        ),
        keyed.sharedServices.get(key, key, selection),
        keyed.sharedSecrets.get(key, key, sharing),
        entry.configMaps,
        source,
        missing,
      );
    },
    sweep() {
      for (const memo of Object.values(keyed)) memo.sweep();
      network.sweep();
      lateral.sweep();
      entries = undefined;
      escalation.sweep();
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
