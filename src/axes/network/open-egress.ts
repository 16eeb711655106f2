import { isAllPorts, portsText } from '../../world/exposure/ports.ts';
import { isOpen } from '../../world/exposure/reach.ts';
import type { Check } from '../check.ts';
import { leadsOut } from './egress.ts';
import { exposureIn } from './exposed.ts';

/** Every port; or some (a web port is enough to carry data out, but not to scan or to join a botnet). */
const ALL = 0.2;
const SOME = 0.15;

export default {
  id: 'network/open-egress',
  family: 'egress',
  direction: 'outbound',
  title: 'Can connect to anywhere on the internet',
  docs: `Nothing limits where the pods connect to. An intruder fetches tools, carries data out, and reaches a server
    that gives orders, and the kubelets and the API server as well; most attacks stop early without that. Deny egress by default (policyTypes: [Egress]), then
    allow name resolution and the few places that the workload needs.`,
  source: 'Kubernetes documentation, Network Policies: default deny all egress traffic',
  controls: ['CIS 5.3.2', 'OWASP K07'],
  find: (variant, workload, around) => {
    const egress = exposureIn(variant, workload, around)?.egress;
    if (egress === undefined) return [];
    if (isOpen(egress)) {
      const reason = egress.onNode
        ? "policies do not apply to the node's network"
        : 'no NetworkPolicy isolates its pods for egress';
      return [
        {
          weight: ALL,
          message: `an intruder can connect anywhere: ${reason}`,
          evidence: [{ object: variant.ref, path: variant.at(...(egress.onNode ? ['hostNetwork'] : [])) }],
          remediation: {
            text: 'Add a NetworkPolicy with policyTypes: [Egress] that allows name resolution (port 53) and the places it needs',
            patch: [],
          },
        },
      ];
    }
    return egress.grants.filter(leadsOut).map(({ policy, path, whom, ports }) => ({
      weight: isAllPorts(ports) ? ALL : SOME,
      message: `an intruder can connect to the internet: NetworkPolicy ${policy.name} allows ${whom} on ${portsText(ports)}`,
      evidence: [{ object: policy, path }],
      remediation: { text: 'List the places that it needs: peers by labels, addresses by CIDR', patch: [] },
    }));
  },
} satisfies Check;
