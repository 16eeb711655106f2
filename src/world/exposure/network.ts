/** Everything about a workload's network, derived from a world: its exposure, and what else the network axis reads. */
import { byReference, keyedLayer, unkeyed } from '../layer.ts';
import type { Labels, Namespace, NetworkPolicy } from '../objects.ts';
import type { Declared } from '../selection.ts';
import { find, inNamespace, type Table, type Tables, type World } from '../world.ts';
import type { Workload } from '../workloads.ts';
import { clusterWideOf, noClusterWide } from './connections.ts';
import { type Destinations, destinationsOf, placesIn, placesOf } from './destinations.ts';
import { type Entrances, entrancesLayer } from './edge/entrances.ts';
import { type Enforcement, enforcementLayer } from './enforcement.ts';
import { type Exposure, exposureOf } from './exposure.ts';
import { namespaceLabels } from './policies.ts';
import { missedBy, type StrayPolicy, strayPoliciesOf } from './stray-policies.ts';

export interface Network {
  readonly exposure: Exposure;
  /** Rules of its egress policies that lead to what no workload needs. */
  readonly destinations: Destinations;
  /** Policies that select nothing, and seem to be meant for it. */
  readonly strayPolicies: readonly StrayPolicy[];
  readonly enforcement: Enforcement;
}

export interface NetworkLayer {
  /** @param declared what the workload's namespace declares of pods */
  of(workload: Workload, world: World, declared: readonly Declared[]): Network;
  sweep(): void;
}

/** Keeps its reference while every part keeps its own. */
const combine = (
  exposure: Exposure,
  destinations: Destinations,
  strayPolicies: readonly StrayPolicy[],
  enforcement: Enforcement,
): Network => ({ exposure, destinations, strayPolicies, enforcement });

/** What all workloads of a namespace have in common. */
interface Common {
  readonly labels: Labels;
  readonly entrances: Entrances;
  readonly strays: readonly NetworkPolicy[];
  readonly enforcement: Enforcement;
}

/** @param lasting whether a workload is asked for again and again, or once */
export function networkLayer({ lasting } = { lasting: true }): NetworkLayer {
  const perWorkload = lasting ? keyedLayer : unkeyed;
  const entrances = entrancesLayer();
  const enforcement = enforcementLayer();
  const keyed = {
    labels: keyedLayer(labelsOf),
    clusterWide: keyedLayer(clusterWideOf, byReference),
    exposure: perWorkload(exposureOf),
    places: keyedLayer(placesOf),
    destinations: perWorkload(destinationsOf),
    strays: keyedLayer(strayPoliciesOf),
    strayPolicies: perWorkload(missedBy),
    combined: perWorkload(combine, byReference),
  };
  // asked for once a world and namespace, not once a workload
  let common = new Map<string, Common>();
  let places = placesOf(new Map(), new Map());
  let clusterWide = noClusterWide;
  let last: Tables | undefined;
  const commonOf = (namespace: string, tables: Tables, declared: readonly Declared[]): Common => {
    if (last !== tables) {
      last = tables;
      common = new Map();
      places = keyed.places.get('', ...placesIn(tables));
      clusterWide = keyed.clusterWide.get(
        '',
        tables.clusternetworkpolicies,
        tables.adminnetworkpolicies,
        tables.baselineadminnetworkpolicies,
        tables.nodes,
      );
    }
    let found = common.get(namespace);
    if (found === undefined) {
      const here = <T>(table: Table<T>) => inNamespace(table, namespace);
      found = {
        labels: keyed.labels.get(namespace, namespace, find(tables.namespaces, '', namespace)),
        entrances: entrances.of(namespace, tables),
        strays: keyed.strays.get(namespace, here(tables.networkpolicies), declared, here(tables.pods)),
        enforcement: enforcement.of(namespace, tables),
      };
      common.set(namespace, found);
    }
    return found;
  };
  return {
    of(workload, { tables, source }, declared) {
      const { key, ref } = workload;
      const shared = commonOf(ref.namespace, tables, declared);
      const exposure = keyed.exposure.get(
        key,
        workload,
        inNamespace(tables.networkpolicies, ref.namespace),
        inNamespace(tables.services, ref.namespace),
        inNamespace(tables.ingresses, ref.namespace),
        shared.entrances,
        shared.labels,
        source,
        clusterWide,
      );
      return keyed.combined.get(
        key,
        exposure,
        keyed.destinations.get(key, exposure, places),
        keyed.strayPolicies.get(key, workload, shared.strays),
        shared.enforcement,
      );
    },
    sweep() {
      last = undefined;
      for (const memo of Object.values(keyed)) memo.sweep();
      entrances.sweep();
      enforcement.sweep();
    },
  };
}

const labelsOf = (name: string, namespace: Namespace | undefined): Labels =>
  namespaceLabels(name, namespace?.metadata.labels);
