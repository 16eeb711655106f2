import { servedPorts } from '../../world/exposure/policies.ts';
import { portsText } from '../../world/exposure/ports.ts';
import { levelOfReach } from '../../world/exposure/reach.ts';
import type { Check } from '../check.ts';
import { exposureIn, exposureWeights } from './exposed.ts';
import { grantEvidence, grantsText, grantsTo } from './grants.ts';

/** Nothing says that anything listens: no container declares a port, and no Service leads to it. */
const SILENT = 0.25;

export default {
  id: 'network/open-to-cluster',
  family: 'exposure',
  direction: 'inbound',
  title: 'Every pod of the cluster can connect to it',
  docs: `Without a NetworkPolicy that selects it, a pod accepts connections from every other pod of the cluster, in
    whatever namespace. An intruder in any of them can try the workload's ports, and those that Services do not
    mention as well. A policy that allows only the callers that it has shuts the rest out.`,
  source: 'Kubernetes documentation, Network Policies: the two sorts of pod isolation',
  controls: ['CIS 5.3.2', 'OWASP K07'],
  find: (variant, workload, around) => {
    const ingress = exposureIn(variant, workload, around)?.ingress;
    // a pod on its node's network is told of by network/host-network
    if (ingress === undefined || ingress.onNode || levelOfReach(ingress) !== 'cluster') return [];
    const grants = grantsTo(ingress, 'cluster');
    const reason = grants.length === 0 ? 'no NetworkPolicy selects it' : grantsText(grants);
    const isSilent = servedPorts(variant.pod).length === 0 && around.exposure.services.length === 0;
    return [
      {
        weight: isSilent ? SILENT : exposureWeights.cluster,
        message: `every pod of the cluster can connect to ${portsText(ingress.cluster)}: ${reason}`,
        evidence: grantEvidence(grants, variant),
        remediation: {
          text: 'Add a NetworkPolicy that selects its pods, with policyTypes: [Ingress] and only its callers in from',
          patch: [],
        },
      },
    ];
  },
} satisfies Check;
