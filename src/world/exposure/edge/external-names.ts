/** Ingresses that lead to a Service of another namespace, by an ExternalName that is its name in the cluster's DNS. */
import type { Ingress, IngressBackend, IngressClass, Service } from '../../objects.ts';
import { all, inNamespace, refOf, type Tables } from '../../world.ts';
import { ingressSources } from './sources.ts';
import { frontOfIngress } from './classes.ts';
import type { Entrance } from './entrance.ts';
import type { FrontPods } from './front.ts';

/** Entrances by the namespace of the Service that they lead to. What they pass through is not named there. */
export function externalNameEntrances(
  pods: readonly FrontPods[],
  services: Tables['services'],
  ingresses: Tables['ingresses'],
  classes: ReadonlyMap<string, IngressClass>,
): ReadonlyMap<string, readonly Entrance[]> {
  const found = [...all(ingresses)].flatMap((ingress) => {
    const home = ingress.metadata.namespace;
    const own = inNamespace(services, home);
    return backendsOf(ingress).flatMap((backend): readonly Entrance[] => {
      const alias = own.get(backend.service?.name ?? '');
      const target = alias?.type === 'ExternalName' ? targetOf(alias, services) : undefined;
      if (target === undefined || target.metadata.namespace === home) return [];
      return [
        {
          kind: 'ingress',
          object: refOf(target),
          path: '',
          door: 'an Ingress of another namespace, by an ExternalName',
          plain: [],
          service: target.metadata.name,
          port: portOf(backend, alias),
          addresses: ingressSources(ingress),
          front: frontOfIngress(ingress, classes, pods),
        },
      ];
    });
  });
  return Map.groupBy(found, ({ object }) => object.namespace);
}

const backendsOf = ({ defaultBackend, rules }: Ingress): readonly IngressBackend[] => [
  ...(defaultBackend === undefined ? [] : [defaultBackend]),
  ...rules.flatMap(({ paths }) => paths.map(({ backend }) => backend)),
];

/** The Service that an ExternalName is another name of: `web.shop.svc.cluster.local`. */
function targetOf({ externalName = '' }: Service, services: Tables['services']): Service | undefined {
  const [name = '', namespace = '', svc] = externalName.replace(/\.$/, '').split('.');
  return svc === 'svc' ? services.get(namespace)?.get(name) : undefined;
}

/** The port goes with the name unchanged; one that is named is a port of the ExternalName Service. */
function portOf({ service }: IngressBackend, alias: Service | undefined): number | undefined {
  const asked = service?.port;
  return typeof asked === 'string' ? alias?.ports.find(({ name }) => name === asked)?.port : asked;
}
