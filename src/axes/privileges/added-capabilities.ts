/** The capabilities that containers ask for, with what each gives: for the two checks that share them out. */
import { linuxContainersOf } from '../../world/workload/containers.ts';
import type { PodSpec } from '../../world/objects.ts';
import type { Variant } from '../../world/workload/variants.ts';
import type { Found } from '../check.ts';
import { gradeOf, nameOf } from '../../world/node/capabilities.ts';
import { placeIn, repair } from './security-context.ts';

/** One finding per capability whose weight `counts`; the patch keeps the others of its container. */
export function addedCapabilities(variant: Variant, counts: (weight: number) => boolean): readonly Found[] {
  const { pod, at } = variant;
  return linuxContainersOf(pod).flatMap((located) => {
    const { container, list, index } = located;
    const added = container.securityContext?.capabilities?.add ?? [];
    const kept = added.filter((name) => !counts(gradeOf(name, pod).weight));
    const path = at(list, index, 'securityContext', 'capabilities', 'add');
    const patch = repair(variant, { op: 'replace', path, value: kept });
    return added.flatMap((name, place) => {
      const { weight, gives } = gradeOf(name, pod);
      if (!counts(weight)) return [];
      return {
        weight,
        message: `container ${container.name} adds the capability ${nameOf(name)}${sharedWith(pod)}: ${gives}`,
        evidence: [placeIn(variant, located, 'securityContext', 'capabilities', 'add', place)],
        remediation: { text: `Do without ${nameOf(name)}, or give it to a separate, small workload`, patch },
      };
    });
  });
}

const sharedWith = ({ hostUsers }: PodSpec): string =>
  hostUsers === false ? ' inside its user namespace' : '';
