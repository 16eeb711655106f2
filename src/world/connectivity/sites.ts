/** Workloads as policies see them: the pods that they have, or would have. */
import { parseAddress } from '../exposure/addresses.ts';
import * as intervals from '../exposure/intervals.ts';
import { type Endpoint, namespaceLabels } from '../exposure/policies.ts';
import type { Pod } from '../objects.ts';
import { apiGroupOf, find, type World } from '../world.ts';
import { podsByWorkload, type Workload, workloadsLayer } from '../workload/workloads.ts';

export interface Site {
  /** `namespace/kind/name`, the kind in lower case. */
  readonly name: string;
  readonly workload: Workload;
  /** Its pods; without any, what it declares. Never empty. */
  readonly endpoints: readonly Endpoint[];
}

/** All workloads, by name. */
export function sitesIn(world: World): readonly Site[] {
  const pods = podsByWorkload(world);
  const workloads = [...workloadsLayer()(world).values()];
  const plain = Map.groupBy(workloads, nameOf);
  return workloads
    .map((workload) => {
      const name = nameOf(workload);
      const isAlone = plain.get(name)?.length === 1;
      return {
        name: isAlone ? name : qualified(workload),
        workload,
        endpoints: endpointsOf(workload, pods.get(workload.key) ?? [], world),
      };
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

const nameOf = ({ ref }: Workload): string => `${ref.namespace}/${ref.kind.toLowerCase()}/${ref.name}`;

/** Several APIs may have a kind of the same name. */
const qualified = ({ ref }: Workload): string => {
  const group = apiGroupOf(ref.apiVersion);
  return `${ref.namespace}/${ref.kind.toLowerCase()}${group === '' ? '' : `.${group}`}/${ref.name}`;
};

function endpointsOf(workload: Workload, pods: readonly Pod[], { tables }: World): readonly Endpoint[] {
  const { namespace } = workload.ref;
  const home = {
    namespace,
    namespaceLabels: namespaceLabels(namespace, find(tables.namespaces, '', namespace)?.metadata.labels),
  };
  if (pods.length === 0)
    return workload.variants.map(({ labels, pod }) => ({ ...home, labels, pod, addresses: [] }));
  return pods.map(({ metadata, spec, podIPs, nodeName }) => {
    // a pod on the node's network has the node's addresses
    const node =
      nodeName === undefined || spec.hostNetwork !== true ? undefined : find(tables.nodes, '', nodeName);
    const ips = [...podIPs, ...(node?.addresses.map(({ address }) => address) ?? [])];
    const addresses = intervals.canonical(ips.flatMap((ip) => parseAddress(ip) ?? []));
    return { ...home, labels: metadata.labels, pod: spec, addresses, node: nodeName };
  });
}
