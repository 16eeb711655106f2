/** What is watched, and how each kind is projected to its slim form: one entry per resource. */
import type * as slim from '../world/objects.ts';
import type { Resource, Tables } from '../world/world.ts';
import { binding, role, serviceAccount } from './shapes/access.ts';
import { configMap, vulnerabilityReport } from './shapes/evidence.ts';
import {
  adminNetworkPolicy,
  baselineAdminNetworkPolicy,
  clusterNetworkPolicy,
} from './shapes/cluster-policy.ts';
import { head } from './shapes/metadata.ts';
import { gateway, gatewayClass, listenerSet, referenceGrant, route } from './shapes/gateway.ts';
import { endpointSlice, ingress, ingressClass, networkPolicy, service } from './shapes/network.ts';
import { node, persistentVolume, persistentVolumeClaim } from './shapes/node.ts';
import { object, type Shape } from './shapes/shape.ts';
import { controller, cronJob, pod } from './shapes/workload.ts';

type Item<R extends Resource> =
  Tables[R] extends ReadonlyMap<string, ReadonlyMap<string, infer T>> ? T : never;

export interface ResourceInfo<T> {
  readonly apiVersion: string;
  /** Versions in which it has the same shape, for servers that do not serve `apiVersion`: the preferred one first. */
  readonly olderVersions: readonly string[];
  /** Only these are listed: a label selector. */
  readonly selector: string | undefined;
  readonly kind: string;
  readonly namespaced: boolean;
  /** Comes with a CRD that may not be installed: absence is normal and stays silent. */
  readonly optional: boolean;
  readonly project: Shape<T>;
}

type Infos = { readonly [R in Resource]: ResourceInfo<Item<R>> };

const entry = <T>(
  apiVersion: string,
  kind: string,
  project: Shape<T>,
  {
    namespaced = true,
    optional: isOptional = false,
    olderVersions = [],
    selector,
  }: Partial<Omit<ResourceInfo<T>, 'apiVersion' | 'kind' | 'project'>> = {},
): ResourceInfo<T> => ({
  apiVersion,
  kind,
  namespaced,
  optional: isOptional,
  olderVersions,
  selector,
  project,
});

const cluster = { namespaced: false };
const clusterWide = { namespaced: false, optional: true };
const POLICY = 'policy.networking.k8s.io';
const RBAC = 'rbac.authorization.k8s.io/v1';
const GATEWAY = 'gateway.networking.k8s.io';
const optional = { optional: true };

/** Of the Gateway API; each of `older` served the same shape before v1. */
const gatewayEntry = <T>(
  kind: string,
  project: Shape<T>,
  older: readonly string[],
  scope: { namespaced?: boolean } = {},
): ResourceInfo<T> =>
  entry(`${GATEWAY}/v1`, kind, project, {
    ...optional,
    ...scope,
    olderVersions: older.map((version) => `${GATEWAY}/${version}`),
  });

/** Policies of network plugins: that they are there is all that is read of them. */
const present = object<slim.Slim>(head);

export const resourceInfos: Infos = {
  namespaces: entry('v1', 'Namespace', object<slim.Namespace>(head), cluster),
  nodes: entry('v1', 'Node', node, cluster),
  pods: entry('v1', 'Pod', pod),
  deployments: entry('apps/v1', 'Deployment', controller),
  statefulsets: entry('apps/v1', 'StatefulSet', controller),
  daemonsets: entry('apps/v1', 'DaemonSet', controller),
  replicasets: entry('apps/v1', 'ReplicaSet', controller),
  replicationcontrollers: entry('v1', 'ReplicationController', controller),
  jobs: entry('batch/v1', 'Job', controller),
  cronjobs: entry('batch/v1', 'CronJob', cronJob),
  serviceaccounts: entry('v1', 'ServiceAccount', serviceAccount),
  roles: entry(RBAC, 'Role', role),
  clusterroles: entry(RBAC, 'ClusterRole', role, cluster),
  rolebindings: entry(RBAC, 'RoleBinding', binding),
  clusterrolebindings: entry(RBAC, 'ClusterRoleBinding', binding, cluster),
  networkpolicies: entry('networking.k8s.io/v1', 'NetworkPolicy', networkPolicy),
  clusternetworkpolicies: entry(`${POLICY}/v1beta1`, 'ClusterNetworkPolicy', clusterNetworkPolicy, {
    ...clusterWide,
    olderVersions: [`${POLICY}/v1alpha2`],
  }),
  adminnetworkpolicies: entry(`${POLICY}/v1alpha1`, 'AdminNetworkPolicy', adminNetworkPolicy, clusterWide),
  baselineadminnetworkpolicies: entry(
    `${POLICY}/v1alpha1`,
    'BaselineAdminNetworkPolicy',
    baselineAdminNetworkPolicy,
    clusterWide,
  ),
  services: entry('v1', 'Service', service),
  // those of Services with a selector say nothing that the selector does not: they would be most of them
  endpointslices: entry('discovery.k8s.io/v1', 'EndpointSlice', endpointSlice, {
    selector: 'endpointslice.kubernetes.io/managed-by!=endpointslice-controller.k8s.io',
  }),
  ingresses: entry('networking.k8s.io/v1', 'Ingress', ingress),
  ingressclasses: entry('networking.k8s.io/v1', 'IngressClass', ingressClass, cluster),
  gatewayclasses: gatewayEntry('GatewayClass', gatewayClass, ['v1beta1', 'v1alpha2'], cluster),
  gateways: gatewayEntry('Gateway', gateway, ['v1beta1', 'v1alpha2']),
  listenersets: gatewayEntry('ListenerSet', listenerSet, []),
  httproutes: gatewayEntry('HTTPRoute', route, ['v1beta1', 'v1alpha2']),
  grpcroutes: gatewayEntry('GRPCRoute', route, ['v1alpha2']),
  tlsroutes: gatewayEntry('TLSRoute', route, ['v1alpha3', 'v1alpha2']),
  tcproutes: gatewayEntry('TCPRoute', route, ['v1alpha2']),
  udproutes: gatewayEntry('UDPRoute', route, ['v1alpha2']),
  referencegrants: gatewayEntry('ReferenceGrant', referenceGrant, ['v1beta1', 'v1alpha2']),
  ciliumnetworkpolicies: entry('cilium.io/v2', 'CiliumNetworkPolicy', present, optional),
  ciliumclusterwidenetworkpolicies: entry('cilium.io/v2', 'CiliumClusterwideNetworkPolicy', present, {
    ...optional,
    ...cluster,
  }),
  'networkpolicies.crd.projectcalico.org': entry(
    'crd.projectcalico.org/v1',
    'NetworkPolicy',
    present,
    optional,
  ),
  globalnetworkpolicies: entry('crd.projectcalico.org/v1', 'GlobalNetworkPolicy', present, {
    ...optional,
    ...cluster,
  }),
  persistentvolumeclaims: entry('v1', 'PersistentVolumeClaim', persistentVolumeClaim),
  persistentvolumes: entry('v1', 'PersistentVolume', persistentVolume, cluster),
  configmaps: entry('v1', 'ConfigMap', configMap),
  vulnerabilityreports: entry(
    'aquasecurity.github.io/v1alpha1',
    'VulnerabilityReport',
    vulnerabilityReport,
    optional,
  ),
  // since Kubernetes 1.30
  validatingadmissionpolicybindings: entry(
    'admissionregistration.k8s.io/v1',
    'ValidatingAdmissionPolicyBinding',
    object<slim.AdmissionPolicyBinding>(head),
    { namespaced: false, optional: true },
  ),
};
