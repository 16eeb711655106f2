import type { ApiClient } from './api-client.ts';
import { playedBy } from './kwok.ts';
import { Problem } from './problem.ts';
import { versions } from './versions.ts';

export interface NodeOptions {
  readonly count: number;
  readonly podsPerNode: number;
  /** Where KWOK answers as the kubelet. */
  readonly kubeletPort: number;
}

/** Makes the Nodes exactly `count`: kept data may hold more, or fewer, or ones with an old kubelet's port. */
export async function ensureNodes(api: ApiClient, server: string, options: NodeOptions): Promise<void> {
  const all = Array.from({ length: options.count }, (_, index) => nodeObject(index, options));
  for (const node of all) {
    const url = `${server}/api/v1/nodes`;
    const created = await api.send('POST', url, node);
    if (created.status === 201) continue;
    if (created.status !== 409) throw new Problem(`creating ${node.metadata.name}: ${created.text}`);
    // no conditions, as after a reboot: it counts as Ready only when its kubelet has said so again
    const status = { status: { ...node.status, conditions: [] } };
    const patched = await api.send('PATCH', `${url}/${node.metadata.name}/status`, status);
    if (patched.status !== 200) throw new Problem(`updating ${node.metadata.name}: ${patched.text}`);
  }
  await removeOthers(api, server, new Set(all.map((node) => node.metadata.name)));
}

interface ListedNode {
  readonly metadata: { readonly name: string; readonly annotations?: Readonly<Record<string, string>> };
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

async function listNodes(api: ApiClient, server: string): Promise<readonly ListedNode[]> {
  const { status, text } = await api.send('GET', `${server}/api/v1/nodes`);
  if (status !== 200) throw new Error(`listing Nodes: ${text}`);
  return (JSON.parse(text) as { items: ListedNode[] }).items;
}

const isPlayed = ({ metadata }: ListedNode): boolean =>
  Object.entries(playedBy).every(([key, value]) => metadata.annotations?.[key] === value);

async function removeOthers(api: ApiClient, server: string, wanted: ReadonlySet<string>): Promise<void> {
  for (const node of await listNodes(api, server)) {
    const { name } = node.metadata;
    if (isPlayed(node) && !wanted.has(name)) await api.send('DELETE', `${server}/api/v1/nodes/${name}`);
  }
}

export async function readyNodes(api: ApiClient, server: string): Promise<number> {
  const nodes = await listNodes(api, server);
  return nodes.filter(
    (node) =>
      isPlayed(node) && node.status?.conditions?.some((c) => c.type === 'Ready' && c.status === 'True'),
  ).length;
}

function nodeObject(index: number, { podsPerNode, kubeletPort }: NodeOptions) {
  const name = `node-${index + 1}`;
  const arch = process.arch === 'x64' ? 'amd64' : process.arch;
  const podCIDR = podRange(index, podsPerNode);
  const resources = { cpu: '32', memory: '256Gi', pods: String(podsPerNode), 'ephemeral-storage': '500Gi' };
  const id = `00000000-0000-4000-8000-${String(index + 1).padStart(12, '0')}`;
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      annotations: playedBy,
      labels: {
        'kubernetes.io/hostname': name,
        'kubernetes.io/os': 'linux',
        'kubernetes.io/arch': arch,
      },
    },
    spec: { podCIDR, podCIDRs: [podCIDR] },
    status: {
      addresses: [
        { type: 'InternalIP', address: `172.18.${(index + 2) >> 8}.${(index + 2) & 255}` },
        { type: 'Hostname', address: name },
        // by this one the API server reaches the kubelet (kubectl logs): the address above is only for show
        { type: 'InternalDNS', address: 'localhost' },
      ],
      allocatable: resources,
      capacity: resources,
      daemonEndpoints: { kubeletEndpoint: { Port: kubeletPort } },
      nodeInfo: {
        architecture: arch,
        operatingSystem: 'linux',
        kubeletVersion: versions.kubernetes,
        kubeProxyVersion: versions.kubernetes,
        containerRuntimeVersion: 'containerd://2.1.4',
        kernelVersion: '6.12.48',
        osImage: 'Debian GNU/Linux 13 (trixie)',
        machineID: id.replaceAll('-', ''),
        systemUUID: id,
        bootID: id,
      },
    },
  };
}

const FIRST_POD_ADDRESS = (10 << 24) | (128 << 16); // 10.128.0.0/9: clear of the Services' 10.96.0.0/16
const POD_ADDRESS_BITS = 23;

/** Each Node its own range, or pod addresses repeat; twice the pods, so that a deleted pod's address rests. */
function podRange(index: number, podsPerNode: number): string {
  const hostBits = Math.max(8, Math.ceil(Math.log2(podsPerNode * 2)));
  if (index >= 2 ** (POD_ADDRESS_BITS - hostBits)) {
    throw new Problem(
      `${podsPerNode} pods on each of so many nodes need more addresses than 10.128.0.0/9 has`,
    );
  }
  const address = FIRST_POD_ADDRESS + index * 2 ** hostBits;
  const bytes = [24, 16, 8, 0].map((shift) => (address >> shift) & 255);
  return `${bytes.join('.')}/${32 - hostBits}`;
}
