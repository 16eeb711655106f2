import type { Check } from '../check.ts';

export default {
  id: 'network/policy-selects-nothing',
  family: 'policy-mistake',
  direction: 'inbound',
  title: 'A NetworkPolicy that seems to be meant for it selects nothing',
  docs: `A NetworkPolicy of the namespace selects no pod at all, and but for one label it would select this workload: a name
    is misspelt, or written under another key. So the policy protects nothing, and nobody notices, because what is not
    isolated works. Correct the selector, then see whether everything still connects: the rules were never tried.`,
  source: 'Kubernetes API reference, NetworkPolicySpec: podSelector',
  find: (variant, { variants }, { network }) =>
    // of the workload as a whole: one variant tells it
    (variant === variants[0] ? network.strayPolicies : []).map(({ policy, because }) => ({
      weight: 0.1, // whether the workload is open for it is weighed by the family `exposure`
      message: `NetworkPolicy ${policy.name} selects no pod: it asks for ${because}`,
      evidence: [{ object: policy, path: '/spec/podSelector' }],
      remediation: { text: 'Correct the podSelector, or remove the policy', patch: [] },
    })),
} satisfies Check;
