import { isPortable } from '../../world/pod-security/restricted.ts';
import type { Check } from '../check.ts';

interface Grade {
  readonly weight: number;
  readonly gives: string;
}

const grades: Readonly<Record<string, Grade>> = {
  // CVE-2024-10220: hooks of the repository ran as root of the node
  gitRepo: { weight: 0.65, gives: 'the node runs git on a repository, as root' },
  flexVolume: { weight: 0.3, gives: 'the node runs a driver as root, with options from the pod' },
};
const other: Grade = { weight: 0.1, gives: 'the pod chooses a server for the node to mount, by itself' };

export default {
  id: 'privileges/inline-volume',
  family: 'inline-volume',
  title: 'Mounts storage past PersistentVolumes',
  docs: `A volume that names a storage server in the pod makes the node mount it, with no PersistentVolume and so without
    an administrator's word. Some kinds run programs on the node for it. Bind a PersistentVolumeClaim instead; gitRepo
    becomes an init container.`,
  source: 'Pod Security Standards, restricted: Volume Types; CVE-2024-10220',
  controls: ['PSS restricted: Volume Types'],
  find: ({ ref, pod, at }) =>
    pod.volumes.flatMap((volume, index) => {
      if (isPortable(volume) || volume.hostPath !== undefined) return [];
      const kind = volume.sources[0] ?? '';
      const { weight, gives } = (Object.hasOwn(grades, kind) ? grades[kind] : undefined) ?? other;
      return {
        weight,
        message: `volume ${volume.name} is a ${kind} in the pod itself: ${gives}`,
        evidence: [{ object: ref, path: at('volumes', index) }],
        remediation: { text: `Bind a PersistentVolumeClaim for ${volume.name}`, patch: [] },
      };
    }),
} satisfies Check;
