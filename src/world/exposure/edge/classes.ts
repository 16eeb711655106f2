/** Which controller serves an Ingress or a Gateway: what its class says. */
import type { Gateway, GatewayClass, Ingress, IngressClass } from '../../objects.ts';
import { controllerKinds, kindsOfClassName, kindsOfController } from './controller-kinds.ts';
import { type Front, type FrontPods, frontOf, unknownFront } from './front.ts';

const DEFAULT_CLASS = 'ingressclass.kubernetes.io/is-default-class';
/** The annotation that came before the field; controllers still read it. */
const CLASS = 'kubernetes.io/ingress.class';

export function frontOfIngress(
  { metadata, ingressClassName }: Ingress,
  classes: ReadonlyMap<string, IngressClass>,
  pods: readonly FrontPods[],
): Front {
  const named = ingressClassName ?? metadata.annotations[CLASS];
  const found =
    named === undefined
      ? [...classes.values()].find((one) => one.metadata.annotations[DEFAULT_CLASS] === 'true')
      : classes.get(named);
  if (found?.controller !== undefined) {
    const kinds = kindsOfController(found.controller);
    return frontOf(kinds[0]?.name ?? found.controller, kinds, pods);
  }
  if (named !== undefined) {
    const kinds = kindsOfClassName(named);
    return kinds.length === 0
      ? unknownFront(named, `nothing tells which controller serves class ${named}`)
      : frontOf(kinds[0]?.name ?? named, kinds, pods);
  }
  // without a class, whichever controller there is takes it
  const any = controllerKinds.filter(({ outside }) => !outside);
  const front = frontOf('an ingress controller', any, pods);
  return front.place === 'pods'
    ? front
    : unknownFront(front.name, 'it has no class, and no controller was found');
}

export function frontOfGateway(
  { metadata, gatewayClassName }: Gateway,
  classes: ReadonlyMap<string, GatewayClass>,
  pods: readonly FrontPods[],
): Front {
  const made = pods.filter(
    ({ gateway, endpoint }) => gateway === metadata.name && endpoint.namespace === metadata.namespace,
  );
  const controller = classes.get(gatewayClassName)?.controllerName;
  const kinds = controller === undefined ? kindsOfClassName(gatewayClassName) : kindsOfController(controller);
  const name = kinds[0]?.name ?? controller ?? gatewayClassName;
  if (made.length > 0) return { name, place: 'pods', pods: made.map(({ endpoint }) => endpoint) };
  const front = frontOf(name, kinds, pods);
  return front.place === 'unknown' && controller === undefined
    ? unknownFront(name, `its GatewayClass ${gatewayClassName} is not there, and no controller was found`)
    : front;
}
