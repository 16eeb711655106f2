import { linuxContainersOf, userOf } from '../../world/workload/containers.ts';
import type { Check, Found } from '../check.ts';
import { placeIn, repair, setContext } from './security-context.ts';

/** An id that nothing in particular belongs to. */
const SOME_GROUP = 65532;

export default {
  id: 'privileges/root-group',
  family: 'root-group',
  title: 'Puts its processes into the group root',
  docs: `Group 0 owns many files that root keeps from others: /etc/passwd of images made for arbitrary users, devices and
    folders of the node that are mounted. A process in it may read or change them although it is not root. Some images
    need it, as they keep what they write in group 0; others lose nothing with a group of their own.`,
  source: 'Kubernetes documentation, Configure a Security Context for a Pod or Container',
  controls: ['CIS 5.7.3'],
  find: (variant) => {
    const { pod, ref, at } = variant;
    // in a user namespace of its own, group 0 of the pod is nobody's on the node
    if (pod.hostUsers === false) return [];
    const found: Found[] = linuxContainersOf(pod).flatMap((located): readonly Found[] => {
      const { name, securityContext: own } = located.container;
      const group = own?.runAsGroup ?? pod.securityContext?.runAsGroup;
      // root is in this group anyway, and that is said elsewhere
      if (group !== 0 || userOf(pod, located.container) === 'root') return [];
      const isOwn = own?.runAsGroup !== undefined;
      return [
        {
          weight: 0.1,
          message: `container ${name} runs in the group root (gid 0)`,
          evidence: [
            isOwn
              ? placeIn(variant, located, 'securityContext', 'runAsGroup')
              : { object: ref, path: at('securityContext', 'runAsGroup') },
          ],
          remediation: {
            text: 'Set runAsGroup to a group of its own, with an image whose files that group may use',
            patch: setContext(variant, located, { runAsGroup: SOME_GROUP }),
          },
        },
      ];
    });
    const { fsGroup, supplementalGroups = [] } = pod.securityContext ?? {};
    const further = [
      ...(fsGroup === 0 ? [at('securityContext', 'fsGroup')] : []),
      ...supplementalGroups.flatMap((group, index) =>
        group === 0 ? [at('securityContext', 'supplementalGroups', index)] : [],
      ),
    ];
    for (const path of linuxContainersOf(pod).length === 0 ? [] : further) {
      found.push({
        weight: 0.05, // one more group beside the one that new files get
        message: 'all its processes are in the group root (gid 0), too',
        evidence: [{ object: ref, path }],
        remediation: {
          text: 'Name a group of its own instead of 0',
          patch: repair(variant, { op: 'replace', path, value: SOME_GROUP }),
        },
      });
    }
    return found;
  },
} satisfies Check;
