/**
 * Pods grouped by what policies can tell apart: those that the same policies isolate, and whose ports have the same
 * names where a rule asks for names, share one answer. So the cost follows the number of groups, not that of pods.
 */
import type { Labels, NetworkPolicy } from '../objects.ts';
import { selects } from '../selector.ts';
import type { ClusterWide } from './connections.ts';
import { type Direction, type Endpoint, isolates, servedPorts } from './policies.ts';
import { type Reach, reachOf } from './reach.ts';
import { selectsPods } from './rules.ts';
import { underTiers } from './tiers.ts';

export interface Isolation {
  /** The policies that isolate the pod in this direction, by name. */
  readonly policies: readonly NetworkPolicy[];
  readonly reach: Reach;
}

/** What is known of one direction of one namespace. */
interface Known {
  readonly isolating: readonly NetworkPolicy[];
  /** By what tells pods apart. */
  readonly groups: Map<string, Isolation>;
}

type Policies = ReadonlyMap<string, NetworkPolicy>;

type KnownOf = Readonly<Record<Direction, Known>>;

/** By the policies of a namespace, its labels, and cluster-wide policies: all immutable, so nothing is invalidated. */
const memo = new WeakMap<Policies, WeakMap<Labels, WeakMap<ClusterWide, KnownOf>>>();

/** @param policies those of the pod's namespace */
export function isolationOf(
  policies: Policies,
  clusterWide: ClusterWide,
  direction: Direction,
  subject: Endpoint,
): Isolation {
  const { isolating, groups } = knownOf(policies, subject.namespaceLabels, clusterWide)[direction];
  const own = isolating.filter(({ podSelector }) => selects(podSelector, subject.labels));
  const key = keyOf(own, clusterWide, direction, subject);
  let found = groups.get(key);
  if (found === undefined) {
    const reach = underTiers(reachOf(direction, subject, own), direction, subject, clusterWide);
    found = { policies: own, reach };
    groups.set(key, found);
  }
  return found;
}

function knownOf(policies: Policies, labels: Labels, clusterWide: ClusterWide): KnownOf {
  let byLabels = memo.get(policies);
  if (byLabels === undefined) memo.set(policies, (byLabels = new WeakMap()));
  let byTiers = byLabels.get(labels);
  if (byTiers === undefined) byLabels.set(labels, (byTiers = new WeakMap()));
  let known = byTiers.get(clusterWide);
  if (known === undefined) {
    const sorted = [...policies.values()].sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
    const of = (direction: Direction): Known => ({
      isolating: sorted.filter((policy) => isolates(policy, direction)),
      groups: new Map(),
    });
    byTiers.set(clusterWide, (known = { ingress: of('ingress'), egress: of('egress') }));
  }
  return known;
}

/** Names of policies hold no blank. */
function keyOf(
  own: readonly NetworkPolicy[],
  { admin, baseline }: ClusterWide,
  direction: Direction,
  subject: Endpoint,
): string {
  const { pod } = subject;
  const tiers = [...admin, ...baseline].filter(({ policy }) => selectsPods(policy.subject, subject));
  const names = [
    ...own.map(({ metadata }) => metadata.name),
    ...tiers.map(({ policy }) => `${policy.kind}/${policy.metadata.name}`),
  ].join(' ');
  if (pod.hostNetwork === true) return `(node) ${names}`;
  // where a pod connects to, the names are those of the destination
  if (direction === 'egress' || (tiers.length === 0 && !own.some(asksForNames))) return names;
  const ports = servedPorts(pod).map(({ name, containerPort, protocol }) => [name, containerPort, protocol]);
  return `${names} ${JSON.stringify(ports)}`;
}

const asksForNames = ({ ingress }: NetworkPolicy): boolean =>
  ingress.some(({ ports }) => ports.some(({ port }) => typeof port === 'string'));
