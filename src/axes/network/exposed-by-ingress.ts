import type { Check } from '../check.ts';
import { waysOf } from './exposed.ts';

export default {
  id: 'network/exposed-by-ingress',
  family: 'exposure',
  direction: 'inbound',
  title: 'An Ingress leads to it',
  docs: `An Ingress tells the cluster's ingress controller to pass requests from outside to the workload. Only HTTP
    passes, but whatever the application answers without a login is public. An allow-list annotation of the
    controller or an internal ingress class narrows it; a NetworkPolicy that keeps the controller's pods out closes
    it.`,
  source: 'Kubernetes documentation, Ingress',
  controls: ['OWASP K07'],
  find: waysOf('ingress', () => ({
    text: 'Remove the rule if nobody outside needs it; else require a login, or list the sources that may connect',
    patch: [],
  })),
} satisfies Check;
