/**
 * What policies can tell apart. Pods that differ only in what no policy mentions are alike to all of them, and so are
 * neighbouring addresses: each kind is asked about once, however many there are.
 */
import type { Policies } from '../exposure/connections.ts';
import { type Addresses, allAddresses } from '../exposure/addresses.ts';
import * as intervals from '../exposure/intervals.ts';
import { type Endpoint, namedPorts } from '../exposure/policies.ts';
import { protocols } from '../exposure/ports.ts';
import { networkRules, type Rule } from '../exposure/rules.ts';
import type { Labels, LabelSelector, NamespacedPods } from '../objects.ts';
import { all } from '../world.ts';

export interface Distinctions {
  /** Equal for pods that no policy can tell apart. */
  readonly keyOf: (endpoint: Endpoint) => string;
  /** All addresses, in ranges that no policy divides. */
  readonly ranges: readonly Addresses[];
}

/** @param cuts further addresses to divide the ranges at */
export function distinctionsOf(policies: Policies, cuts: Addresses = []): Distinctions {
  const words = vocabularyOf(policies);
  const edges = edgesOf([...rulesIn(policies)], cuts);
  const chosen = chooser();
  return {
    ranges: intervals.divided(allAddresses, edges),
    keyOf({ namespace, namespaceLabels, labels, pod, addresses }) {
      return JSON.stringify([
        words.homes.has(namespace) ? namespace : '',
        chosen(namespaceLabels, words.namespaceKeys),
        chosen(labels, words.podKeys),
        pod.hostNetwork === true,
        [...words.portNames].map((name) => protocols.map((protocol) => namedPorts(pod, protocol, name))),
        addresses.map(({ from }) => placeOf(from, edges)),
      ]);
    },
  };
}

/** Of a subject or a peer of any kind of policy. */
type Pods = { readonly [K in keyof NamespacedPods]?: LabelSelector | undefined };

interface Vocabulary {
  /** Namespaces with policies of their own. */
  readonly homes: ReadonlySet<string>;
  readonly namespaceKeys: ReadonlySet<string>;
  readonly podKeys: ReadonlySet<string>;
  readonly portNames: ReadonlySet<string>;
}

function vocabularyOf({ network, admin, baseline }: Policies): Vocabulary {
  const namespaceKeys = new Set<string>();
  const podKeys = new Set<string>();
  const portNames = new Set<string>();
  const mention = (keys: Set<string>, selector: LabelSelector | undefined) => {
    for (const key of Object.keys(selector?.matchLabels ?? {})) keys.add(key);
    for (const { key } of selector?.matchExpressions ?? []) keys.add(key);
  };
  const mentionPods = ({ namespaceSelector, podSelector }: Pods) => {
    mention(namespaceKeys, namespaceSelector);
    mention(podKeys, podSelector);
  };
  for (const policy of all(network)) {
    mention(podKeys, policy.podSelector);
    for (const { peers, ports } of [...policy.ingress, ...policy.egress]) {
      peers.forEach(mentionPods);
      for (const { port } of ports) if (typeof port === 'string') portNames.add(port);
    }
  }
  for (const { policy } of [...admin, ...baseline]) {
    mentionPods(policy.subject);
    for (const { peers, ports } of [...policy.ingress, ...policy.egress]) {
      for (const { pods } of peers) mentionPods(pods ?? {});
      for (const { name } of ports) if (name !== undefined) portNames.add(name);
    }
  }
  return { homes: new Set(network.keys()), namespaceKeys, podKeys, portNames };
}

/** Those of the labels that have one of the keys, as text; remembered, because many pods share their labels. */
function chooser(): (labels: Labels, keys: ReadonlySet<string>) => string {
  const known = new Map<ReadonlySet<string>, WeakMap<Labels, string>>();
  return (labels, keys) => {
    let byLabels = known.get(keys);
    if (byLabels === undefined) known.set(keys, (byLabels = new WeakMap()));
    let text = byLabels.get(labels);
    if (text === undefined) {
      const mentioned = Object.entries(labels).filter(([key]) => keys.has(key));
      text = JSON.stringify(mentioned.sort(([a], [b]) => (a < b ? -1 : 1)));
      byLabels.set(labels, text);
    }
    return text;
  };
}

function* rulesIn({ network, admin, baseline }: Policies): Iterable<Rule> {
  for (const policy of all(network)) {
    const { ingress, egress } = networkRules(policy);
    yield* ingress;
    yield* egress;
  }
  for (const { rules } of [...admin, ...baseline]) {
    yield* rules.ingress;
    yield* rules.egress;
  }
}

function edgesOf(rules: readonly Rule[], cuts: Addresses): readonly bigint[] {
  const sets = [cuts, ...rules.map(({ addresses }) => addresses)];
  const edges = new Set(sets.flatMap((set) => set.flatMap(({ from, end }) => [from, end])));
  return [...edges].sort((a, b) => (a < b ? -1 : 1));
}

/** How many edges are at or before an address. */
function placeOf(address: bigint, edges: readonly bigint[]): number {
  let [low, high] = [0, edges.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((edges[middle] ?? 0n) <= address) low = middle + 1;
    else high = middle;
  }
  return low;
}
