/** Walking the containers of a pod, with the place of each. */
import type { Container, PodSpec } from './objects.ts';

export type ContainerList = 'initContainers' | 'containers' | 'ephemeralContainers';

export interface Located {
  readonly container: Container;
  readonly list: ContainerList;
  readonly index: number;
}

const lists: readonly ContainerList[] = ['initContainers', 'containers', 'ephemeralContainers'];

/** Every container of every kind, in the order in which the Pod Security admission plugin visits them. */
export function containersOf(pod: PodSpec): readonly Located[] {
  let located = known.get(pod);
  if (located === undefined) known.set(pod, (located = locate(pod)));
  return located;
}

/** Nearly every check asks, and pod specs never change. */
const known = new WeakMap<PodSpec, readonly Located[]>();

function locate(pod: PodSpec): readonly Located[] {
  return lists.flatMap((list) => pod[list].map((container, index) => ({ container, list, index })));
}

export const isWindows = (pod: PodSpec): boolean => pod.os?.name === 'windows';
