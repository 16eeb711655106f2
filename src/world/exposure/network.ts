/** Everything about a workload's network, derived from a world: its exposure, and what else the network axis reads. */
import { byReference, keyedLayer } from '../layer.ts';
import type { Declared } from '../selection.ts';
import { find, inNamespace, type World } from '../world.ts';
import type { Workload } from '../workloads.ts';
import { type Destinations, destinationsOf, placesIn, placesOf } from './destinations.ts';
import { entrancesLayer } from './edge/entrances.ts';
import { type Enforcement, enforcementLayer } from './enforcement.ts';
import { type Exposure, exposureOf } from './exposure.ts';
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

export function networkLayer(): NetworkLayer {
  const entrances = entrancesLayer();
  const enforcement = enforcementLayer();
  const keyed = {
    exposure: keyedLayer(exposureOf),
    places: keyedLayer(placesOf),
    destinations: keyedLayer(destinationsOf),
    strays: keyedLayer(strayPoliciesOf),
    strayPolicies: keyedLayer(missedBy),
    combined: keyedLayer(combine, byReference),
  };
  return {
    of(workload, { tables, source }, declared) {
      const { key, ref } = workload;
      const here = <T>(table: ReadonlyMap<string, ReadonlyMap<string, T>>) =>
        inNamespace(table, ref.namespace);
      const policies = here(tables.networkpolicies);
      const exposure = keyed.exposure.get(
        key,
        workload,
        policies,
        here(tables.services),
        here(tables.ingresses),
        entrances.of(ref.namespace, tables),
        find(tables.namespaces, '', ref.namespace),
        source,
      );
      const places = keyed.places.get('', ...placesIn(tables));
      const strays = keyed.strays.get(ref.namespace, policies, declared, here(tables.pods));
      return keyed.combined.get(
        key,
        exposure,
        keyed.destinations.get(key, exposure, places),
        keyed.strayPolicies.get(key, workload, strays),
        enforcement.of(ref.namespace, tables),
      );
    },
    sweep() {
      for (const memo of Object.values(keyed)) memo.sweep();
      entrances.sweep();
      enforcement.sweep();
    },
  };
}
