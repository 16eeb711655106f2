import { isOpen } from '../../world/exposure/reach.ts';
import type { Check } from '../check.ts';
import { exposureIn } from './exposed.ts';

export default {
  id: 'network/no-ingress-policy',
  family: 'ingress-isolation',
  direction: 'inbound',
  title: 'No NetworkPolicy isolates it',
  docs: `Pods accept everything until a NetworkPolicy selects them. No policy that isolates for ingress selects this
    workload, and its namespace has no default: a port that is added tomorrow is open tomorrow. One default-deny
    policy for the namespace (an empty podSelector and policyTypes: [Ingress], no rules) turns that round.`,
  source: 'Kubernetes documentation, Network Policies: default deny all ingress traffic',
  controls: ['CIS 5.3.2', 'OWASP K07'],
  find: (variant, workload, around) => {
    const ingress = exposureIn(variant, workload, around)?.ingress;
    // policies would not apply to a pod on its node's network: network/host-network tells of it
    if (ingress === undefined || ingress.onNode || !isOpen(ingress)) return [];
    return [
      {
        weight: 0.15, // a missing second lock: what is open is weighed by the family `exposure`
        message: `no NetworkPolicy of namespace ${workload.ref.namespace} isolates its pods`,
        evidence: [{ object: variant.ref, path: variant.at() }],
        remediation: {
          text: 'Add a default-deny NetworkPolicy to the namespace (podSelector: {}, policyTypes: [Ingress]), then allow each caller',
          patch: [],
        },
      },
    ];
  },
} satisfies Check;
