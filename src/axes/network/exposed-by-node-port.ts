import type { Check } from '../check.ts';
import { serviceOf, toClusterIP, waysOf } from './exposed.ts';

export default {
  id: 'network/exposed-by-node-port',
  family: 'exposure',
  direction: 'inbound',
  title: 'A port of every node leads to it',
  docs: `A Service of type NodePort (or LoadBalancer, while it waits for its balancer) opens a port on every node.
    Whoever reaches a node reaches the workload: the office network, a neighbouring virtual machine, and the internet
    where nodes have public addresses. Behind an own load balancer it is fine; a firewall should let only that in.`,
  source: 'Kubernetes documentation, Service: type NodePort',
  controls: ['OWASP K07'],
  find: waysOf('node-port', (way, around) => {
    const service = serviceOf(way, around);
    return {
      text: 'Make the Service ClusterIP, and let an Ingress or a load balancer with listed sources lead to it',
      patch: service === undefined ? [] : toClusterIP(service),
    };
  }),
} satisfies Check;
