/** The ways from outside the cluster to a pod, each as far as policies let it through. */
import type { Ingress, Ref, Service } from '../objects.ts';
import { selectsPlainly } from '../selector.ts';
import { pointer } from '../variants.ts';
import { refOf, textOf } from '../world.ts';
import { type Addresses, addressesText, allAddresses, parseAddress, publicAddresses } from './addresses.ts';
import * as intervals from './intervals.ts';
import type { Entrance } from './edge/entrance.ts';
import type { Entrances } from './edge/entrances.ts';
import type { Front } from './edge/front.ts';
import { isDecided, passOf } from './edge/passing.ts';
import { type ExposureLevel, levelOfSources } from './levels.ts';
import { admitted, backendsOf, type Source, type Target, targetsOf } from './passage.ts';
import { type Endpoint, servingContainers } from './policies.ts';
import { noPorts, portRange, type Ports, portsText, unionPorts } from './ports.ts';
import { isOpen, type Reach } from './reach.ts';
import { balancerSources, ingressSources } from './sources.ts';

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

/** What leads in to a pod from outside. */
export interface Edge {
  readonly services: readonly Service[];
  readonly ingresses: readonly Ingress[];
  readonly entrances: Entrances;
  readonly source: 'cluster' | 'files';
}

/** Those Services of a namespace that select the pod, by name. */
export function servicesOf(
  services: ReadonlyMap<string, Service>,
  labels: Endpoint['labels'],
): readonly Service[] {
  return [...services.values()]
    .filter(({ type, selector }) => type !== 'ExternalName' && selectsPlainly(selector, labels))
    .sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
}

export function waysTo(
  subject: Endpoint,
  reach: Reach,
  { services, ingresses, entrances, source }: Edge,
): readonly Way[] {
  return [
    ...services.flatMap((service) => serviceWays(subject, reach, service, source)),
    ...ingresses.flatMap((ingress) =>
      ingressWay(subject, reach, ingress, services, frontIn(entrances, ingress)),
    ),
    ...entranceWays(subject, reach, entrances.foreign, services),
    ...(subject.pod.hostNetwork === true ? [hostNetworkWay(subject)] : hostPortWays(subject, reach)),
  ];
}

function serviceWays(
  subject: Endpoint,
  reach: Reach,
  service: Service,
  source: Edge['source'],
): readonly Way[] {
  const targets = targetsOf(service, subject.pod);
  const snat = service.externalTrafficPolicy !== 'Local';
  const isBalancer = service.type === 'LoadBalancer';
  // live, a balancer without an address is none (yet): what is open are its node ports
  const pending = isBalancer && source === 'cluster' && service.loadBalancerIngress.length === 0;
  const name = `${service.metadata.namespace}/${service.metadata.name}`;
  const all: (Way | undefined)[] = [];
  const add = (kind: WayKind, path: string, from: Source, door: (t: readonly Target[]) => string) =>
    all.push(way({ kind, object: refOf(service), path }, reach, from, targets, door));
  if (isBalancer && !pending) {
    const addresses = balancerSources(service);
    add(
      'load-balancer',
      '/spec/type',
      { addresses, snat, most: 'internet' },
      (through) => `LoadBalancer ${name}:${list(through.map(({ port }) => port))}`,
    );
  }
  if (service.type === 'NodePort' || pending) {
    add('node-port', '/spec/type', { addresses: allAddresses, snat, most: 'node network' }, (through) => {
      const ports = list(through.map(({ nodePort }) => nodePort ?? '(not chosen yet)'));
      return `node port ${ports} of ${textOf(refOf(service))}`;
    });
  }
  if (service.externalIPs.length > 0) {
    const most = service.externalIPs.some(isPublic) ? 'internet' : 'node network';
    add(
      'external-ip',
      '/spec/externalIPs',
      { addresses: allAddresses, snat, most },
      (through) =>
        `external IP ${service.externalIPs.join(', ')}:${list(through.map(({ port }) => port))} of ${textOf(refOf(service))}`,
    );
  }
  return all.filter((found) => found !== undefined);
}

const isPublic = (ip: string): boolean =>
  intervals.intersection(parseAddress(ip) ?? [], publicAddresses).length > 0;

const unseen: Front = { name: 'ingress controller', place: 'unknown', pods: [] };

export const frontIn = ({ fronts }: Entrances, { metadata }: Ingress): Front =>
  fronts.get(metadata.name) ?? unseen;

function ingressWay(
  subject: Endpoint,
  reach: Reach,
  ingress: Ingress,
  services: readonly Service[],
  front: Front,
): readonly Way[] {
  const backends = backendsOf(ingress, services, subject.pod);
  const [first] = backends;
  if (first === undefined) return [];
  const targets = backends.map(({ target }) => target);
  const hosts = [...new Set(backends.map(({ host }) => host ?? 'every host'))].slice(0, 3).join(', ');
  const via = [...new Set(backends.map(({ service, target }) => `${service}:${target.port}`))];
  return passedOn(
    { kind: 'ingress', object: refOf(ingress), path: first.path },
    subject,
    reach,
    { front, addresses: ingressSources(ingress) },
    targets,
    `Ingress ${ingress.metadata.namespace}/${ingress.metadata.name} (${hosts}) -> Service ${via.join(', ')}`,
  );
}

