import type { Check } from '../check.ts';
import { waysOf } from './exposed.ts';

export default {
  id: 'network/host-network',
  family: 'exposure',
  direction: 'inbound',
  title: "Is on its node's network",
  docs: `With hostNetwork the containers listen on the node's own addresses: whoever reaches the node reaches them,
    and NetworkPolicies do not apply to them, in either direction. Network plugins and some node agents need it;
    for everything else a Service does.`,
  source: 'Kubernetes documentation, Network Policies: NetworkPolicy and hostNetwork pods',
  controls: ['OWASP K07'],
  find: waysOf('host-network', ({ path }, _, variant) => ({
    text: 'Remove hostNetwork, so that the pod has an address of its own and NetworkPolicies apply to it',
    patch:
      variant.drifted || variant.ref.name.endsWith('-*')
        ? []
        : [{ object: variant.ref, op: 'remove', path: `${variant.at()}${path}` }],
  })),
} satisfies Check;
