/** What an object of a file is: of which resource, in a version that is read, or of another kind. */
import { apiGroupOf, type Resource, resources, textOf } from '../../world/world.ts';
import { resourceInfos } from '../resources.ts';
import { isRecord } from '../shapes/shape.ts';

/** An object as it was written. */
export type Raw = Record<string, unknown>;

/** Kinds of unlike groups share a name: the two NetworkPolicies. */
const byKind: ReadonlyMap<string, readonly Resource[]> = Map.groupBy(
  resources,
  (resource) => resourceInfos[resource].kind,
);
/** Groups that served a kind before its present one did; what they hold is read in the same way. */
const formerGroups: ReadonlySet<string> = new Set([
  'extensions',
  'apps',
  'policy',
  'networking.k8s.io',
  'batch',
]);

/** What people write, and the group in which a cluster stores it. */
const groupAliases: ReadonlyMap<string, string> = new Map([['projectcalico.org', 'crd.projectcalico.org']]);

export type Kind =
  | { readonly is: 'read' | 'of unknown version'; readonly resource: Resource }
  /** Of a group of Kubernetes itself that has no such kind: the API server refuses it. */
  | { readonly is: 'of wrong group' }
  | { readonly is: 'other' };

export function kindOf(object: Raw): Kind {
  const resource = resourceOf(object);
  if (resource !== undefined)
    return { is: isKnownVersion(object, resource) ? 'read' : 'of unknown version', resource };
  const isKnownElsewhere = byKind.has(String(object['kind']));
  const isRefused = isKnownElsewhere && isOfKubernetes(apiGroupOf(String(object['apiVersion'])));
  return { is: isRefused ? 'of wrong group' : 'other' };
}

function resourceOf({ kind, apiVersion }: Raw): Resource | undefined {
  const given = apiGroupOf(String(apiVersion));
  const group = groupAliases.get(given) ?? given;
  return byKind.get(String(kind))?.find((resource) => {
    const expected = apiGroupOf(resourceInfos[resource].apiVersion);
    return group === expected || (formerGroups.has(group) && formerGroups.has(expected));
  });
}

/** Newer than what is known, by its version: its fields may mean something else. */
function isKnownVersion({ apiVersion }: Raw, resource: Resource): boolean {
  const { apiVersion: read, olderVersions, optional } = resourceInfos[resource];
  if (apiGroupOf(String(apiVersion)) !== apiGroupOf(read)) return true;
  // those that every cluster has went from alpha over beta to v1, and are read alike; CronJobs began elsewhere
  return optional
    ? [read, ...olderVersions].includes(String(apiVersion))
    : /(^|\/)v1((alpha|beta)\d+)?$|^batch\/v2alpha1$/.test(String(apiVersion));
}

/** A custom resource must be of a group with a dot, and needs approval to be of one below `k8s.io`. */
const isOfKubernetes = (group: string): boolean => !group.includes('.') || group.endsWith('.k8s.io');

/** As the API server would hold it: in the version that is read, and in a namespace if it belongs into one. */
export function placed(object: Raw, resource: Resource): Raw {
  const { apiVersion, namespaced } = resourceInfos[resource];
  const { metadata } = object;
  if (!isRecord(metadata)) return { ...object, apiVersion };
  return { ...object, apiVersion, metadata: { ...metadata, namespace: namespaced ? homeOf(metadata) : '' } };
}

/** What is no text at all is left to the shape, which says so. */
function homeOf({ namespace }: Raw): unknown {
  return namespace === undefined || namespace === null || namespace === '' ? 'default' : namespace;
}

/** What to call an object of a namespace in messages, whatever it is. */
export function nameIn({ apiVersion, kind, metadata }: Raw): string {
  const { name = '', ...rest } = isRecord(metadata) ? metadata : {};
  return textOf({
    apiVersion: String(apiVersion),
    kind: String(kind),
    namespace: String(homeOf(rest)),
    name: String(name),
  });
}
