/**
 * Who passes connections on to the pods behind an Ingress or a Gateway: the pods of its controller, or the load balancer
 * of a cloud. Policies see the connection come from there, not from the client.
 */
import { byReference, keyedLayer } from '../../layer.ts';
import type { Controller, Labels, Namespace, Pod, PodSpec } from '../../objects.ts';
import { find, inNamespace, type Tables } from '../../world.ts';
import { noAddresses } from '../addresses.ts';
import { type Endpoint, namespaceLabels } from '../policies.ts';
import { type ControllerKind, controllerKinds, isOfKind } from './controller-kinds.ts';

export interface Front {
  /** As its users call it: `ingress-nginx`. */
  readonly name: string;
  /** Its pods; what is no pod (a load balancer of the cloud); or nothing tells. */
  readonly place: 'pods' | 'outside' | 'unknown';
  readonly pods: readonly Endpoint[];
  /** Why nothing tells. */
  readonly why?: string;
}

/** Pods that pass connections on. */
export interface FrontPods {
  readonly kinds: readonly ControllerKind[];
  /** Made for this Gateway of the same namespace. */
  readonly gateway: string | undefined;
  readonly endpoint: Endpoint;
}

/** Controllers put it on the pods that they make for a Gateway (GEP-1762). */
const GATEWAY_LABEL = 'gateway.networking.k8s.io/gateway-name';

const tables = ['deployments', 'daemonsets', 'statefulsets', 'replicasets', 'pods'] as const;

type Named<T> = ReadonlyMap<string, T>;

/** All pods of the cluster that pass connections on, by what declares them. */
export function frontPodsLayer(): (world: Tables) => readonly FrontPods[] {
  const memo = keyedLayer(frontPodsIn);
  const whole = keyedLayer((...parts: readonly (readonly FrontPods[])[]) => parts.flat(), byReference);
  return (world) => {
    const namespaces = new Set(tables.flatMap((table) => [...world[table].keys()]));
    const parts = [...namespaces]
      .sort()
      .map((name) =>
        memo.get(
          name,
          name,
          find(world.namespaces, '', name),
          ...tables.map((table) => inNamespace<Controller | Pod>(world[table], name)),
        ),
      )
      .filter((part) => part.length > 0);
    memo.keepOnly(namespaces);
    return whole.get('', ...parts);
  };
}

function frontPodsIn(
  home: string,
  namespace: Namespace | undefined,
  ...declaring: readonly Named<Controller | Pod>[]
): readonly FrontPods[] {
  return declaring
    .flatMap((objects) => [...objects.values()])
    .filter(({ metadata }) => !metadata.ownerReferences.some(({ controller }) => controller === true))
    .flatMap((object) => {
      const { labels, pod } = declared(object);
      const kinds = kindsOf(object);
      const gateway = labels[GATEWAY_LABEL];
      if (kinds.length === 0 && gateway === undefined) return [];
      const endpoint = {
        namespace: home,
        namespaceLabels: namespaceLabels(home, namespace?.metadata.labels),
        labels,
        pod,
        addresses: noAddresses,
      };
      return [{ kinds, gateway, endpoint }];
    });
}

const known = new WeakMap<Controller | Pod, readonly ControllerKind[]>();

function kindsOf(object: Controller | Pod): readonly ControllerKind[] {
  let kinds = known.get(object);
  if (kinds === undefined) {
    const { labels, pod } = declared(object);
    kinds = controllerKinds.filter((kind) => isOfKind(kind, labels, pod));
    known.set(object, kinds);
  }
  return kinds;
}

const declared = (object: Controller | Pod): { readonly labels: Labels; readonly pod: PodSpec } =>
  'template' in object
    ? { labels: object.template.metadata.labels, pod: object.template.spec }
    : { labels: object.metadata.labels, pod: object.spec };

/** @param kinds the controllers that it may be; more than one where only a name tells */
export function frontOf(name: string, kinds: readonly ControllerKind[], pods: readonly FrontPods[]): Front {
  const found = pods.filter((one) => one.kinds.some((kind) => kinds.includes(kind)));
  if (found.length > 0) return { name, place: 'pods', pods: found.map(({ endpoint }) => endpoint) };
  if (kinds.length > 0 && kinds.every(({ outside }) => outside)) return { name, place: 'outside', pods: [] };
  return unknownFront(name, `no pods of its controller (${name}) were found`);
}

export const unknownFront = (name: string, why: string): Front => ({ name, place: 'unknown', pods: [], why });
