/** One way from outside the cluster to a pod, and how it is told. */
import type { Ref } from '../../objects.ts';
import { type Addresses, addressesText } from '../addresses.ts';
import { type ExposureLevel, levelOfSources } from '../levels.ts';
import { admitted, type Source, type Target } from '../passage.ts';
import { noPorts, portRange, type Ports, unionPorts } from '../ports.ts';
import type { Reach } from '../reach.ts';

export type WayKind =
  | 'load-balancer'
  | 'node-port'
  | 'external-ip'
  | 'ingress'
  | 'gateway'
  | 'host-port'
  | 'host-network';

export interface Way {
  readonly kind: WayKind;
  /** Who can use it, after policies; never `none`. */
  readonly level: ExposureLevel;
  /** What opens it, and the place in that object. For the pod's own fields, relative to the pod spec. */
  readonly object: Ref | 'pod';
  readonly path: string;
  /** The ports of the pod that it leads to. */
  readonly ports: Ports;
  /** The whole way in words, from where to why the policies let it pass. */
  readonly text: string;
}

export const targetPorts = ({ protocol, number }: Pick<Target, 'protocol' | 'number'>): Ports =>
  protocol === 'TCP' || protocol === 'UDP' || protocol === 'SCTP' ? portRange(protocol, number) : noPorts;

export type Place = Pick<Way, 'kind' | 'object' | 'path'>;

/** @returns undefined if the policies let nothing through, or nothing is behind the door */
export function way(
  place: Place,
  reach: Reach,
  from: Source,
  targets: readonly Target[],
  door: (through: readonly Target[]) => string,
): Way | undefined {
  const { level, through, because } = admitted(reach, from, targets);
  return level === 'none' ? undefined : wayOf(place, level, from.addresses, through, door(through), because);
}

export function wayOf(
  place: Place,
  level: ExposureLevel,
  addresses: Addresses,
  through: readonly Target[],
  door: string,
  because: string,
): Way {
  const inside = list(through.map(({ number }) => number));
  return {
    ...place,
    level,
    ports: through.map(targetPorts).reduce(unionPorts, noPorts),
    text: `${origin(level, addresses)} -> ${door} -> port ${inside} -> ${because}`,
  };
}

function origin(level: ExposureLevel, addresses: Addresses): string {
  if (level !== 'listed peers') return level;
  return levelOfSources(addresses) === level ? addressesText(addresses) : 'addresses that a policy lists';
}

export const list = (items: readonly (number | string)[]): string => [...new Set(items)].join(',');
