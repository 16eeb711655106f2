/** What surrounds all workloads of one namespace alike, gathered once for them. */
import type { RiskPolicy } from '../../policy/policy.ts';
import type { NetworkGround, NetworkLayer } from '../exposure/network.ts';
import { byReference, forgetIn, keyedLayer, keyedParts } from '../layer.ts';
import type {
  ConfigMap,
  Namespace,
  PersistentVolume,
  PersistentVolumeClaim,
  ServiceAccount,
} from '../objects.ts';
import type { Workload } from '../workload/workloads.ts';
import { type Exploitation, find, inNamespace, type Missing, type Table, type World } from '../world.ts';
import { policyEnginesOf } from './policy-engines.ts';
import { sharingOf, type Sharing } from './secret-use.ts';
import { declaredOf, declaringIn, type Selection, selectionOf } from './selection.ts';
import { type Reports, reportsByResource } from './vulnerabilities.ts';

export interface Ground {
  /** Undefined if the world has no object of it. */
  readonly namespace: Namespace | undefined;
  readonly policy: RiskPolicy;
  readonly accounts: ReadonlyMap<string, ServiceAccount>;
  readonly configMaps: ReadonlyMap<string, ConfigMap>;
  readonly claims: ReadonlyMap<string, PersistentVolumeClaim>;
  readonly volumes: ReadonlyMap<string, PersistentVolume>;
  readonly reports: Reports;
  readonly exploitation: Exploitation | undefined;
  readonly selection: Selection;
  readonly sharing: Sharing;
  readonly network: NetworkGround;
  readonly policyEngines: readonly string[];
  readonly source: World['source'];
  readonly missing: Missing;
}

export interface GroundLayer {
  /** Keeps its reference while all of it is the same. */
  of(namespace: string, world: World, policy: RiskPolicy): Ground;
  forget(names: Iterable<string>): void;
}

export function groundLayer(
  network: NetworkLayer,
  workloads: (world: World) => ReadonlyMap<string, Workload>,
): GroundLayer {
  const policyEngines = keyedLayer(policyEnginesOf);
  const byNamespace = {
    declared: keyedLayer(declaredOf),
    selection: keyedLayer(selectionOf),
    sharing: keyedLayer(sharingOf),
    reports: keyedLayer(reportsByResource, byReference),
    whole: keyedParts<Ground>(),
  };
  return {
    of(namespace, world, policy) {
      const { tables, exploitation, source, missing } = world;
      const here = <T>(table: Table<T>) => inNamespace(table, namespace);
      const declaring = declaringIn(tables, namespace);
      const declared = byNamespace.declared.get(namespace, ...declaring);
      return byNamespace.whole.get(namespace, {
        namespace: find(tables.namespaces, '', namespace),
        policy,
        accounts: here(tables.serviceaccounts),
        configMaps: here(tables.configmaps),
        claims: here(tables.persistentvolumeclaims),
        volumes: inNamespace(tables.persistentvolumes, ''),
        reports: byNamespace.reports.get(namespace, here(tables.vulnerabilityreports)),
        exploitation,
        selection: byNamespace.selection.get(namespace, here(tables.services), declared),
        sharing: byNamespace.sharing.get(namespace, here(tables.serviceaccounts), ...declaring),
        network: network.groundOf(namespace, world, declared),
        policyEngines: policyEngines.get(
          '',
          workloads(world),
          inNamespace(tables.validatingadmissionpolicybindings, ''),
        ),
        source,
        missing,
      });
    },
    forget(names) {
      forgetIn(byNamespace, names);
      network.forgetNamespaces(names);
    },
  };
}
