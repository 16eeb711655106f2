/** Who can open a connection to a workload, and where it can connect to. */
import type { Ingress, Namespace, NetworkPolicy, Service } from './objects.ts';
import type { Workload } from './workloads.ts';

export interface Exposure {
  /** The policies that select the workload's pods and isolate them for ingress, and for egress. */
  readonly ingressPolicies: readonly NetworkPolicy[];
  readonly egressPolicies: readonly NetworkPolicy[];
  /** The Services that select the workload's pods. */
  readonly services: readonly Service[];
}

/** Everything of the workload's namespace that decides its exposure. */
export function exposureOf(
  _workload: Workload,
  _policies: ReadonlyMap<string, NetworkPolicy>,
  _services: ReadonlyMap<string, Service>,
  _ingresses: ReadonlyMap<string, Ingress>,
  _namespaces: ReadonlyMap<string, Namespace>,
): Exposure {
  return { ingressPolicies: [], egressPolicies: [], services: [] };
}
