import type { Check } from '../check.ts';
import { towards } from './egress.ts';

export default {
  id: 'network/kubelet-reachable',
  family: 'egress',
  direction: 'outbound',
  title: 'Can connect to the kubelets',
  docs: `A policy isolates the workload for egress, and then allows port 10250 of the nodes: a whole private network, or all
    private addresses. Behind it is the kubelet, which runs commands in every pod of its node for whoever it trusts, or, if it
    was set up carelessly, for anybody. No workload but monitoring needs it. Where no policy isolates the workload for
    egress, network/open-egress tells it.`,
  source: 'NSA/CISA Kubernetes Hardening Guide: control plane and kubelet ports; CIS 4.2.1',
  controls: ['OWASP K07'],
  find: towards(({ kubelets }) => kubelets, {
    weight: 0.1, // as much as to reach every pod; the kubelet asks who calls
    what: 'the kubelets (port 10250 of the nodes)',
    remedy: "Take the nodes' addresses out of the rule (except), or list the ports that it needs",
  }),
} satisfies Check;
