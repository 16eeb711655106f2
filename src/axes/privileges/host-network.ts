import { containersOf } from '../../world/workload/containers.ts';
import type { PodSpec } from '../../world/objects.ts';
import type { Check } from '../check.ts';
import { repair } from './security-context.ts';

/** A pod that runs Windows node processes must use the node's network: that is the finding of its own check. */
const mustShare = (pod: PodSpec): boolean =>
  [pod.securityContext, ...containersOf(pod).map(({ container }) => container.securityContext)].some(
    (context) => context?.windowsOptions?.hostProcess === true,
  );

export default {
  id: 'privileges/host-network',
  family: 'host-network',
  title: 'Shares the network of the node',
  docs: `With hostNetwork the pod has the addresses of the node: NetworkPolicies do not bind it, it reaches what listens
    on localhost of the node (the kubelet, agents without a password) and the cloud's metadata service, and with the
    default capabilities it can listen to other pods' traffic. Network agents and control plane components need it.`,
  source: 'Pod Security Standards, baseline: Host Namespaces',
  controls: ['PSS baseline: Host Namespaces', 'CIS 5.2.5', 'OWASP K01'],
  find: (variant) => {
    const { ref, pod, at } = variant;
    if (pod.hostNetwork !== true) return [];
    const path = at('hostNetwork');
    return [
      {
        weight: 0.6,
        message:
          'hostNetwork is on: the pod has the addresses of the node, past NetworkPolicies, and reaches its localhost',
        evidence: [{ object: ref, path }],
        remediation: {
          text: 'Set hostNetwork to false, and publish ports by a Service',
          patch: mustShare(pod) ? [] : repair(variant, { op: 'replace', path, value: false }),
        },
      },
    ];
  },
} satisfies Check;
