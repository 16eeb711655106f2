import { isOpen } from '../../world/exposure/reach.ts';
import type { Check } from '../check.ts';
import { exposureIn } from './exposed.ts';

export default {
  id: 'network/no-default-deny',
  family: 'ingress-isolation',
  direction: 'inbound',
  title: 'Its namespace has no default deny',
  docs: `A NetworkPolicy isolates this workload by its labels, but its namespace has none that isolates whatever comes: the
    next workload there is open, and so is this one when its labels change. One policy with an empty podSelector and
    policyTypes: [Ingress], without rules, makes closed the default.`,
  source: 'Kubernetes documentation, Network Policies: default deny all ingress traffic',
  controls: ['CIS 5.3.2'],
  find: (variant, workload, around) => {
    const ingress = exposureIn(variant, workload, around)?.ingress;
    // one that nothing isolates is told by network/no-ingress-policy
    if (ingress === undefined || ingress.onNode || isOpen(ingress) || around.exposure.hasDefaultDeny)
      return [];
    return [
      {
        weight: 0.05, // the workload itself is isolated
        message: `namespace ${workload.ref.namespace} has no default deny: what isolates this workload is chosen by its labels`,
        evidence: [{ object: variant.ref, path: variant.meta('labels') }],
        remediation: {
          text: 'Add a default-deny NetworkPolicy to the namespace (podSelector: {}, policyTypes: [Ingress])',
          patch: [],
        },
      },
    ];
  },
} satisfies Check;
