/**
 * The Gateway API: which routes attach to which listeners, and which Services they lead to.
 * @see https://gateway-api.sigs.k8s.io/reference/spec/
 */
import type {
  AllowedNamespaces,
  BackendReference,
  Gateway,
  Listener,
  ListenerSet,
  Namespace,
  ParentReference,
  ReferenceGrant,
  Ref,
  Route,
} from '../../objects.ts';
import { selects } from '../../selector.ts';
import { pointer } from '../../workload/variants.ts';
import { all, find, inNamespace, refOf, type Table, type Tables, textOf, type World } from '../../world.ts';
import { allAddresses } from '../addresses.ts';
import { namespaceLabels } from '../policies.ts';
import { gatewaySources } from './sources.ts';
import { frontOfGateway } from './classes.ts';
import type { Entrance } from './entrance.ts';
import { type Front, type FrontPods, unknownFront } from './front.ts';
import { commonHosts } from './hostnames.ts';

const GROUP = 'gateway.networking.k8s.io';

/** A listener, and the object in which it is written. */
interface Placed {
  readonly holder: Gateway | ListenerSet;
  readonly listener: Listener;
}

/** A Gateway with the listeners of the sets that it admits. */
interface Whole {
  readonly gateway: Gateway;
  readonly front: Front;
  readonly listeners: readonly Placed[];
}

/**
 * Entrances by the namespace of the Service that they lead to.
 *
 * @param source files without any Gateway are those of an application, whose Gateway is elsewhere: its routes count
 */
export function gatewayEntrances(
  source: World['source'],
  pods: readonly FrontPods[],
  namespaces: Tables['namespaces'],
  gatewayClasses: Tables['gatewayclasses'],
  gateways: Tables['gateways'],
  listenerSets: Tables['listenersets'],
  referenceGrants: Tables['referencegrants'],
  ...routes: readonly Table<Route>[]
): ReadonlyMap<string, readonly Entrance[]> {
  const wholes = wholesOf(gateways, gatewayClasses, listenerSets, namespaces, pods);
  const isElsewhere = source === 'files' && wholes.length === 0;
  const found = routes
    .flatMap((table) => [...all(table)])
    .toSorted((a, b) => (textOf(refOf(a)) < textOf(refOf(b)) ? -1 : 1))
    .flatMap((route) => {
      const passages = isElsewhere ? passagesElsewhere(route) : passagesOf(route, wholes, namespaces);
      return entrancesOf(route, passages, referenceGrants);
    });
  return Map.groupBy(found, ({ object }) => object.namespace);
}

function wholesOf(
  gateways: Tables['gateways'],
  gatewayClasses: Tables['gatewayclasses'],
  listenerSets: Tables['listenersets'],
  namespaces: Tables['namespaces'],
  pods: readonly FrontPods[],
): readonly Whole[] {
  const classes = inNamespace(gatewayClasses, '');
  const sets = [...all(listenerSets)];
  return [...all(gateways)].map((gateway) => {
    const attached = sets.filter(
      (set) =>
        isParent(set.parentRef, gateway, set.metadata.namespace) &&
        admits(gateway.allowedListeners?.namespaces ?? {}, 'None', gateway, set, namespaces),
    );
    return {
      gateway,
      front: frontOfGateway(gateway, classes, pods),
      listeners: [gateway, ...attached].flatMap((holder) =>
        holder.listeners.map((listener) => ({ holder, listener })),
      ),
    };
  });
}

/** How a route is reached: the Gateway in words, its listeners without TLS, who connects, and who passes it on. */
interface Passage extends Pick<Entrance, 'plain' | 'addresses' | 'front'> {
  readonly text: string;
}

