import type { Check } from '../check.ts';

export default {
  id: 'privileges/debug-container',
  family: 'debug-container',
  title: 'Has a debug container in a running pod',
  docs: `Someone added an ephemeral container to a running pod, as kubectl debug does. It brings tools that the image was
    built without, often as root, it sees the pod's network, and it cannot be removed: it stays listed until the pod is
    deleted. Delete the pod once debugging is over.`,
  source: 'Kubernetes documentation: Ephemeral Containers',
  find: ({ ref, pod, at }) =>
    pod.ephemeralContainers.map(({ name, image }, index) => ({
      weight: 0.3,
      message: `the debug container ${name}${image === undefined ? '' : ` (${image})`} was added to a running pod`,
      evidence: [{ object: ref, container: name, path: at('ephemeralContainers', index) }],
      remediation: { text: 'Delete the pod, so that a clean one takes its place', patch: [] },
    })),
} satisfies Check;
