import type { Check } from '../check.ts';
import { exposureIn } from './exposed.ts';

export default {
  id: 'network/gateway-without-tls',
  family: 'plain-text',
  direction: 'inbound',
  title: 'A Gateway serves it without TLS',
  docs: `The route attaches to a listener of protocol HTTP, so the Gateway serves the workload in plain text: whoever is on
    the way reads and changes what passes, passwords and session cookies included. Name the HTTPS listener in the route's
    parentRef (sectionName), and let another route redirect what comes over HTTP. It is fine where TLS ends in front of
    the Gateway.`,
  source: 'Gateway API: TLS; HTTP redirects',
  find: (variant, workload, around) => {
    const doors = (exposureIn(variant, workload, around)?.ways ?? []).filter(
      ({ kind }) => kind === 'gateway',
    );
    return around.exposure.entrances
      .filter(
        ({ object, path, plain }) =>
          plain.length > 0 && doors.some((way) => way.object === object && way.path === path),
      )
      .map(({ object, path, plain }) => ({
        weight: 0.2, // like an Ingress without TLS
        message: `${object.kind} ${object.name} lets it be served without TLS, by listener ${plain.join(', ')}`,
        evidence: [{ object, path }],
        remediation: {
          text: 'Attach the route to the HTTPS listener only (sectionName), and redirect what comes over HTTP',
          patch: [],
        },
      }));
  },
} satisfies Check;
