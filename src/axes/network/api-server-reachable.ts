import type { Check } from '../check.ts';
import { towards } from './egress.ts';

export default {
  id: 'network/api-server-reachable',
  family: 'egress',
  direction: 'outbound',
  title: 'Can connect to the API server, and has no use for it',
  docs: `The workload mounts no token for the Kubernetes API, so it has nothing to ask there, but a policy that isolates it
    for egress allows it to connect. An intruder who has found a token elsewhere can use it from here, and tries what
    the API server answers without one. Where no policy isolates the workload for egress, network/open-egress tells it.`,
  source: 'NSA/CISA Kubernetes Hardening Guide: network access to the control plane',
  controls: ['OWASP K07'],
  find: (variant, workload, around) =>
    around.account.tokenMounted
      ? []
      : towards(({ apiServer }) => apiServer, {
          weight: 0.05, // the API server asks who calls, and others may call it anyway
          what: 'the API server',
          remedy:
            "Take the API server's addresses out of the rule (except), or list the places that it needs",
        })(variant, workload, around),
} satisfies Check;
