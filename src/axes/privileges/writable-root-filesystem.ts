import { linuxContainersOf } from '../../world/workload/containers.ts';
import type { Check } from '../check.ts';
import { placeIn, setContext } from './security-context.ts';

export default {
  id: 'privileges/writable-root-filesystem',
  family: 'root-filesystem',
  title: 'Has a writable root file system',
  docs: `With a read-only root file system an intruder cannot change the program, nor leave tools where they survive a
    restart of the process. Absent means writable. Programs that write temporary files get an emptyDir for them.`,
  source: 'NSA/CISA Kubernetes Hardening Guide: Immutable container file systems',
  find: (variant) =>
    linuxContainersOf(variant.pod).flatMap((located) => {
      const { container, list } = located;
      // an ephemeral container has nothing to protect: see the check for those
      if (list === 'ephemeralContainers' || container.securityContext?.readOnlyRootFilesystem === true) {
        return [];
      }
      return {
        weight: 0.15,
        message: `container ${container.name} can change its own program files`,
        evidence: [placeIn(variant, located, 'securityContext', 'readOnlyRootFilesystem')],
        remediation: {
          text: 'Set readOnlyRootFilesystem to true, with an emptyDir for what it writes',
          patch: setContext(variant, located, { readOnlyRootFilesystem: true }),
        },
      };
    }),
} satisfies Check;
