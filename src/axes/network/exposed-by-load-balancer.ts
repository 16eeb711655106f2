import type { Check } from '../check.ts';
import { serviceOf, toClusterIP, waysOf } from './exposed.ts';

export default {
  id: 'network/exposed-by-load-balancer',
  family: 'exposure',
  direction: 'inbound',
  title: 'A load balancer leads to it',
  docs: `A Service of type LoadBalancer gives the workload an address outside the cluster. Without
    loadBalancerSourceRanges or a mark that makes it internal, that address is open to the whole internet, and is
    found and scanned within minutes. That is right for a public front end, and for little else. NetworkPolicies are
    taken into account: one that allows no outside address closes the way.`,
  source: 'Kubernetes documentation, Service: type LoadBalancer; Restrict access for a LoadBalancer Service',
  controls: ['OWASP K07'],
  find: waysOf('load-balancer', (way, around) => {
    const service = serviceOf(way, around);
    return {
      text: `Make the Service ClusterIP if only the cluster needs it; else list who may connect in
        loadBalancerSourceRanges`.replace(/\s+/g, ' '),
      patch: service === undefined ? [] : toClusterIP(service),
    };
  }),
} satisfies Check;
