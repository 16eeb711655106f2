/** What surrounds each workload of one namespace by itself: all but what the rest of the cluster can do to it. */
import type { NetworkLayer } from '../exposure/network.ts';
import { alike, type Foothold, footholdOf } from '../lateral/foothold.ts';
import { forgetIn, keyedLayer, keyedParts, sameItems, unkeyed, unkeyedParts } from '../layer.ts';
import type { ConfigMap } from '../objects.ts';
import type { Workload } from '../workload/workloads.ts';
import { accountOf } from './account.ts';
import type { Ground } from './ground.ts';
import { ownerOf } from './ownership.ts';
import { sharedSecretsOf } from './secret-use.ts';
import { sharedServicesOf } from './selection.ts';
import { storageOf } from './storage.ts';
import type { Surroundings } from './surroundings.ts';
import { vulnerabilitiesOf } from './vulnerabilities.ts';

/** What surrounds a workload by what is known of it and of its namespace. */
export type Own = Omit<Surroundings, 'access' | 'escalation' | 'lateral'>;

/** The workloads of one namespace, each with its own surroundings. */
export interface Section {
  readonly workloads: ReadonlyMap<string, Workload>;
  readonly ground: Ground;
  readonly owns: ReadonlyMap<string, Own>;
  readonly footholds: readonly Foothold[];
}

/** @param lasting whether a workload is asked for again and again, or once */
export function sectionsLayer(network: NetworkLayer, lasting: boolean) {
  const perWorkload = lasting ? keyedLayer : unkeyed;
  const keyed = {
    owner: perWorkload(ownerOf),
    account: perWorkload(accountOf),
    vulnerabilities: perWorkload(vulnerabilitiesOf),
    storage: perWorkload(storageOf),
    sharedServices: perWorkload(sharedServicesOf),
    sharedSecrets: perWorkload(sharedSecretsOf),
    configMaps: perWorkload(configMapsOf),
    foothold: lasting ? keyedLayer(footholdOf, alike) : unkeyed(footholdOf),
    own: lasting ? keyedParts<Own>() : unkeyedParts<Own>(),
  };
  const groups = keyedLayer((...each: readonly Foothold[]): readonly Foothold[] => each, sameItems);
  const of = (workload: Workload, ground: Ground): Own => {
    const { key } = workload;
    const { namespace, policy, policyEngines, source, missing } = ground;
    const itsNetwork = network.of(workload, ground.network);
    return keyed.own.get(key, {
      namespace,
      policy,
      owner: keyed.owner.get(key, workload, namespace, policy),
      account: keyed.account.get(key, workload, ground.accounts),
      policyEngines,
      exposure: itsNetwork.exposure,
      network: itsNetwork,
      vulnerabilities: keyed.vulnerabilities.get(key, workload, ground.reports, ground.exploitation),
      storage: keyed.storage.get(key, workload, ground.claims, ground.volumes),
      sharedServices: keyed.sharedServices.get(key, key, ground.selection),
      sharedSecrets: keyed.sharedSecrets.get(key, key, ground.sharing),
      configMaps: keyed.configMaps.get(key, workload, ground.configMaps),
      source,
      missing,
    });
  };
  return {
    of,
    /** In small steps. @returns the section of before, if all of it is the same */
    *section(
      name: string,
      workloads: ReadonlyMap<string, Workload>,
      ground: Ground,
      before: Section | undefined,
    ): Generator<undefined, Section> {
      if (before?.workloads === workloads && before.ground === ground) return before;
      const owns = new Map<string, Own>();
      const each: Foothold[] = [];
      for (const [key, workload] of workloads) {
        yield;
        const mine = of(workload, ground);
        owns.set(key, mine);
        each.push(keyed.foothold.get(key, workload, mine.exposure, mine.vulnerabilities, mine.configMaps));
      }
      return { workloads, ground, owns, footholds: groups.get(name, ...each) };
    },
    forgetNamespaces: (names: readonly string[]) => forgetIn({ groups }, names),
    forgetWorkloads(keys: readonly string[]): void {
      forgetIn(keyed, keys);
      network.forgetWorkloads(keys);
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
