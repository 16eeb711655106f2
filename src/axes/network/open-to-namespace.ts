import { portsText } from '../../world/exposure/ports.ts';
import { levelOfReach } from '../../world/exposure/reach.ts';
import type { Check } from '../check.ts';
import { exposureIn, exposureWeights } from './exposed.ts';
import { grantEvidence, grantsText, grantsTo } from './grants.ts';

export default {
  id: 'network/open-to-namespace',
  family: 'exposure',
  direction: 'inbound',
  title: 'Every pod of its namespace can connect to it',
  docs: `A NetworkPolicy keeps other namespaces out, but lets in every pod of its own. That is a sensible start, and
    enough where a namespace holds one small application. Where it holds more, an intruder in any pod of it can try
    this one; list the callers by their labels instead.`,
  source: 'Kubernetes documentation, Network Policies: behavior of to and from selectors',
  controls: ['OWASP K07'],
  find: (variant, workload, around) => {
    const ingress = exposureIn(variant, workload, around)?.ingress;
    if (ingress === undefined || levelOfReach(ingress) !== 'namespace') return [];
    const grants = grantsTo(ingress, 'namespace');
    return [
      {
        weight: exposureWeights.namespace,
        message: `every pod of the namespace can connect to ${portsText(ingress.namespace)}: ${grantsText(grants)}`,
        evidence: grantEvidence(grants, variant),
        remediation: {
          text: 'Replace the peer by podSelectors with the labels of its callers, and list the ports that they need',
          patch: [],
        },
      },
    ];
  },
} satisfies Check;
