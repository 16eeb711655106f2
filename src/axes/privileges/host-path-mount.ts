import type { Check } from '../check.ts';
import { nodePathsIn } from './node-paths.ts';
import { TAKES_NODE } from '../../world/node/takeover.ts';

export default {
  id: 'privileges/host-path-mount',
  family: 'host-filesystem',
  title: 'Mounts a path of the node',
  docs: `The container gets files of the node, which it shares with the node itself and with whatever else runs there.
    The path, the right to write and the user decide what that gives: the logs of other pods, devices, settings.
    Agents of the node need some of it, and should take the smallest folder, read-only. Everything else keeps its
    files in an emptyDir or a PersistentVolumeClaim.`,
  source: 'Pod Security Standards, baseline: HostPath Volumes; also through PersistentVolumes',
  controls: ['PSS baseline: HostPath Volumes', 'CIS 5.2.12', 'OWASP K01'],
  find: (variant, _, { storage }) =>
    nodePathsIn(variant, storage)
      .filter(({ weight }) => weight < TAKES_NODE)
      .map(({ grade: _grade, ...found }) => found),
} satisfies Check;