/** One for each Gateway that the route attaches to. */
function passagesOf(
  route: Route,
  gateways: readonly Whole[],
  namespaces: Tables['namespaces'],
): readonly Passage[] {
  return gateways.flatMap(({ gateway, front, listeners }) => {
    const through = listeners.flatMap((placed) => {
      const hosts = attachment(route, placed, namespaces);
      return hosts === undefined ? [] : [{ ...placed, hosts }];
    });
    if (through.length === 0) return [];
    const plain = through
      .filter(({ listener }) => listener.protocol.toUpperCase() === 'HTTP')
      .map(({ holder, listener }) => `${listener.name} of ${textOf(refOf(holder))}`);
    return [{ text: doorText(gateway, through), plain, addresses: gatewaySources(gateway), front }];
  });
}

/** Nothing tells of its listeners, nor who may connect: as of a load balancer, everyone. */
function passagesElsewhere({ parentRefs, metadata, hostnames }: Route): readonly Passage[] {
  return parentRefs.flatMap(({ group = GROUP, kind = 'Gateway', name, namespace }): Passage | [] => {
    if (group !== GROUP || !['Gateway', 'ListenerSet'].includes(kind)) return [];
    return {
      text: `${kind} ${namespace ?? metadata.namespace}/${name} (${hostsText(hostnames)})`,
      plain: [],
      addresses: allAddresses,
      front: unknownFront(`a ${kind}`, `its ${kind} is not there`),
    };
  });
}

/** One entrance for each passage and each Service that the route leads to. */
function entrancesOf(
  route: Route,
  passages: readonly Passage[],
  grants: Tables['referencegrants'],
): readonly Entrance[] {
  const backends = backendsOf(route, grants);
  return passages.flatMap(({ text, plain, addresses, front }) => {
    const own = `${text} -> ${textOf(refOf(route))}`;
    // who reads of a Service need not know what there is in other namespaces, beyond what a grant of its own names
    const others = `a Gateway -> ${route.kind} of namespace ${route.metadata.namespace}`;
    return backends.map(({ service, namespace, port, shown, path }): Entrance => {
      const isOwn = namespace === route.metadata.namespace;
      return {
        kind: 'gateway',
        object: shown,
        path,
        door: isOwn ? own : others,
        plain: isOwn ? plain : plain.slice(0, 1).map(() => 'of another namespace'),
        service,
        port,
        addresses,
        front,
      };
    });
  });
}

/** `Gateway infra/public:80,443 (shop.example)`. */
function doorText(
  gateway: Gateway,
  through: readonly (Placed & { readonly hosts: readonly string[] })[],
): string {
  const ports = [...new Set(through.map(({ listener }) => listener.port))].sort((a, b) => a - b);
  const hosts = [...new Set(through.flatMap((one) => (one.hosts.length === 0 ? [EVERY_HOST] : one.hosts)))];
  return `${textOf(refOf(gateway))}:${ports.join(',')} (${hostsText(hosts)})`;
}

const EVERY_HOST = 'every host';

const hostsText = (hosts: readonly string[]): string =>
  hosts.length === 0 ? EVERY_HOST : hosts.slice(0, 3).join(', ');

/** @returns the hosts that the listener takes for the route, or undefined if it does not attach */
function attachment(
  route: Route,
  { holder, listener }: Placed,
  namespaces: Tables['namespaces'],
): readonly string[] | undefined {
  const { namespace } = route.metadata;
  const isNamed = route.parentRefs.some(
    (parent) =>
      isParent(parent, holder, namespace) &&
      (parent.sectionName === undefined || parent.sectionName === listener.name) &&
      (parent.port === undefined || parent.port === listener.port),
  );
  if (!isNamed || !takesKind(listener, route)) return undefined;
  if (!admits(listener.allowedRoutes?.namespaces ?? {}, 'Same', holder, route, namespaces)) return undefined;
  // TCP and UDP know no host names
  return ['TCPRoute', 'UDPRoute'].includes(route.kind) ? [] : commonHosts(listener.hostname, route.hostnames);
}

/** @param home the namespace of what refers */
function isParent(parent: ParentReference, { kind, metadata }: Gateway | ListenerSet, home: string): boolean {
  return (
    (parent.group ?? GROUP) === GROUP &&
    (parent.kind ?? 'Gateway') === kind &&
    parent.name === metadata.name &&
    (parent.namespace ?? home) === metadata.namespace
  );
}

