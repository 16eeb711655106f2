/** Where a pod listens on ports that give much: what its containers declare, and where Services lead besides. */
import type { PodSpec, Service } from '../objects.ts';
import { targetsOf } from './passage.ts';
import { servingContainers } from './policies.ts';
import { sensitivityOf, type SensitivePort } from './sensitive-ports.ts';

export interface SensitiveListener {
  readonly known: SensitivePort;
  /** The container that declares the port, and the index of it there; or the Service that leads to it, likewise. */
  readonly by:
    | { readonly container: PodSpec['containers'][number]; readonly index: number }
    | { readonly service: Service; readonly index: number };
}

/**
 * A declared port is information only, a program listens without it just as well: so what a Service leads to counts.
 *
 * @param services those that select the pod
 */
export function sensitiveListeners(pod: PodSpec, services: readonly Service[]): readonly SensitiveListener[] {
  const containers = servingContainers(pod);
  const declared = containers.flatMap((container) =>
    container.ports.flatMap(({ containerPort, protocol = 'TCP' }, index): SensitiveListener | [] => {
      const known = sensitivityOf(containerPort, protocol, container.image);
      return known === undefined ? [] : { known, by: { container, index } };
    }),
  );
  const isDeclared = (number: number, protocol: string): boolean =>
    containers.some(({ ports }) =>
      ports.some((port) => port.containerPort === number && (port.protocol ?? 'TCP') === protocol),
    );
  const served = services.flatMap((service) =>
    targetsOf(service, pod).flatMap(({ number, protocol, port }): SensitiveListener | [] => {
      if (isDeclared(number, protocol)) return [];
      // any of its containers may be the one that listens
      const known = containers
        .map(({ image }) => sensitivityOf(number, protocol, image))
        .find((one) => one !== undefined);
      const index = service.ports.findIndex(
        (one) => one.port === port && (one.protocol ?? 'TCP') === protocol,
      );
      return known === undefined ? [] : { known, by: { service, index } };
    }),
  );
  return [...declared, ...served];
}
