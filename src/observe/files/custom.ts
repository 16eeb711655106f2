/**
 * Custom resources that declare pods (a Rollout, a Knative Service, a Sandbox). In a cluster they are known by the
 * ReplicaSets or pods that their controllers make; files have to be read as if these were there.
 */
import { apiGroupOf } from '../../world/world.ts';
import { isRecord } from '../shapes/shape.ts';

/** Where such resources keep a pod template. */
const places = [
  ['template'],
  ['podTemplate'],
  ['jobTemplate', 'spec', 'template'],
  ['jobTargetRef', 'template'],
] as const;

/** @returns a ReplicaSet of the object's pods that the object owns; undefined if it declares none */
export function replicaSetOf(object: Readonly<Record<string, unknown>>): Record<string, unknown> | undefined {
  const { apiVersion, kind, metadata, spec } = object;
  const group = apiGroupOf(String(apiVersion));
  // groups without a dot are of Kubernetes itself: what of them runs pods is known
  if (!group.includes('.') || !isRecord(metadata)) return undefined;
  const template = places.map((place) => at(spec, place)).find(isPodTemplate);
  if (template === undefined) return undefined;
  const { name, namespace, ownerReferences } = metadata;
  // what another object made is told by that one
  if (Array.isArray(ownerReferences) && ownerReferences.some((owner) => at(owner, ['controller']) === true))
    return undefined;
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      // of no other object
      name: `${String(kind)}.${group}-${String(name)}`.toLowerCase(),
      namespace,
      ownerReferences: [{ apiVersion, kind, name, uid: '', controller: true }],
    },
    spec: { template },
  };
}

const at = (value: unknown, path: readonly string[]): unknown =>
  path.reduce((inner: unknown, key) => (isRecord(inner) ? inner[key] : undefined), value);

/** Many resources have a `template` of something else, or only name what is to be changed in a container of theirs. */
const isPodTemplate = (value: unknown): boolean => {
  const containers = at(value, ['spec', 'containers']);
  return (
    Array.isArray(containers) &&
    containers.length > 0 &&
    containers.every((container) => typeof at(container, ['image']) === 'string')
  );
};