/** Fails closed: an unknown `from` admits nobody. */
function admits(
  { from, selector }: AllowedNamespaces,
  otherwise: 'Same' | 'None',
  holder: Gateway | ListenerSet,
  guest: Route | ListenerSet,
  namespaces: Tables['namespaces'],
): boolean {
  const home = guest.metadata.namespace;
  switch (from ?? otherwise) {
    case 'All':
      return true;
    case 'Same':
      return home === holder.metadata.namespace;
    case 'Selector': {
      const namespace: Namespace | undefined = find(namespaces, '', home);
      return selector !== undefined && selects(selector, namespaceLabels(home, namespace?.metadata.labels));
    }
    default:
      return false;
  }
}

/** What a listener of each protocol can take. */
const kindsByProtocol: ReadonlyMap<string, readonly string[]> = new Map([
  ['HTTP', ['HTTPRoute', 'GRPCRoute']],
  ['HTTPS', ['HTTPRoute', 'GRPCRoute']],
  ['TLS', ['TLSRoute', 'TCPRoute']],
  ['TCP', ['TCPRoute']],
  ['UDP', ['UDPRoute']],
]);

function takesKind({ protocol, allowedRoutes }: Listener, { kind }: Route): boolean {
  const byProtocol = kindsByProtocol.get(protocol.toUpperCase());
  const listed = allowedRoutes?.kinds ?? [];
  // a protocol that a controller brings with it takes what the listener lists
  if (byProtocol?.includes(kind) === false) return false;
  return listed.length === 0
    ? byProtocol !== undefined
    : listed.some((one) => (one.group ?? GROUP) === GROUP && one.kind === kind);
}

interface Backend {
  readonly service: string;
  readonly namespace: string;
  readonly port: number | undefined;
  /** The place that shows it in the Service's own namespace. */
  readonly shown: Ref;
  readonly path: string;
}

/** The Services that a route leads to, mirrors too; in another namespace only where a ReferenceGrant lets it. */
function backendsOf(route: Route, grants: Tables['referencegrants']): readonly Backend[] {
  const home = route.metadata.namespace;
  const written = route.rules.flatMap(({ backendRefs, filters }, rule) => [
    ...backendRefs.map((backend, index) => ({
      backend,
      path: pointer(['spec', 'rules', rule, 'backendRefs', index]),
    })),
    ...filters.flatMap(({ requestMirror }, index) =>
      requestMirror === undefined
        ? []
        : [{ backend: requestMirror.backendRef, path: pointer(['spec', 'rules', rule, 'filters', index]) }],
    ),
  ]);
  return written.flatMap(({ backend, path }) => {
    const { group = '', kind = 'Service', namespace = home, name, port, weight } = backend;
    if (group !== '' || kind !== 'Service' || weight === 0) return [];
    if (namespace === home) return [{ service: name, namespace, port, shown: refOf(route), path }];
    const grant = grantFor(route, backend, inNamespace(grants, namespace));
    return grant === undefined ? [] : [{ service: name, namespace, port, ...grant }];
  });
}

/** The ReferenceGrant of the Service's namespace that lets the route refer to it. */
function grantFor(
  { kind, metadata }: Route,
  { name }: BackendReference,
  grants: ReadonlyMap<string, ReferenceGrant>,
): Pick<Backend, 'shown' | 'path'> | undefined {
  for (const grant of grants.values()) {
    const from = grant.from.findIndex(
      (one) => one.group === GROUP && one.kind === kind && one.namespace === metadata.namespace,
    );
    const isTo = grant.to.some(
      (to) => to.group === '' && to.kind === 'Service' && (to.name === undefined || to.name === name),
    );
    if (from >= 0 && isTo) return { shown: refOf(grant), path: pointer(['spec', 'from', from]) };
  }
  return undefined;
}
