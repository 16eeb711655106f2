/** What the checks of the family `exposure` share: the weight of each level, and how a way becomes a finding. */
import { type ExposureLevel, isWider } from '../../world/exposure/levels.ts';
import type { Way, WayKind } from '../../world/exposure/edge/way.ts';
import type { VariantExposure } from '../../world/exposure/exposure.ts';
import { exposureAt } from '../../world/exposure/exposure.ts';
import type { Service } from '../../world/objects.ts';
import { refOf } from '../../world/world.ts';
import type { Surroundings } from '../../world/surroundings/surroundings.ts';
import { pointer, type Variant } from '../../world/workload/variants.ts';
import type { Workload } from '../../world/workload/workloads.ts';
import type { Found, PatchOperation, Remediation } from '../check.ts';

/** How much being open to each of them helps an attacker in: the wider, the sooner somebody tries. */
export const exposureWeights: Readonly<Record<ExposureLevel, number>> = {
  internet: 0.8,
  'node network': 0.5,
  cluster: 0.4,
  namespace: 0.25,
  'listed peers': 0.1,
  none: 0,
};

const who: Readonly<Record<ExposureLevel, string>> = {
  internet: 'anyone on the internet can connect',
  'node network': "whoever is on the nodes' network can connect",
  cluster: 'every pod of the cluster can connect',
  namespace: 'every pod of the namespace can connect',
  'listed peers': 'listed peers can connect',
  none: 'nobody can connect',
};

/** The exposure of the variant, or what it is for the only one. */
export const exposureIn = (
  variant: Variant,
  workload: Workload,
  { exposure }: Surroundings,
): VariantExposure | undefined => exposureAt(exposure, workload, variant);

/** Finds the ways of one kind. A way of an object that opens to several variants alike is told once. */
export function waysOf(
  kind: WayKind,
  remedy: (way: Way, around: Surroundings, variant: Variant) => Remediation,
): (variant: Variant, workload: Workload, around: Surroundings) => readonly Found[] {
  return (variant, workload, around) =>
    (exposureIn(variant, workload, around)?.ways ?? [])
      .filter((way) => way.kind === kind && (way.object === 'pod' || isTold(way, variant, workload, around)))
      .map((way) => ({
        weight: exposureWeights[way.level],
        message: `${who[way.level]}: ${way.text}`,
        evidence: [
          way.object === 'pod'
            ? { object: variant.ref, path: `${variant.at()}${way.path}` }
            : { object: way.object, path: way.path },
        ],
        remediation: remedy(way, around, variant),
      }));
}

/** Of the variants that an object opens to, the first of those with the widest level tells it. */
function isTold(way: Way, variant: Variant, workload: Workload, { exposure }: Surroundings): boolean {
  const own = workload.variants.indexOf(variant);
  return exposure.variants.every(({ ways }, index) =>
    ways.every(
      (other) =>
        index === own ||
        !isSameDoor(way, other) ||
        isWider(way.level, other.level) ||
        (way.level === other.level && own < index),
    ),
  );
}

const isSameDoor = (a: Way, b: Way): boolean =>
  a.kind === b.kind &&
  a.object !== 'pod' &&
  b.object !== 'pod' &&
  a.object.kind === b.object.kind &&
  a.object.name === b.object.name;

/** The Service that opens a way. */
export const serviceOf = ({ object }: Way, { exposure }: Surroundings): Service | undefined =>
  exposure.services.find(({ metadata }) => object !== 'pod' && metadata.name === object.name);

/** What the API server refuses on a Service that is neither NodePort nor LoadBalancer. */
const onlyOutside = [
  'externalTrafficPolicy',
  'healthCheckNodePort',
  'loadBalancerClass',
  'allocateLoadBalancerNodePorts',
] as const satisfies readonly (keyof Service)[];

const SOURCE_RANGES = 'service.beta.kubernetes.io/load-balancer-source-ranges';

/** Makes a Service reachable inside the cluster only, and takes away what that type may not have. */
export function toClusterIP(service: Service): readonly PatchOperation[] {
  const object = refOf(service);
  const { ports, loadBalancerSourceRanges, metadata } = service;
  const removals = [
    ...ports.flatMap(({ nodePort }, index) =>
      nodePort === undefined ? [] : pointer(['spec', 'ports', index, 'nodePort']),
    ),
    ...onlyOutside.flatMap((field) => (service[field] === undefined ? [] : pointer(['spec', field]))),
    ...(loadBalancerSourceRanges.length === 0 ? [] : ['/spec/loadBalancerSourceRanges']),
    ...(SOURCE_RANGES in metadata.annotations ? [pointer(['metadata', 'annotations', SOURCE_RANGES])] : []),
  ];
  return [
    { object, op: 'replace', path: '/spec/type', value: 'ClusterIP' },
    ...removals.map((path): PatchOperation => ({ object, op: 'remove', path })),
  ];
}

/** A Service inside the cluster may say how traffic from outside is handled only while it has such addresses. */
export function withoutExternalIPs(service: Service): readonly PatchOperation[] {
  const object = refOf(service);
  const isInside = service.type === 'ClusterIP' && service.externalTrafficPolicy !== undefined;
  return ['/spec/externalIPs', ...(isInside ? ['/spec/externalTrafficPolicy'] : [])].map(
    (path): PatchOperation => ({ object, op: 'remove', path }),
  );
}
