/** Everything about a workload's network, derived from a world: its exposure, and what else the network axis reads. */
import { byReference, forgetIn, keyedLayer, keyedParts, unkeyed } from '../layer.ts';
import type { Ingress, Labels, Namespace, NetworkPolicy, Service } from '../objects.ts';
import type { Declared } from '../surroundings/selection.ts';
import { find, inNamespace, type Table, type World } from '../world.ts';
import type { Workload } from '../workload/workloads.ts';
import { type ClusterWide, clusterWideOf } from './connections.ts';
import { type Destinations, destinationsOf, type Places, placesIn, placesOf } from './destinations.ts';
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

/** What decides over the network of the workloads of one namespace, and is the same for all of them. */
export interface NetworkGround {
  readonly labels: Labels;
  readonly policies: ReadonlyMap<string, NetworkPolicy>;
  readonly services: ReadonlyMap<string, Service>;
  readonly ingresses: ReadonlyMap<string, Ingress>;
  readonly entrances: Entrances;
  readonly strays: readonly NetworkPolicy[];
  readonly enforcement: Enforcement;
  readonly clusterWide: ClusterWide;
  readonly places: Places;
  readonly source: World['source'];
}

/** Everything keeps its reference while it is the same. */
export interface NetworkLayer {
  /** @param declared what the namespace declares of pods */
  groundOf(namespace: string, world: World, declared: readonly Declared[]): NetworkGround;
  /** @param ground of the workload's namespace */
  of(workload: Workload, ground: NetworkGround): Network;
  forgetNamespaces(names: Iterable<string>): void;
  forgetWorkloads(keys: Iterable<string>): void;
}

/** @param lasting whether a workload is asked for again and again, or once */
export function networkLayer({ lasting } = { lasting: true }): NetworkLayer {
  const perWorkload = lasting ? keyedLayer : unkeyed;
  const ofCluster = {
    clusterWide: keyedLayer(clusterWideOf, byReference),
    places: keyedLayer(placesOf),
  };
  const byNamespace = {
    entrances: entrancesLayer(),
    enforcement: enforcementLayer(),
    labels: keyedLayer(labelsOf),
    strays: keyedLayer(strayPoliciesOf),
    ground: keyedParts<NetworkGround>(),
  };
  const byWorkload = {
    exposure: perWorkload(exposureOf),
    destinations: perWorkload(destinationsOf),
    strayPolicies: perWorkload(missedBy),
    network: keyedParts<Network>(),
  };
  return {
    groundOf(namespace, world, declared) {
      const { tables, source } = world;
      const here = <T>(table: Table<T>) => inNamespace(table, namespace);
      return byNamespace.ground.get(namespace, {
        labels: byNamespace.labels.get(namespace, namespace, find(tables.namespaces, '', namespace)),
        policies: here(tables.networkpolicies),
        services: here(tables.services),
        ingresses: here(tables.ingresses),
        entrances: byNamespace.entrances.of(namespace, world),
        strays: byNamespace.strays.get(namespace, here(tables.networkpolicies), declared, here(tables.pods)),
        enforcement: byNamespace.enforcement.of(namespace, tables),
        clusterWide: ofCluster.clusterWide.get(
          '',
          tables.clusternetworkpolicies,
          tables.adminnetworkpolicies,
          tables.baselineadminnetworkpolicies,
          tables.nodes,
        ),
        places: ofCluster.places.get('', ...placesIn(tables)),
        source,
      });
    },
    of(workload, ground) {
      const { key } = workload;
      const exposure = byWorkload.exposure.get(
        key,
        workload,
        ground.policies,
        ground.services,
        ground.ingresses,
        ground.entrances,
        ground.labels,
        ground.source,
        ground.clusterWide,
      );
      return byWorkload.network.get(key, {
        exposure,
        destinations: byWorkload.destinations.get(key, exposure, ground.places),
        strayPolicies: byWorkload.strayPolicies.get(key, workload, ground.strays),
        enforcement: ground.enforcement,
      });
    },
    forgetNamespaces: (names) => forgetIn(byNamespace, names),
    forgetWorkloads: (keys) => forgetIn(byWorkload, keys),
  };
}

const labelsOf = (name: string, namespace: Namespace | undefined): Labels =>
  namespaceLabels(name, namespace?.metadata.labels);
