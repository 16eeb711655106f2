/** Whether a rule matches a request, exactly as the RBAC authorizer decides it (rbac.RulesAllow upstream). */
import type { PolicyRule } from '../objects.ts';

export interface ResourceRequest {
  readonly verb: string;
  /** The API group; '' for the core one. */
  readonly group: string;
  readonly resource: string;
  readonly subresource?: string;
  /** Absent: a request on the collection, or a create. */
  readonly name?: string;
  /** Absent: across all namespaces, or a cluster-scoped resource. */
  readonly namespace?: string;
}

export interface PathRequest {
  readonly verb: string;
  readonly path: string;
}

const EVERY = '*';
const has = (list: readonly string[], item: string): boolean => list.includes(EVERY) || list.includes(item);

export function matchesResource(rule: PolicyRule, request: ResourceRequest): boolean {
  return (
    has(rule.verbs, request.verb) &&
    has(rule.apiGroups, request.group) &&
    hasResource(rule, request) &&
    hasName(rule, request)
  );
}

/** A star stands for any resource, also before a slash; after one (`pods/*`) it is only a name that nothing has. */
function hasResource({ resources }: PolicyRule, { resource, subresource = '' }: ResourceRequest): boolean {
  if (subresource === '') return has(resources, resource);
  return has(resources, `${resource}/${subresource}`) || resources.includes(`*/${subresource}`);
}

/** A request without a name matches no rule that lists names. */
function hasName({ resourceNames }: PolicyRule, { name = '' }: ResourceRequest): boolean {
  return resourceNames.length === 0 || resourceNames.includes(name);
}

export function matchesPath({ verbs, nonResourceURLs }: PolicyRule, { verb, path }: PathRequest): boolean {
  return (
    has(verbs, verb) &&
    nonResourceURLs.some(
      (url) =>
        url === EVERY || url === path || (url.endsWith('*') && path.startsWith(url.replace(/\*+$/, ''))),
    )
  );
}

/** Built-in resources that live in no namespace, as `group/resource`. */
const clusterScoped: ReadonlySet<string> = new Set([
  '/componentstatuses',
  '/groups', // only to impersonate
  '/namespaces',
  '/nodes',
  '/persistentvolumes',
  '/users',
  'admissionregistration.k8s.io/mutatingadmissionpolicies',
  'admissionregistration.k8s.io/mutatingadmissionpolicybindings',
  'admissionregistration.k8s.io/mutatingwebhookconfigurations',
  'admissionregistration.k8s.io/validatingadmissionpolicies',
  'admissionregistration.k8s.io/validatingadmissionpolicybindings',
  'admissionregistration.k8s.io/validatingwebhookconfigurations',
  'apiextensions.k8s.io/customresourcedefinitions',
  'apiregistration.k8s.io/apiservices',
  'authentication.k8s.io/groups', // these five only to impersonate
  'authentication.k8s.io/nodes',
  'authentication.k8s.io/uids',
  'authentication.k8s.io/userextras',
  'authentication.k8s.io/users',
  'authentication.k8s.io/selfsubjectreviews',
  'authentication.k8s.io/tokenreviews',
  'authorization.k8s.io/selfsubjectaccessreviews',
  'authorization.k8s.io/selfsubjectrulesreviews',
  'authorization.k8s.io/subjectaccessreviews',
  'certificates.k8s.io/certificatesigningrequests',
  'certificates.k8s.io/clustertrustbundles',
  'certificates.k8s.io/signers',
  'flowcontrol.apiserver.k8s.io/flowschemas',
  'flowcontrol.apiserver.k8s.io/prioritylevelconfigurations',
  'networking.k8s.io/ingressclasses',
  'networking.k8s.io/ipaddresses',
  'networking.k8s.io/servicecidrs',
  'node.k8s.io/runtimeclasses',
  'rbac.authorization.k8s.io/clusterrolebindings',
  'rbac.authorization.k8s.io/clusterroles',
  'resource.k8s.io/deviceclasses',
  'resource.k8s.io/devicetaintrules',
  'resource.k8s.io/resourceslices',
  'scheduling.k8s.io/priorityclasses',
  'storage.k8s.io/csidrivers',
  'storage.k8s.io/csinodes',
  'storage.k8s.io/storageclasses',
  'storage.k8s.io/volumeattachments',
  'storage.k8s.io/volumeattributesclasses',
  'storagemigration.k8s.io/storageversionmigrations',
]);

/** Of built-in resources only: what custom resources are is not known. */
export const isClusterScoped = ({ group, resource }: Pick<ResourceRequest, 'group' | 'resource'>): boolean =>
  clusterScoped.has(`${group}/${resource}`);

/**
 * The namespace whose RoleBindings count: none for cluster-scoped resources, except for a namespace itself, which is
 * in its own. `bind` is asked for the namespace of the new binding, also where the role is a ClusterRole.
 */
export function scopeOf(request: ResourceRequest): string | undefined {
  const { verb, group, resource, name, namespace } = request;
  if ((verb === 'bind' && resource === 'clusterroles') || !isClusterScoped(request)) return namespace;
  return group === '' && resource === 'namespaces' ? name : undefined;
}
