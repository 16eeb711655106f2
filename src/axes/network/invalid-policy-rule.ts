import { flawsOf } from '../../world/exposure/flaws.ts';
import { refOf } from '../../world/world.ts';
import type { Check } from '../check.ts';

export default {
  id: 'network/invalid-policy-rule',
  family: 'policy-mistake',
  direction: 'inbound',
  title: 'A NetworkPolicy that selects it says something impossible',
  docs: `A rule of the NetworkPolicy names an address block that is none, a port out of range, an unknown operator or the
    like. The API server refuses such an object, so applying it fails and the cluster keeps what it had before, or
    nothing. Here the part is read as allowing nothing.`,
  source: 'Kubernetes API reference, NetworkPolicySpec; validation of NetworkPolicies in the API server',
  find: (variant, { variants }, { exposure }) =>
    (variant === variants[0]
      ? [...new Set([...exposure.ingressPolicies, ...exposure.egressPolicies])]
      : []
    ).flatMap((policy) =>
      flawsOf(policy).map(({ path, problem }) => ({
        weight: 0.05, // what it leaves open is weighed by the other families
        message: `NetworkPolicy ${policy.metadata.name} is invalid: ${problem}`,
        evidence: [{ object: refOf(policy), path }],
        remediation: { text: 'Correct the rule, or remove it', patch: [] },
      })),
    ),
} satisfies Check;
