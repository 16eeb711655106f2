/** The ways from outside the cluster to a pod, each as far as policies let it through. */
import type { Ingress, Service } from '../../objects.ts';
import { selectsPlainly } from '../../selector.ts';
import { pointer } from '../../workload/variants.ts';
import { refOf, textOf } from '../../world.ts';
import { allAddresses, parseAddress, publicAddresses } from '../addresses.ts';
import * as intervals from '../intervals.ts';
import { type Source, type Target, targetsOf } from '../passage.ts';
import { type Endpoint, servingContainers } from '../policies.ts';
import { noPorts, portsText, unionPorts } from '../ports.ts';
import type { Reach } from '../reach.ts';
import type { Entrances } from './entrances.ts';
import { entranceWays, frontIn, ingressWay } from './passed-on.ts';
import { balancerSources } from './sources.ts';
import { list, targetPorts, type Way, type WayKind, way } from './way.ts';

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
