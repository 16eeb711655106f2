/** What is behind a door from outside, and which of it policies let connections through to. */
import type { Ingress, PodSpec, Service } from '../objects.ts';
import { pointer } from '../workload/variants.ts';
import { type Addresses, breadthOf, privateAddresses } from './addresses.ts';
import { addressesUsing } from './flows.ts';
import * as intervals from './intervals.ts';
import { type ExposureLevel, isWider, levelOfSources, narrower, widest } from './levels.ts';
import { namedPorts } from './policies.ts';
import { isProtocol, overlapPorts, type Ports, portRange } from './ports.ts';
import { type Grant, isOpen, type Reach } from './reach.ts';

/** One port of a door: the number outside, and the port of the pod behind it. */
export interface Target {
  readonly port: number;
  readonly nodePort?: number | undefined;
  readonly name?: string | undefined;
  readonly protocol: string;
  readonly number: number;
}

/** The ports of a Service that lead to the pod: a name that none of its containers has leads nowhere. */
export function targetsOf({ ports }: Service, pod: PodSpec): readonly Target[] {
  return ports.flatMap(({ name, port, protocol = 'TCP', targetPort, nodePort }) => {
    const number =
      typeof targetPort === 'string' ? namedPorts(pod, protocol, targetPort)[0] : targetPort || port;
    return number === undefined ? [] : { name, port, nodePort, protocol, number };
  });
}

/** A rule of an Ingress that leads to the pod. */
export interface Backend {
  readonly path: string;
  readonly host: string | undefined;
  readonly service: string;
  readonly target: Target;
}

/** @param services those that select the pod */
export function backendsOf(
  { rules, defaultBackend }: Ingress,
  services: readonly Service[],
  pod: PodSpec,
): readonly Backend[] {
  const written = [
    { backend: defaultBackend, host: undefined, path: '/spec/defaultBackend/service' },
    ...rules.flatMap(({ host, paths }, rule) =>
      paths.map(({ backend }, index) => ({
        backend,
        host,
        path: pointer(['spec', 'rules', rule, 'http', 'paths', index, 'backend', 'service']),
      })),
    ),
  ];
  return written.flatMap(({ backend, host, path }) => {
    const service = services.find(({ metadata }) => metadata.name === backend?.service?.name);
    if (service === undefined) return [];
    const asked = backend?.service?.port;
    // some controllers also take the number of the pod's port
    const target = targetsOf(service, pod).find(
      ({ port, name, number }) => asked === undefined || [port, name, number].includes(asked),
    );
    return target === undefined
      ? []
      : { path, host: host || undefined, service: service.metadata.name, target };
  });
}

/** From where connections come to a door. */
export interface Source {
  readonly addresses: Addresses;
  /** They may arrive with the address of a node instead (kube-proxy, for `externalTrafficPolicy: Cluster`). */
  readonly snat: boolean;
  /** The widest that the door can be, whatever the policies say. */
  readonly most: ExposureLevel;
  /** An ingress controller's pods pass them on. */
  readonly through?: 'controller';
}

export interface Passage {
  readonly level: ExposureLevel;
  readonly through: readonly Target[];
  /** Why the policies let it pass. */
  readonly because: string;
}

/** The widest that the policies let in at any of the targets, and the targets where they do. */
export function admitted(reach: Reach, source: Source, targets: readonly Target[]): Passage {
  const each = targets.map((target) => ({ target, ...admittedAt(reach, source, portsOfTarget(target)) }));
  const level = widest(each.map((passage) => passage.level));
  const through = each.filter((passage) => passage.level === level);
  return {
    level,
    through: through.map(({ target }) => target),
    because: through[0]?.because ?? '',
  };
}

const portsOfTarget = ({ protocol, number }: Target): Ports =>
  portRange(isProtocol(protocol) ? protocol : 'TCP', number);

interface Admitted {
  readonly level: ExposureLevel;
  readonly because: string;
}

function admittedAt(reach: Reach, source: Source, ports: Ports): Admitted {
  const unhindered = narrower(levelOfSources(source.addresses), source.most);
  if (reach.onNode) return { level: unhindered, because: "policies do not apply to the node's network" };
  if (isOpen(reach)) return { level: unhindered, because: 'no policy selects it' };
  return source.through === 'controller'
    ? throughController(reach, ports, unhindered)
    : throughDoor(reach, ports, source, unhindered);
}

/** Connections keep their address, or have a node's: both must be asked for. */
function throughDoor(reach: Reach, ports: Ports, source: Source, unhindered: ExposureLevel): Admitted {
  const allowed = addressesUsing(reach.outside, ports);
  const kept = narrower(levelOfSources(intervals.intersection(allowed, source.addresses)), source.most);
  const asNode = intervals.intersection(allowed, privateAddresses);
  const hidden =
    source.snat && breadthOf(asNode) === 'private' ? narrower('node network', unhindered) : 'none';
  const level = isWider(hidden, kept) ? hidden : kept;
  const grant = reach.grants.find((one) => one.addresses.length > 0 && overlapPorts(one.ports, ports));
  return { level, because: allowedBy(grant) };
}

/** A controller runs as pods of the cluster, on the nodes' network, or outside it: whichever the policies allow. */
function throughController(reach: Reach, ports: Ports, unhindered: ExposureLevel): Admitted {
  const grant = reach.grants.find(
    ({ scope, addresses, ingressController, ports: open }) =>
      overlapPorts(open, ports) &&
      (scope === 'everyone' ||
        scope === 'cluster' ||
        ingressController ||
        ['public', 'private'].includes(breadthOf(addresses))),
  );
  // peers that are listed may be the controller or not; that they are listed says reachOf
  return { level: grant === undefined ? 'none' : unhindered, because: allowedBy(grant) };
}

const allowedBy = (grant: Grant | undefined): string =>
  grant === undefined
    ? 'no policy allows it'
    : `${grant.policy.kind} ${grant.policy.name} allows ${grant.whom}`;
