/** Where an intruder would like to connect to, and which rules of the workload's policies lead there. */
import { inNamespace, type Tables } from '../world.ts';
import type { EndpointSlice, Node } from '../objects.ts';
import { type Addresses, breadthOf, parseAddress } from './addresses.ts';
import type { Exposure } from './exposure.ts';
import * as intervals from './intervals.ts';
import { hasPort } from './ports.ts';
import type { Grant } from './reach.ts';

/** Where they are, as far as the cluster tells. */
export interface Places {
  readonly nodes: Addresses;
  readonly apiServer: Addresses;
  readonly apiServerPorts: readonly number[];
}

export interface Destinations {
  /** One for each variant; of grants that lead out only, empty where no policy isolates for egress. */
  readonly variants: readonly {
    readonly kubelets: readonly Grant[];
    readonly apiServer: readonly Grant[];
  }[];
}

const KUBELET = 10250;
/** Where API servers listen, where their own endpoints do not say. */
const API_SERVER = [443, 6443];

/** The inputs of `placesOf`. */
export const placesIn = (tables: Tables): Parameters<typeof placesOf> => [
  inNamespace(tables.nodes, ''),
  inNamespace(tables.endpointslices, 'default'),
];

export function placesOf(
  nodes: ReadonlyMap<string, Node>,
  slices: ReadonlyMap<string, EndpointSlice>,
): Places {
  const own = [...slices.values()].filter(({ service }) => service === 'kubernetes');
  const listening = own.flatMap(({ ports }) => ports.flatMap(({ port }) => port ?? []));
  return {
    nodes: set([...nodes.values()].flatMap(({ addresses }) => addresses.map(({ address }) => address))),
    apiServer: set(own.flatMap(({ endpoints }) => endpoints.flatMap(({ addresses }) => addresses))),
    apiServerPorts: listening.length === 0 ? API_SERVER : [...new Set(listening)],
  };
}

const set = (addresses: readonly string[]): Addresses =>
  intervals.canonical(addresses.flatMap((address) => parseAddress(address) ?? []));

export function destinationsOf(
  { variants }: Exposure,
  { nodes, apiServer, apiServerPorts }: Places,
): Destinations {
  return {
    variants: variants.map(({ egress: { grants } }) => ({
      kubelets: grants.filter((grant) => hasPort(grant.ports, 'TCP', KUBELET) && leadsTo(grant, nodes)),
      apiServer: grants.filter(
        (grant) =>
          apiServerPorts.some((port) => hasPort(grant.ports, 'TCP', port)) && leadsTo(grant, apiServer),
      ),
    })),
  };
}

/** Where the place is not known, it is somewhere in a private network. */
function leadsTo({ addresses }: Grant, place: Addresses): boolean {
  return place.length === 0
    ? ['public', 'private'].includes(breadthOf(addresses))
    : intervals.intersection(addresses, place).length > 0;
}
