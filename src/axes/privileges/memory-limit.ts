import { containersOf } from '../../world/workload/containers.ts';
import type { Check } from '../check.ts';
import { placeIn } from './security-context.ts';

export default {
  id: 'privileges/memory-limit',
  family: 'resources',
  title: 'Has no memory limit',
  docs: `Without a memory limit, one leak or one flood of requests takes the memory of the node, and other workloads are
    ended for it. A limit ends the container that is at fault. Only measurements tell the right value; a LimitRange in
    the namespace sets one for all pods that have none.`,
  source: 'NSA/CISA Kubernetes Hardening Guide: Resource policies',
  find: (variant) => {
    if (variant.pod.resources?.limits['memory'] !== undefined) return [];
    return containersOf(variant.pod).flatMap((located) => {
      const { container, list } = located;
      // init containers end before the others start, unless they are sidecars; ephemeral ones cannot have limits
      const stays =
        list === 'containers' || (list === 'initContainers' && container.restartPolicy === 'Always');
      if (!stays || container.resources?.limits['memory'] !== undefined) return [];
      return {
        weight: 0.08,
        message: `container ${container.name} may use all memory of the node`,
        evidence: [placeIn(variant, located, 'resources', 'limits')],
        remediation: { text: 'Set resources.limits.memory to what it was measured to need', patch: [] },
      };
    });
  },
} satisfies Check;
