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
import { all, find, inNamespace, refOf, type Table, type Tables, textOf } from '../../world.ts';
import { namespaceLabels } from '../policies.ts';
import { gatewaySources } from './sources.ts';
import { frontOfGateway } from './classes.ts';
import type { Entrance } from './entrance.ts';
import type { Front, FrontPods } from './front.ts';
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

/** Entrances by the namespace of the Service that they lead to. */
export function gatewayEntrances(
  pods: readonly FrontPods[],
  namespaces: Tables['namespaces'],
  gatewayClasses: Tables['gatewayclasses'],
  gateways: Tables['gateways'],
  listenerSets: Tables['listenersets'],
  referenceGrants: Tables['referencegrants'],
  ...routes: readonly Table<Route>[]
): ReadonlyMap<string, readonly Entrance[]> {
  const wholes = wholesOf(gateways, gatewayClasses, listenerSets, namespaces, pods);
  const found = routes
    .flatMap((table) => [...all(table)])
    .toSorted((a, b) => (textOf(refOf(a)) < textOf(refOf(b)) ? -1 : 1))
    .flatMap((route) => entrancesOf(route, wholes, referenceGrants, namespaces));
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

/** One entrance for each Gateway that the route attaches to and each Service that it leads to. */
function entrancesOf(
  route: Route,
  gateways: readonly Whole[],
  grants: Tables['referencegrants'],
  namespaces: Tables['namespaces'],
): readonly Entrance[] {
  const backends = backendsOf(route, grants);
  return gateways.flatMap(({ gateway, front, listeners }) => {
    const through = listeners.flatMap((placed) => {
      const hosts = attachment(route, placed, namespaces);
      return hosts === undefined ? [] : [{ ...placed, hosts }];
    });
    if (through.length === 0) return [];
    const addresses = gatewaySources(gateway);
    const plain = through
      .filter(({ listener }) => listener.protocol.toUpperCase() === 'HTTP')
      .map(({ holder, listener }) => `${listener.name} of ${textOf(refOf(holder))}`);
    const own = `${doorText(gateway, through)} -> ${textOf(refOf(route))}`;
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
  const hosts = [...new Set(through.flatMap((one) => (one.hosts.length === 0 ? ['every host'] : one.hosts)))];
  return `${textOf(refOf(gateway))}:${ports.join(',')} (${hosts.slice(0, 3).join(', ')})`;
}

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
