import type { Check } from '../check.ts';
import { waysOf } from './exposed.ts';

export default {
  id: 'network/exposed-by-gateway',
  family: 'exposure',
  direction: 'inbound',
  title: 'A Gateway leads to it',
  docs: `A route of the Gateway API (HTTPRoute, GRPCRoute, TLSRoute, TCPRoute or UDPRoute) attaches to a Gateway, whose
    controller passes on to the workload what arrives from outside. The Gateway may be in another namespace, so the
    people of this one may not see it. Whatever the application answers without a login is public. A NetworkPolicy that
    keeps the controller's pods out closes the way.`,
  source: 'Gateway API: route attachment, ReferenceGrant',
  controls: ['OWASP K07'],
  find: waysOf('gateway', () => ({
    text: 'Remove the route if nobody outside needs it; else require a login, or attach it to an internal Gateway',
    patch: [],
  })),
} satisfies Check;
