/** The ways that somebody else passes on: by an Ingress or a Gateway, whose controller's pods are what policies see. */
import type { Ingress, Service } from '../../objects.ts';
import { refOf } from '../../world.ts';
import { levelOfSources } from '../levels.ts';
import { backendsOf, type Source, type Target, targetsOf } from '../passage.ts';
import type { Endpoint } from '../policies.ts';
import { isOpen, type Reach } from '../reach.ts';
import type { Entrance } from './entrance.ts';
import type { Entrances } from './entrances.ts';
import type { Front } from './front.ts';
import { isDecided, passOf } from './passing.ts';
import { ingressSources } from './sources.ts';
import { type Place, targetPorts, type Way, way, wayOf } from './way.ts';

const unseen: Front = { name: 'ingress controller', place: 'unknown', pods: [] };

export const frontIn = ({ fronts }: Entrances, { metadata }: Ingress): Front =>
  fronts.get(metadata.name) ?? unseen;

export function ingressWay(
  subject: Endpoint,
  reach: Reach,
  ingress: Ingress,
  services: readonly Service[],
  front: Front,
): readonly Way[] {
  const backends = backendsOf(ingress, services, subject.pod);
  const [first] = backends;
  if (first === undefined) return [];
  const targets = backends.map(({ target }) => target);
  const hosts = [...new Set(backends.map(({ host }) => host ?? 'every host'))].slice(0, 3).join(', ');
  const via = [...new Set(backends.map(({ service, target }) => `${service}:${target.port}`))];
  return passedOn(
    { kind: 'ingress', object: refOf(ingress), path: first.path },
    subject,
    reach,
    { front, addresses: ingressSources(ingress) },
    targets,
    `Ingress ${ingress.metadata.namespace}/${ingress.metadata.name} (${hosts}) -> Service ${via.join(', ')}`,
  );
}

/** One way for each door: several backends of one route may lead to the same pods. */
export function entranceWays(
  subject: Endpoint,
  reach: Reach,
  entrances: readonly Entrance[],
  services: readonly Service[],
): readonly Way[] {
  const leading = entrances.flatMap((entrance) => {
    const service = services.find(({ metadata }) => metadata.name === entrance.service);
    const targets = service === undefined ? [] : targetsOf(service, subject.pod);
    const target = targets.find(({ port, name }) => [port, name, undefined].includes(entrance.port));
    return target === undefined ? [] : [{ entrance, target }];
  });
  return [...Map.groupBy(leading, ({ entrance }) => entrance.door)].flatMap(([door, through]) => {
    const [first] = through;
    if (first === undefined) return [];
    const { kind, object, path } = first.entrance;
    const via = [...new Set(through.map(({ entrance, target }) => `${entrance.service}:${target.port}`))];
    return passedOn(
      { kind, object, path },
      subject,
      reach,
      first.entrance,
      through.map(({ target }) => target),
      `${door} -> Service ${via.join(', ')}`,
    );
  });
}

/** A way that a controller passes on: policies see its pods, not the client. */
function passedOn(
  place: Place,
  { namespace }: Endpoint,
  reach: Reach,
  { front, addresses }: Pick<Entrance, 'front' | 'addresses'>,
  targets: readonly Target[],
  door: string,
): readonly Way[] {
  const from: Source = { addresses, snat: true, most: 'internet', through: 'controller' };
  if (reach.onNode || isOpen(reach) || front.place === 'unknown') {
    const found = way(place, reach, from, targets, () => door);
    const doubt = isDecided(reach, front) ? '' : '; its controller was not found';
    return found === undefined ? [] : [{ ...found, text: `${found.text}${doubt}` }];
  }
  const passes = targets.map((target) => ({
    target,
    grant: passOf(reach, namespace, front, targetPorts(target)),
  }));
  const through = passes.filter(({ grant }) => grant !== undefined);
  const grant = through[0]?.grant;
  const level = levelOfSources(addresses);
  if (grant === undefined || level === 'none') return [];
  const because = `NetworkPolicy ${grant.policy.name} allows ${grant.whom}`;
  return [
    wayOf(
      place,
      level,
      addresses,
      through.map(({ target }) => target),
      door,
      because,
    ),
  ];
}
