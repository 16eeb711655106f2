/**
 * The world: an immutable picture of what is known of the cluster, or of a set of files. Tables are maps of maps
 * (namespace, then name) that are copied on write per namespace, so that a layer can tell by reference whether
 * anything that it read has changed.
 */
import type * as slim from './objects.ts';

/** Objects of one kind: namespace ('' for cluster-scoped) -> name -> object. */
export type Table<T> = ReadonlyMap<string, ReadonlyMap<string, T>>;

/** The kinds that the world knows, by the plural name that the API uses; with its group where that is taken. */
export interface Tables {
  readonly namespaces: Table<slim.Namespace>;
  readonly nodes: Table<slim.Node>;
  readonly pods: Table<slim.Pod>;
  readonly deployments: Table<slim.Controller>;
  readonly statefulsets: Table<slim.Controller>;
  readonly daemonsets: Table<slim.Controller>;
  readonly replicasets: Table<slim.Controller>;
  readonly replicationcontrollers: Table<slim.Controller>;
  readonly jobs: Table<slim.Controller>;
  readonly cronjobs: Table<slim.Controller>;
  readonly serviceaccounts: Table<slim.ServiceAccount>;
  readonly roles: Table<slim.Role>;
  readonly clusterroles: Table<slim.Role>;
  readonly rolebindings: Table<slim.Binding>;
  readonly clusterrolebindings: Table<slim.Binding>;
  readonly networkpolicies: Table<slim.NetworkPolicy>;
  readonly clusternetworkpolicies: Table<slim.ClusterWidePolicy>;
  readonly adminnetworkpolicies: Table<slim.ClusterWidePolicy>;
  readonly baselineadminnetworkpolicies: Table<slim.ClusterWidePolicy>;
  readonly services: Table<slim.Service>;
  readonly endpointslices: Table<slim.EndpointSlice>;
  readonly ingresses: Table<slim.Ingress>;
  readonly ingressclasses: Table<slim.IngressClass>;
  readonly gatewayclasses: Table<slim.GatewayClass>;
  readonly gateways: Table<slim.Gateway>;
  readonly listenersets: Table<slim.ListenerSet>;
  readonly httproutes: Table<slim.Route>;
  readonly grpcroutes: Table<slim.Route>;
  readonly tlsroutes: Table<slim.Route>;
  readonly tcproutes: Table<slim.Route>;
  readonly udproutes: Table<slim.Route>;
  readonly referencegrants: Table<slim.ReferenceGrant>;
  readonly ciliumnetworkpolicies: Table<slim.Slim>;
  readonly ciliumclusterwidenetworkpolicies: Table<slim.Slim>;
  readonly 'networkpolicies.crd.projectcalico.org': Table<slim.Slim>;
  readonly globalnetworkpolicies: Table<slim.Slim>;
  readonly persistentvolumeclaims: Table<slim.PersistentVolumeClaim>;
  readonly persistentvolumes: Table<slim.PersistentVolume>;
  readonly configmaps: Table<slim.ConfigMap>;
  readonly validatingadmissionpolicybindings: Table<slim.AdmissionPolicyBinding>;
  readonly vulnerabilityreports: Table<slim.VulnerabilityReport>;
}

export type Resource = keyof Tables;

/** Evidence that could not be had, by resource: why, in words that say what to do. */
export type Missing = ReadonlyMap<Resource, string>;

/** What is known of exploits, by CVE: the catalogue of known exploited vulnerabilities and EPSS (0 to 1). */
export type Exploitation = ReadonlyMap<
  string,
  { readonly knownExploited?: boolean | undefined; readonly epss?: number | undefined }
>;

export interface World {
  readonly tables: Tables;
  /** Absent until such data is given: exploits are then unknown, not unlikely. */
  readonly exploitation?: Exploitation | undefined;
  /** A live cluster, or files: some evidence (pods, a load balancer's address) exists only live. */
  readonly source: 'cluster' | 'files';
  readonly missing: Missing;
  /** Whole minutes since 1970; the only clock that an assessment sees. */
  readonly nowMinute: number;
  /** How old a bare Pod or a lone Job must be, in seconds, to be reported; 0 for files. */
  readonly youngAfter: number;
}

// a record rather than a list, so that the compiler refuses a kind that is missing here
const every: Readonly<Record<Resource, true>> = {
  namespaces: true,
  nodes: true,
  pods: true,
  deployments: true,
  statefulsets: true,
  daemonsets: true,
  replicasets: true,
  replicationcontrollers: true,
  jobs: true,
  cronjobs: true,
  serviceaccounts: true,
  roles: true,
  clusterroles: true,
  rolebindings: true,
  clusterrolebindings: true,
  networkpolicies: true,
  clusternetworkpolicies: true,
  adminnetworkpolicies: true,
  baselineadminnetworkpolicies: true,
  services: true,
  endpointslices: true,
  ingresses: true,
  ingressclasses: true,
  gatewayclasses: true,
  gateways: true,
  listenersets: true,
  httproutes: true,
  grpcroutes: true,
  tlsroutes: true,
  tcproutes: true,
  udproutes: true,
  referencegrants: true,
  ciliumnetworkpolicies: true,
  ciliumclusterwidenetworkpolicies: true,
  'networkpolicies.crd.projectcalico.org': true,
  globalnetworkpolicies: true,
  persistentvolumeclaims: true,
  persistentvolumes: true,
  configmaps: true,
  validatingadmissionpolicybindings: true,
  vulnerabilityreports: true,
};

export const resources = Object.keys(every) as readonly Resource[];

const none: ReadonlyMap<string, never> = new Map<string, never>();

// every table is empty, so one empty map serves as each of them
export const emptyTables = Object.fromEntries(
  resources.map((resource) => [resource, none]),
) as unknown as Readonly<Record<Resource, Table<never>>>;

/** All objects of one namespace, by name. */
export function inNamespace<T>(table: Table<T>, namespace: string): ReadonlyMap<string, T> {
  return table.get(namespace) ?? none;
}

export function find<T>(table: Table<T>, namespace: string, name: string): T | undefined {
  return table.get(namespace)?.get(name);
}

export function* all<T>(table: Table<T>): Iterable<T> {
  for (const byName of table.values()) yield* byName.values();
}

export function refOf(object: slim.Slim): slim.Ref {
  const { apiVersion, kind, metadata } = object;
  return { apiVersion, kind, namespace: metadata.namespace, name: metadata.name };
}

/** The API group of an `apiVersion`; '' for the core group. */
export function apiGroupOf(apiVersion: string): string {
  return apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
}

/** `Kind namespace/name`, or `Kind name` for cluster-scoped objects. */
export function textOf(ref: slim.Ref): string {
  return `${ref.kind} ${ref.namespace === '' ? '' : `${ref.namespace}/`}${ref.name}`;
}
