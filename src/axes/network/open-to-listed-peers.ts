import { levelOfReach } from '../../world/exposure/reach.ts';
import type { Check } from '../check.ts';
import { exposureIn, exposureWeights } from './exposed.ts';
import { grantEvidence, grantsText, grantsTo } from './grants.ts';

export default {
  id: 'network/open-to-listed-peers',
  family: 'exposure',
  direction: 'inbound',
  title: 'Peers that a policy lists can connect to it',
  docs: `NetworkPolicies let in only the pods and addresses that they list: this is how it should be. It still counts
    for a little, because whoever takes over one of those peers can connect. There is nothing to do, unless a peer is
    listed that is no caller any more.`,
  source: 'Kubernetes documentation, Network Policies: behavior of to and from selectors',
  find: (variant, workload, around) => {
    const ingress = exposureIn(variant, workload, around)?.ingress;
    if (ingress === undefined || levelOfReach(ingress) !== 'listed peers') return [];
    const grants = grantsTo(ingress, 'listed');
    return [
      {
        weight: exposureWeights['listed peers'],
        message: `only listed peers can connect: ${grantsText(grants)}`,
        evidence: grantEvidence(grants, variant),
        remediation: { text: 'Remove the peers that are no callers any more', patch: [] },
      },
    ];
  },
} satisfies Check;
