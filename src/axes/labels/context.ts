/** What the checks of this axis ask of a workload and its surroundings. */
import type { Ref } from '../../world/objects.ts';
import type { Surroundings } from '../../world/surroundings/surroundings.ts';
import type { Variant } from '../../world/workload/variants.ts';
import type { Workload } from '../../world/workload/workloads.ts';
import type { Evidence } from '../check.ts';

/** These checks are about the workload as a whole: they speak once, on its first variant. */
export const isFirst = (variant: Variant, { variants }: Workload): boolean => variant === variants[0];

/** Where a label is missing there is nothing to point at but the metadata that should hold it. */
export const metadataOf = ({ ref }: Workload): readonly [Evidence] => [{ object: ref, path: '/metadata' }];

/** Whether the workload, its pods or its namespace have a label or an annotation under one of the keys. */
export const declares = (
  { labels, annotations, variants }: Workload,
  { namespace }: Surroundings,
  keys: readonly string[],
): boolean =>
  [
    labels,
    annotations,
    ...variants.flatMap((variant) => [variant.labels, variant.annotations]),
    namespace?.metadata.labels ?? {},
    namespace?.metadata.annotations ?? {},
  ].some((map) => keys.some((key) => Object.hasOwn(map, key) && map[key] !== ''));

/** Keeps data beyond its pods: a claim, or a mount that only a claim template of a StatefulSet can fill. */
export const keepsData = ({ variants }: Workload): boolean =>
  variants.some(({ pod }) => {
    const volumes = new Set(pod.volumes.map(({ name }) => name));
    return (
      pod.volumes.some(({ persistentVolumeClaim }) => persistentVolumeClaim !== undefined) ||
      pod.containers.some(({ volumeMounts }) => volumeMounts.some(({ name }) => !volumes.has(name)))
    );
  });

/** A Service or an Ingress lets callers from outside the cluster in. Agents on the host's network are not meant. */
export const isOpen = ({ exposure }: Surroundings): boolean =>
  exposure.variants.some(({ ways }) => ways.some(({ object }) => object !== 'pod'));

/** Namespaces of the cluster itself: what runs there is installed by the distribution. */
export const isSystem = ({ namespace }: Ref): boolean =>
  /^kube-(?:system|public|node-lease)$/.test(namespace);
