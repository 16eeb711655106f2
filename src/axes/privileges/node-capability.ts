import type { Check } from '../check.ts';
import { addedCapabilities } from './added-capabilities.ts';
import { TAKES_NODE } from '../../world/node/takeover.ts';
import { pathToNode } from './node-takeover.ts';

export default {
  id: 'privileges/node-capability',
  family: 'node-takeover',
  title: 'Adds a capability that gives the node',
  docs: `A few Linux capabilities are as good as being root of the node: SYS_ADMIN mounts its disks, SYS_MODULE loads
    code into its kernel, DAC_READ_SEARCH opens any of its files, SYS_PTRACE beside hostPID takes over its processes.
    Network and storage agents may need one; no application does.`,
  source: 'capabilities(7); Pod Security Standards, baseline: Capabilities',
  controls: ['PSS baseline: Capabilities', 'CIS 5.2.9', 'OWASP K01'],
  find: (variant, { ref }) =>
    addedCapabilities(variant, (weight) => weight >= TAKES_NODE).map((found) => {
      const [place] = found.evidence;
      return place === undefined ? found : { ...found, leadsTo: pathToNode(ref, place, found.message) };
    }),
} satisfies Check;
