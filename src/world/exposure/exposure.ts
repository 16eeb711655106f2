/**
 * Who can open a connection to a workload, and where it can connect to: the policies that select its pods, and the
 * ways in from outside. Reads what its own namespace holds, and of others only what leads in here, so that it is
 * derived again only when that changes.
 *
 * The folder, from the bottom up: intervals, ports, addresses and flows are the set algebra (new values, one form for
 * each set); policies says what one NetworkPolicy means; connections answers for a pair; reach answers for a pod and
 * every peer at once, by region; groups asks it once for pods that are alike. passage and edge/ add what leads in from
 * outside.
 */
import type { Ingress, Labels, NetworkPolicy, Service } from '../objects.ts';
import { isEmptySelector } from '../selector.ts';
import type { Variant } from '../workload/variants.ts';
import { refOf, textOf, type World } from '../world.ts';
import type { Workload } from '../workload/workloads.ts';
import { noAddresses } from './addresses.ts';
import { type ClusterWide, noClusterWide } from './connections.ts';
import type { Entrance } from './edge/entrance.ts';
import type { Entrances } from './edge/entrances.ts';
import { leadsTo } from './edge/manual-endpoints.ts';
import { frontIn } from './edge/passed-on.ts';
import { isDecided } from './edge/passing.ts';
import type { Way } from './edge/way.ts';
import { servicesOf, waysTo } from './edge/ways.ts';
import { isolationOf } from './groups.ts';
import { type ExposureLevel, widest } from './levels.ts';
import { type Direction, type Endpoint, isolates } from './policies.ts';
import { levelOfReach, type Reach } from './reach.ts';

export interface Exposure {
  /** The widest of its variants. */
  readonly level: ExposureLevel;
  /** One for each variant of the workload, in their order. */
  readonly variants: readonly VariantExposure[];
  /** The policies that select the workload's pods and isolate them for ingress, and for egress. */
  readonly ingressPolicies: readonly NetworkPolicy[];
  readonly egressPolicies: readonly NetworkPolicy[];
  /** Some policy of the namespace isolates whatever pod comes for ingress. */
  readonly hasDefaultDeny: boolean;
  /** The Services that lead to the workload's pods. */
  readonly services: readonly Service[];
  /** The Ingresses of the namespace that lead to one of them. */
  readonly ingresses: readonly Ingress[];
  /** Gateways, and Ingresses of other namespaces, that do. */
  readonly entrances: readonly Entrance[];
  /** What decides who can connect and is not known, in words. */
  readonly doubts: readonly string[];
}

export interface VariantExposure {
  readonly level: ExposureLevel;
  readonly ingress: Reach;
  readonly egress: Reach;
  readonly ways: readonly Way[];
}

/**
 * @param policies and the other maps: what the workload's namespace holds, by name
 * @param labelsOfHome the labels of that namespace as selectors see them
 */
export function exposureOf(
  workload: Workload,
  policies: ReadonlyMap<string, NetworkPolicy>,
  services: ReadonlyMap<string, Service>,
  ingresses: ReadonlyMap<string, Ingress>,
  entrances: Entrances,
  labelsOfHome: Labels,
  source: World['source'],
  clusterWide: ClusterWide = noClusterWide,
): Exposure {
  const home = workload.ref.namespace;
  const parts = workload.variants.map((variant) => {
    const subject: Endpoint = {
      namespace: home,
      namespaceLabels: labelsOfHome,
      labels: variant.labels,
      pod: variant.pod,
      addresses: noAddresses,
    };
    const manual = entrances.manual.filter((one) => leadsTo(one, variant.labels));
    const selecting = [...servicesOf(services, variant.labels), ...manual.map(({ service }) => service)];
    const names = new Set(selecting.map(({ metadata }) => metadata.name));
    const foreign = entrances.foreign.filter(({ service }) => names.has(service));
    const leading = leadingTo(ingresses, names);
    const isolation = (direction: Direction) => isolationOf(policies, clusterWide, direction, subject);
    const { policies: ingressPolicies, reach: ingress } = isolation('ingress');
    const { policies: egressPolicies, reach: egress } = isolation('egress');
    const edge = { services: selecting, ingresses: leading, entrances, source };
    const ways = waysTo(subject, ingress, edge);
    const fronts = [
      ...leading.map((one) => ({ ref: refOf(one), front: frontIn(entrances, one) })),
      ...foreign.map(({ object, front }) => ({ ref: object, front })),
    ].filter(({ front }) => !isDecided(ingress, front));
    return {
      exposure: {
        level: widest([levelOfReach(ingress), ...ways.map(({ level }) => level)]),
        ingress,
        egress,
        ways,
      },
      selecting,
      leading,
      foreign,
      doubts: fronts.map(({ ref, front }) => `who passes on what ${textOf(ref)} lets in: ${front.why}`),
      ingressPolicies,
      egressPolicies,
    };
  });
  const [only] = parts;
  const distinct = <T>(of: (part: (typeof parts)[number]) => readonly T[]) =>
    only !== undefined && parts.length === 1 ? of(only) : [...new Set(parts.flatMap(of))];
  return {
    level: widest(parts.map(({ exposure }) => exposure.level)),
    variants: parts.map(({ exposure }) => exposure),
    ingressPolicies: distinct((part) => part.ingressPolicies),
    egressPolicies: distinct((part) => part.egressPolicies),
    hasDefaultDeny: policies
      .values()
      .some((policy) => isolates(policy, 'ingress') && isEmptySelector(policy.podSelector)),
    services: distinct((part) => part.selecting),
    ingresses: distinct((part) => part.leading),
    entrances: distinct((part) => part.foreign),
    doubts: distinct((part) => part.doubts),
  };
}

/** The exposure of one variant of the workload that it was derived for. */
export function exposureAt(
  { variants }: Exposure,
  workload: Workload,
  variant: Variant,
): VariantExposure | undefined {
  return variants[workload.variants.indexOf(variant)];
}

/** The Ingresses that name one of the Services, by name. */
function leadingTo(ingresses: ReadonlyMap<string, Ingress>, names: ReadonlySet<string>): readonly Ingress[] {
  const leads = ({ service }: NonNullable<Ingress['defaultBackend']>) =>
    service !== undefined && names.has(service.name);
  return [...ingresses.values()]
    .filter(
      ({ rules, defaultBackend }) =>
        (defaultBackend !== undefined && leads(defaultBackend)) ||
        rules.some(({ paths }) => paths.some(({ backend }) => leads(backend))),
    )
    .sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
}
