import type { Check } from '../check.ts';
import { waysOf } from './exposed.ts';

export default {
  id: 'network/exposed-by-host-port',
  family: 'exposure',
  direction: 'inbound',
  title: 'Takes a port of its node',
  docs: `With hostPort the node passes a port of its own to the container, past Services and their rules. Whoever
    reaches the node reaches the workload. Node agents that must be found at the node's address need it; others are
    better served by a Service.`,
  source:
    'Kubernetes documentation, Configuration best practices: hostPort; Pod Security Standards, baseline: Host Ports',
  controls: ['OWASP K07'],
  find: waysOf('host-port', ({ path }, _, variant) => ({
    text: 'Remove hostPort and let a Service lead to the port',
    patch:
      variant.drifted || variant.ref.name.endsWith('-*')
        ? []
        : [{ object: variant.ref, op: 'remove', path: `${variant.at()}${path}` }],
  })),
} satisfies Check;
