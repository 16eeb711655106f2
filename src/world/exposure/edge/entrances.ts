/** All that leads in to the pods of one namespace, beyond its Services and Ingresses themselves. */
import { byReference, forgetIn, keyedLayer, keyedParts } from '../../layer.ts';
import type { Ingress, IngressClass } from '../../objects.ts';
import { inNamespace, type Tables, type World } from '../../world.ts';
import { frontOfIngress } from './classes.ts';
import type { Entrance } from './entrance.ts';
import { externalNameEntrances } from './external-names.ts';
import { type Front, type FrontPods, frontPodsLayer } from './front.ts';
import { gatewayEntrances } from './gateways.ts';
import { type ManualService, manualServicesOf } from './manual-endpoints.ts';

export interface Entrances {
  /** From Gateways, and from Ingresses of other namespaces. */
  readonly foreign: readonly Entrance[];
  /** Who passes on what the Ingresses of the namespace let in, by name of the Ingress. */
  readonly fronts: ReadonlyMap<string, Front>;
  readonly manual: readonly ManualService[];
}

export interface EntrancesLayer {
  of(namespace: string, world: Pick<World, 'tables' | 'source'>): Entrances;
  forget(namespace: string): void;
}

const nothing: readonly never[] = Object.freeze([]);
const noPods: ReadonlyMap<string, never> = new Map<string, never>();

/** Keeps its reference, for each namespace, while nothing there has changed. */
export function entrancesLayer(): EntrancesLayer {
  const frontPods = frontPodsLayer();
  const gatewaysIn = keyedLayer(gatewayEntrances, byReference);
  const namesIn = keyedLayer(externalNameEntrances, byReference);
  const byNamespace = {
    foreign: keyedLayer((...entrances: readonly Entrance[]) => entrances),
    fronts: keyedLayer(frontsOf),
    manual: keyedLayer(manualServicesOf),
    whole: keyedParts<Entrances>(),
  };
  let last: { readonly tables: Tables; readonly pods: readonly FrontPods[] } | undefined;
  return {
    of(namespace, { tables, source }) {
      if (last?.tables !== tables) last = { tables, pods: frontPods(tables) };
      const { pods } = last;
      const here = <T>(table: ReadonlyMap<string, ReadonlyMap<string, T>>) => inNamespace(table, namespace);
      const classes = inNamespace(tables.ingressclasses, '');
      const gateways = gatewaysIn.get(
        '',
        source,
        pods,
        tables.namespaces,
        tables.gatewayclasses,
        tables.gateways,
        tables.listenersets,
        tables.referencegrants,
        tables.httproutes,
        tables.grpcroutes,
        tables.tlsroutes,
        tables.tcproutes,
        tables.udproutes,
      );
      const names = namesIn.get('', pods, tables.services, tables.ingresses, classes);
      return byNamespace.whole.get(namespace, {
        foreign: byNamespace.foreign.get(
          namespace,
          ...(gateways.get(namespace) ?? nothing),
          ...(names.get(namespace) ?? nothing),
        ),
        fronts: byNamespace.fronts.get(namespace, here(tables.ingresses), classes, pods),
        manual: byNamespace.manual.get(
          namespace,
          here(tables.services),
          here(tables.endpointslices),
          // only these need pods, whose table changes all the time
          here(tables.endpointslices).size === 0 ? noPods : here(tables.pods),
        ),
      });
    },
    forget: (namespace) => forgetIn(byNamespace, [namespace]),
  };
}

function frontsOf(
  ingresses: ReadonlyMap<string, Ingress>,
  classes: ReadonlyMap<string, IngressClass>,
  pods: readonly FrontPods[],
): ReadonlyMap<string, Front> {
  return new Map([...ingresses].map(([name, ingress]) => [name, frontOfIngress(ingress, classes, pods)]));
}
