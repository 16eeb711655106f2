import { isAllPorts } from '../../world/exposure/ports.ts';
import type { Check } from '../check.ts';
import { exposureIn } from './exposed.ts';
import { grantsTo } from './grants.ts';

export default {
  id: 'network/policy-allows-everyone',
  family: 'ingress-isolation',
  direction: 'inbound',
  title: 'A NetworkPolicy selects it and allows everything',
  docs: `Policies add up: one rule without peers and ports, or with a peer that holds the whole cluster, undoes every
    other policy that selects the same pods. The workload looks isolated and is not. An open rule is right for a
    public front end, but then for the ports that it serves only.`,
  source: 'Kubernetes documentation, Network Policies: allow all ingress traffic',
  controls: ['OWASP K07'],
  find: (variant, workload, around) => {
    const ingress = exposureIn(variant, workload, around)?.ingress;
    if (ingress === undefined) return [];
    return grantsTo(ingress, 'cluster')
      .filter(({ ports }) => isAllPorts(ports))
      .map(({ policy, path, whom }) => ({
        weight: 0.15, // as good as no policy: see network/no-ingress-policy
        message: `NetworkPolicy ${policy.name} isolates its pods, and then allows ${whom} on all ports`,
        evidence: [{ object: policy, path }],
        remediation: {
          text: 'Name the callers in from, or at least the ports that everyone may use in ports',
          patch: [],
        },
      }));
  },
} satisfies Check;
