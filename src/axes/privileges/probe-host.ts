import type { Check } from '../check.ts';
import { repair } from './security-context.ts';
import { placesOf } from './standard.ts';

export default {
  id: 'privileges/probe-host',
  family: 'probe-host',
  title: 'Makes the kubelet call another host',
  docs: `Probes and lifecycle hooks are sent by the kubelet, from the network of the node. With a host in them, whoever
    writes the pod makes the node call an address of their choice, past every NetworkPolicy, and learns whether it
    answers. Without one the kubelet calls the pod itself, which is what a probe is for.`,
  source: 'Pod Security Standards, baseline: Host Probes / Lifecycle Hooks (since v1.34)',
  controls: ['PSS baseline: Host Probes / Lifecycle Hooks'],
  find: (variant) =>
    placesOf('hostProbesAndHostLifecycle', variant).map((place) => ({
      // a pod with hostNetwork is the node already: its probes of localhost are probes of itself
      weight: variant.pod.hostNetwork === true ? 0.1 : 0.25,
      message: `a probe or hook of container ${place.container} makes the kubelet call a host of its choice`,
      evidence: [place],
      remediation: {
        text: 'Remove the host: the kubelet then calls the pod itself',
        patch: repair(variant, { op: 'remove', path: place.path }),
      },
    })),
} satisfies Check;
