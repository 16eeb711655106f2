/** Walking the containers of a pod, with the place of each. */
import type { Container, PodSpec } from '../objects.ts';

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

/** Fields that mean nothing on Windows cannot even be set there; old pods say so by their node selector only. */
export const runsOnWindows = (pod: PodSpec): boolean =>
  isWindows(pod) || pod.nodeSelector['kubernetes.io/os'] === 'windows';

/** The containers that Linux confines; none of a Windows pod. */
export const linuxContainersOf = (pod: PodSpec): readonly Located[] =>
  runsOnWindows(pod) ? [] : containersOf(pod);

/** Who the processes of a container are. Nothing said means the user of the image, most often root. */
export function userOf(pod: PodSpec, container: Container): 'root' | 'maybe root' | 'not root' {
  const uid = container.securityContext?.runAsUser ?? pod.securityContext?.runAsUser;
  if (uid !== undefined) return uid === 0 ? 'root' : 'not root';
  const nonRoot = container.securityContext?.runAsNonRoot ?? pod.securityContext?.runAsNonRoot;
  return nonRoot === true ? 'not root' : 'maybe root';
}
