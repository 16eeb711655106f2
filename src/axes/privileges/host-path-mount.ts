import type { Check } from '../check.ts';
import { gradeOf } from './host-paths.ts';

export default {
  id: 'privileges/host-path-mount',
  family: 'host-filesystem',
  title: 'Mounts a path of the node',
  docs: `The container gets files of the node. The path decides what that gives: a runtime socket or /
    is the node itself, /var/log is the other pods' logs.`,
  source: 'Pod Security Standards, baseline: HostPath Volumes',
  controls: ['PSS baseline: HostPath Volumes'],
  find: ({ ref, pod, at }) =>
    pod.volumes.flatMap((volume, index) => {
      if (volume.hostPath === undefined) return [];
      const { weight, gives } = gradeOf(volume.hostPath.path);
      const path = at('volumes', index);
      return {
        weight,
        message: `volume ${volume.name} mounts ${volume.hostPath.path} of the node: ${gives}`,
        evidence: [{ object: ref, path: `${path}/hostPath` }],
        remediation: {
          text: `Use an emptyDir or a PersistentVolumeClaim for ${volume.name}`,
          // replaced, not removed: mounts stay valid, later indices do not shift
          patch: [{ object: ref, op: 'replace', path, value: { name: volume.name, emptyDir: {} } }],
        },
      };
    }),
} satisfies Check;
