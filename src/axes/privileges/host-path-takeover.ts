import type { Check } from '../check.ts';
import { nodePathsIn } from './node-paths.ts';
import { TAKES_NODE } from '../../world/node/takeover.ts';
import { pathToNode } from './node-takeover.ts';

export default {
  id: 'privileges/host-path-takeover',
  family: 'node-takeover',
  title: 'Mounts a path that gives the node',
  docs: `Some paths of a node are the node: whoever reaches the socket of the container runtime starts privileged
    containers, whoever writes to /etc or to the kubelet's folder has root run a program. A read-only mount of a socket
    protects nothing. Only agents that manage nodes need this; anything else asks for the smallest harmless folder, or
    talks to the Kubernetes API instead.`,
  source: 'Pod Security Standards, baseline: HostPath Volumes; also through PersistentVolumes',
  controls: ['PSS baseline: HostPath Volumes', 'CIS 5.2.12', 'OWASP K01'],
  find: (variant, { ref }, { storage }) =>
    nodePathsIn(variant, storage)
      .filter(({ weight }) => weight >= TAKES_NODE)
      .map(({ grade, ...found }) => {
        const [place] = found.evidence;
        return {
          ...found,
          ...(place === undefined
            ? {}
            : { leadsTo: pathToNode(ref, place, found.message, grade.consequence) }),
        };
      }),
} satisfies Check;
