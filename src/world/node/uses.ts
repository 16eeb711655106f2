/** What the containers of a pod can do with a path of the node that one of its volumes holds. */
import { containersOf, userOf } from '../workload/containers.ts';
import type { PodSpec, VolumeMount } from '../objects.ts';
import { gradeOf, type HostPathGrade } from './host-paths.ts';

/** No container has it yet; one that is added to the pod may. */
export const unmounted: HostPathGrade = {
  weight: 0.1,
  gives: 'nothing yet, as no container mounts it',
  known: true,
};

export interface WorstUse {
  readonly grade: HostPathGrade;
  readonly container?: string;
  readonly readOnly: boolean;
}

/** By the container that can do most with it. */
export function worstUse(pod: PodSpec, volume: string, path: string): WorstUse {
  const uses = containersOf(pod).flatMap(({ container }) =>
    container.volumeMounts
      .filter(({ name }) => name === volume)
      .map((mount): WorstUse => {
        const readOnly = mount.readOnly === true;
        const use = { write: !readOnly, root: userOf(pod, container) !== 'not root' };
        return { grade: gradeOf(`${path}/${partOf(mount)}`, use), container: container.name, readOnly };
      }),
  );
  return uses.sort(worstFirst)[0] ?? { grade: unmounted, readOnly: false };
}

/** Equal uses go by the container's name, so that the order of containers is not seen. */
const worstFirst = (a: WorstUse, b: WorstUse): number =>
  b.grade.weight - a.grade.weight || ((a.container ?? '') < (b.container ?? '') ? -1 : 1);

/** The part of the volume that a mount shows; of an expression, what comes before its first variable is certain. */
function partOf({ subPath, subPathExpr }: VolumeMount): string {
  return subPath ?? subPathExpr?.replace(/[^/]*\$\(.*$/s, '') ?? '';
}
