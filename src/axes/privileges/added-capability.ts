import type { Check } from '../check.ts';
import { addedCapabilities } from './added-capabilities.ts';
import { TAKES_NODE } from '../../world/node/takeover.ts';

export default {
  id: 'privileges/added-capability',
  family: 'capabilities',
  title: 'Adds a Linux capability',
  docs: `Capabilities are slices of the power of root. Each that is added is one more thing that an intruder can do: what
    it gives decides how much that matters, from keeping a clock right to tracing every process of the node. Only
    NET_BIND_SERVICE is harmless. Give a capability only to the container that uses it, after dropping all others.`,
  source: 'Pod Security Standards, restricted: Capabilities; capabilities(7)',
  controls: ['PSS baseline: Capabilities', 'PSS restricted: Capabilities', 'CIS 5.2.9'],
  find: (variant) => addedCapabilities(variant, (weight) => weight > 0 && weight < TAKES_NODE),
} satisfies Check;
