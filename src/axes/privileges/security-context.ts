/**
 * Reading and repairing the security context of containers. What a container says goes before what its pod says; a
 * field that neither sets has the default of Kubernetes, which is almost never the safe one.
 */
import type { Located } from '../../world/workload/containers.ts';
import { existing, type Segments } from '../../world/pod-security/places.ts';
import type { Variant } from '../../world/workload/variants.ts';
import type { Evidence, PatchOperation } from '../check.ts';

/** The field of a container that makes a check fire, or the nearest parent that exists. */
export const placeIn = (
  { ref, at }: Variant,
  { container, list, index }: Located,
  ...field: Segments
): Evidence => ({
  object: ref,
  container: container.name,
  path: at(list, index, ...existing(container, field)),
});

/** Only what is declared can be repaired: pods that differ from it come from elsewhere, and go. */
const isDeclared = ({ drifted, ref }: Variant): boolean => !drifted && !ref.name.endsWith('-*');

/**
 * Operations on the object that declares the pod. None where no repair of it would last, and none for ephemeral
 * containers, which cannot be changed.
 */
export const repair = (
  variant: Variant,
  ...operations: readonly Omit<PatchOperation, 'object'>[]
): readonly PatchOperation[] =>
  isDeclared(variant)
    ? operations
        .filter(({ path }) => !path.includes('/ephemeralContainers/'))
        .map((operation) => ({ object: variant.ref, ...operation }))
    : [];

/** Sets fields of a container's security context. */
export function setContext(
  variant: Variant,
  { container, list, index }: Located,
  fields: Readonly<Record<string, unknown>>,
): readonly PatchOperation[] {
  const path = variant.at(list, index, 'securityContext');
  if (container.securityContext === undefined) return repair(variant, { op: 'add', path, value: fields });
  return repair(
    variant,
    ...Object.entries(fields).map(([key, value]) => ({ op: 'add' as const, path: `${path}/${key}`, value })),
  );
}
