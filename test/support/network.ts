/** Small worlds for network tests, from YAML. */
import { loadWorld } from '../../src/observe/files/load.ts';
import { parseAddress } from '../../src/world/exposure/addresses.ts';
import { connections, type Party, policiesIn } from '../../src/world/exposure/connections.ts';
import { entrancesLayer } from '../../src/world/exposure/edge/entrances.ts';
import { type Exposure, exposureOf } from '../../src/world/exposure/exposure.ts';
import { canonical } from '../../src/world/exposure/intervals.ts';
import { namespaceLabels } from '../../src/world/exposure/policies.ts';
import { portsText } from '../../src/world/exposure/ports.ts';
import { find, inNamespace, type World } from '../../src/world/world.ts';
import { workloadsLayer } from '../../src/world/workload/workloads.ts';

export async function worldOf(...documents: readonly string[]): Promise<World> {
  const { world, errors } = await loadWorld([{ name: 'test', content: documents.join('\n---\n') }], 0);
  if (errors.length > 0) throw new Error(errors.map(({ message }) => message).join());
  return world;
}

/** A pod `namespace/name`, labelled `app: name`. */
export const pod = (
  id: string,
  { ports = '', spec = '', ip = '' }: { ports?: string; spec?: string; ip?: string } = {},
): string => {
  const [namespace, name] = id.split('/');
  return `
apiVersion: v1
kind: Pod
metadata: { name: ${name}, namespace: ${namespace}, labels: { app: ${name} } }
spec:
  ${spec}
  containers:
    - { name: main, image: registry.example/main, ports: [${ports}] }
${ip === '' ? '' : `status: { podIPs: [{ ip: ${ip} }] }`}`;
};

export const namespace = (name: string, labels = ''): string =>
  `{ apiVersion: v1, kind: Namespace, metadata: { name: ${name}, labels: { ${labels} } } }`;

/** A policy of namespace `shop`; `spec` in YAML flow style. */
export const policy = (spec: string, name = 'policy', home = 'shop'): string =>
  `{ apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: { name: ${name}, namespace: ${home} }, spec: ${spec} }`;

export const service = (spec: string, annotations = '', status = ''): string =>
  `{ apiVersion: v1, kind: Service, metadata: { name: web, namespace: shop, annotations: { ${annotations} } }, spec: ${spec}${status === '' ? '' : `, status: ${status}`} }`;

export const ingress = (spec: string, annotations = ''): string =>
  `{ apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: { name: web, namespace: shop, annotations: { ${annotations} } }, spec: ${spec} }`;

export function partyIn({ tables }: World, id: string): Party {
  const [home = '', name = ''] = id.split('/');
  const found = find(tables.pods, home, name);
  if (found === undefined) {
    const outside = parseAddress(id);
    if (outside === undefined) throw new Error(`no pod ${id}`);
    return { outside };
  }
  return {
    namespace: home,
    namespaceLabels: namespaceLabels(home, find(tables.namespaces, '', home)?.metadata.labels),
    labels: found.metadata.labels,
    pod: found.spec,
    node: found.nodeName,
    addresses: canonical(found.podIPs.flatMap((ip) => parseAddress(ip) ?? [])),
  };
}

/** What `from` may open at `to`, in words; each is `namespace/pod` or an address. */
export const open = (world: World, from: string, to: string): string =>
  portsText(connections(partyIn(world, from), partyIn(world, to), policiesIn(world.tables)));

/** The exposure of the only pod of namespace `shop`. */
export function exposureIn(world: World, source: World['source'] = 'files'): Exposure {
  const { tables } = world;
  const workload = [...workloadsLayer()(world).values()].find(({ ref }) => ref.namespace === 'shop');
  if (workload === undefined) throw new Error('no pod in shop');
  return exposureOf(
    workload,
    inNamespace(tables.networkpolicies, 'shop'),
    inNamespace(tables.services, 'shop'),
    inNamespace(tables.ingresses, 'shop'),
    entrancesLayer().of('shop', { tables, source }),
    namespaceLabels('shop', find(tables.namespaces, '', 'shop')?.metadata.labels),
    source,
  );
}
