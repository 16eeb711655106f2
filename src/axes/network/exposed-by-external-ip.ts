import type { Check } from '../check.ts';
import { serviceOf, waysOf, withoutExternalIPs } from './exposed.ts';

export default {
  id: 'network/exposed-by-external-ip',
  family: 'exposure',
  direction: 'inbound',
  title: 'An external IP leads to it',
  docs: `Each node accepts connections to a Service's externalIPs and hands them to the workload, whoever announced
    the address. No firewall setting of the cloud goes with it. The field also lets whoever may write Services take
    over traffic to addresses that are not theirs (CVE-2020-8554), so most clusters do without it.`,
  source: 'Kubernetes documentation, Service: external IPs; CVE-2020-8554',
  controls: ['OWASP K07'],
  find: waysOf('external-ip', (way, around) => {
    const service = serviceOf(way, around);
    return {
      text: 'Remove externalIPs; use a load balancer or an Ingress whose sources are listed',
      patch: service === undefined ? [] : withoutExternalIPs(service),
    };
  }),
} satisfies Check;