/** One way for each door: several backends of one route may lead to the same pods. */
function entranceWays(
  subject: Endpoint,
  reach: Reach,
  entrances: readonly Entrance[],
  services: readonly Service[],
): readonly Way[] {
  const leading = entrances.flatMap((entrance) => {
    const service = services.find(({ metadata }) => metadata.name === entrance.service);
    const targets = service === undefined ? [] : targetsOf(service, subject.pod);
    const target = targets.find(({ port, name }) => [port, name, undefined].includes(entrance.port));
    return target === undefined ? [] : [{ entrance, target }];
  });
  return [...Map.groupBy(leading, ({ entrance }) => entrance.door)].flatMap(([door, through]) => {
    const [first] = through;
    if (first === undefined) return [];
    const { kind, object, path } = first.entrance;
    const via = [...new Set(through.map(({ entrance, target }) => `${entrance.service}:${target.port}`))];
    return passedOn(
      { kind, object, path },
      subject,
      reach,
      first.entrance,
      through.map(({ target }) => target),
      `${door} -> Service ${via.join(', ')}`,
    );
  });
}

/** A way that a controller passes on: policies see its pods, not the client. */
function passedOn(
  place: Place,
  { namespace }: Endpoint,
  reach: Reach,
  { front, addresses }: Pick<Entrance, 'front' | 'addresses'>,
  targets: readonly Target[],
  door: string,
): readonly Way[] {
  const from: Source = { addresses, snat: true, most: 'internet', through: 'controller' };
  if (reach.onNode || isOpen(reach) || front.place === 'unknown') {
    const found = way(place, reach, from, targets, () => door);
    const doubt = isDecided(reach, front) ? '' : '; its controller was not found';
    return found === undefined ? [] : [{ ...found, text: `${found.text}${doubt}` }];
  }
  const passes = targets.map((target) => ({
    target,
    grant: passOf(reach, namespace, front, targetPorts(target)),
  }));
  const through = passes.filter(({ grant }) => grant !== undefined);
  const grant = through[0]?.grant;
  const level = levelOfSources(addresses);
  if (grant === undefined || level === 'none') return [];
  const because = `NetworkPolicy ${grant.policy.name} allows ${grant.whom}`;
  return [
    wayOf(
      place,
      level,
      addresses,
      through.map(({ target }) => target),
      door,
      because,
    ),
  ];
}

function hostPortWays(subject: Endpoint, reach: Reach): readonly Way[] {
  return (['initContainers', 'containers'] as const).flatMap((kind) =>
    subject.pod[kind].flatMap((container, index) =>
      (servingContainers(subject.pod).includes(container) ? container.ports : []).flatMap((port, at) => {
        const { hostPort, hostIP, containerPort, protocol = 'TCP' } = port;
        if (hostPort === undefined || hostPort === 0 || isLoopback(hostIP)) return [];
        const target = { port: hostPort, protocol, number: containerPort };
        const path = pointer([kind, index, 'ports', at, 'hostPort']);
        const from: Source = { addresses: allAddresses, snat: false, most: 'node network' };
        const where =
          hostIP === undefined || hostIP === '' || /^(0\.0\.0\.0|::)$/.test(hostIP) ? 'the node' : hostIP;
        const found = way(
          { kind: 'host-port', object: 'pod', path },
          reach,
          from,
          [target],
          () => `port ${hostPort} of ${where}`,
        );
        return found ?? [];
      }),
    ),
  );
}

const isLoopback = (ip: string | undefined): boolean =>
  ip !== undefined && (ip.startsWith('127.') || ip === '::1');

function hostNetworkWay({ pod }: Endpoint): Way {
  const ports = servingContainers(pod)
    .flatMap((container) => container.ports)
    .map(({ containerPort, protocol = 'TCP' }) => targetPorts({ protocol, number: containerPort }))
    .reduce(unionPorts, noPorts);
  const declared = ports === noPorts ? 'whatever it listens on' : portsText(ports);
  return {
    kind: 'host-network',
    level: 'node network',
    object: 'pod',
    path: '/hostNetwork',
    ports,
    text: `node network -> the node's own addresses -> ${declared} -> policies do not apply there`,
  };
}

const targetPorts = ({ protocol, number }: Pick<Target, 'protocol' | 'number'>): Ports =>
  protocol === 'TCP' || protocol === 'UDP' || protocol === 'SCTP' ? portRange(protocol, number) : noPorts;

type Place = Pick<Way, 'kind' | 'object' | 'path'>;

/** @returns undefined if the policies let nothing through, or nothing is behind the door */
function way(
  place: Place,
  reach: Reach,
  from: Source,
  targets: readonly Target[],
  door: (through: readonly Target[]) => string,
): Way | undefined {
  const { level, through, because } = admitted(reach, from, targets);
  return level === 'none' ? undefined : wayOf(place, level, from.addresses, through, door(through), because);
}

function wayOf(
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

const list = (items: readonly (number | string)[]): string => [...new Set(items)].join(',');
