/** What is watched, and how each kind is projected to its slim form: one entry per resource. */
import type * as slim from '../world/objects.ts';
import type { Resource, Tables } from '../world/world.ts';
import { binding, role, serviceAccount } from './shapes/access.ts';
import { configMap, vulnerabilityReport } from './shapes/evidence.ts';
import { head } from './shapes/metadata.ts';
import { endpointSlice, ingress, networkPolicy, service } from './shapes/network.ts';
import { node, persistentVolume, persistentVolumeClaim } from './shapes/node.ts';
import { object, type Shape } from './shapes/shape.ts';
import { controller, cronJob, pod } from './shapes/workload.ts';

type Item<R extends Resource> =
  Tables[R] extends ReadonlyMap<string, ReadonlyMap<string, infer T>> ? T : never;

export interface ResourceInfo<T> {
  readonly apiVersion: string;
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
  { namespaced = true, optional: isOptional = false } = {},
): ResourceInfo<T> => ({ apiVersion, kind, namespaced, optional: isOptional, project });

const cluster = { namespaced: false };
const RBAC = 'rbac.authorization.k8s.io/v1';

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
  services: entry('v1', 'Service', service),
  endpointslices: entry('discovery.k8s.io/v1', 'EndpointSlice', endpointSlice),
  ingresses: entry('networking.k8s.io/v1', 'Ingress', ingress),
  persistentvolumeclaims: entry('v1', 'PersistentVolumeClaim', persistentVolumeClaim),
  persistentvolumes: entry('v1', 'PersistentVolume', persistentVolume, cluster),
  configmaps: entry('v1', 'ConfigMap', configMap),
  // since Kubernetes 1.30
  validatingadmissionpolicybindings: entry(
    'admissionregistration.k8s.io/v1',
    'ValidatingAdmissionPolicyBinding',
    object<slim.AdmissionPolicyBinding>(head),
    { namespaced: false, optional: true },
  ),
  vulnerabilityreports: entry('aquasecurity.github.io/v1alpha1', 'VulnerabilityReport', vulnerabilityReport, {
    optional: true,
  }),
};

/** The path under which the API server lists a resource in all namespaces. */
export function pathOf(resource: Resource): string {
  const { apiVersion } = resourceInfos[resource];
  return `${apiVersion.includes('/') ? '/apis' : '/api'}/${apiVersion}/${resource}`;
}
