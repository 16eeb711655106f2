import { certificateAnnotations } from '../../world/exposure/controllers.ts';
import { backendsOf } from '../../world/exposure/passage.ts';
import type { Ingress } from '../../world/objects.ts';
import { refOf } from '../../world/world.ts';
import type { Check } from '../check.ts';
import { exposureIn } from './exposed.ts';

export default {
  id: 'network/ingress-without-tls',
  family: 'plain-text',
  direction: 'inbound',
  title: 'An Ingress serves it without TLS',
  docs: `The Ingress has a rule for a host that none of its tls entries covers, so the controller serves it over plain
    HTTP (or with a certificate that no browser trusts): whoever is on the way reads and changes what passes,
    passwords and session cookies included. It is fine where TLS ends in front of the controller.`,
  source: 'Kubernetes documentation, Ingress: TLS',
  find: (variant, workload, around) => {
    const ways = exposureIn(variant, workload, around)?.ways ?? [];
    return around.exposure.ingresses
      .filter((ingress) =>
        ways.some(
          ({ object }) =>
            object !== 'pod' && object.kind === 'Ingress' && object.name === ingress.metadata.name,
        ),
      )
      .filter(({ metadata }) =>
        certificateAnnotations.every((key) => metadata.annotations[key] === undefined),
      )
      .flatMap((ingress) => {
        const plain = backendsOf(ingress, around.exposure.services, variant.pod).filter(
          ({ host }) => !isCovered(host, ingress),
        );
        const [first] = plain;
        if (first === undefined) return [];
        const hosts = [...new Set(plain.map(({ host }) => host ?? 'every host'))].join(', ');
        return [
          {
            weight: 0.2, // helps whoever is already on the way
            message: `Ingress ${ingress.metadata.name} serves ${hosts} without TLS: whoever is on the way reads and changes it`,
            evidence: [{ object: refOf(ingress), path: first.path }],
            remediation: {
              text: 'Add a tls entry with the host and a Secret that holds its certificate',
              patch: [],
            },
          },
        ];
      });
  },
} satisfies Check;

/** An entry without hosts is the default for all; `*.shop.example` covers one label. */
function isCovered(host: string | undefined, { tls }: Ingress): boolean {
  return tls.some(
    ({ hosts }) =>
      hosts.length === 0 ||
      (host !== undefined && (hosts.includes(host) || hosts.includes(host.replace(/^[^.]+/, '*')))),
  );
}
