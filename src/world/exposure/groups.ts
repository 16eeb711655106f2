/**
 * Pods grouped by what policies can tell apart: those that the same policies isolate, and whose ports have the same
 * names where a rule asks for names, share one answer. So the cost follows the number of groups, not that of pods.
 */
import type { Labels, NetworkPolicy } from '../objects.ts';
import { selects } from '../selector.ts';
import { type Direction, type Endpoint, isolates, servedPorts } from './policies.ts';
import { type Reach, reachOf } from './reach.ts';

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

/** By the policies of a namespace and its labels: both are immutable, so nothing is ever invalidated. */
const memo = new WeakMap<Policies, WeakMap<Labels, Readonly<Record<Direction, Known>>>>();

/** @param policies those of the pod's namespace */
export function isolationOf(policies: Policies, direction: Direction, subject: Endpoint): Isolation {
  const { isolating, groups } = knownOf(policies, subject.namespaceLabels)[direction];
  const own = isolating.filter(({ podSelector }) => selects(podSelector, subject.labels));
  const key = keyOf(own, direction, subject);
  let found = groups.get(key);
  if (found === undefined) {
    found = { policies: own, reach: reachOf(direction, subject, own) };
    groups.set(key, found);
  }
  return found;
}

function knownOf(policies: Policies, labels: Labels): Readonly<Record<Direction, Known>> {
  let byLabels = memo.get(policies);
  if (byLabels === undefined) memo.set(policies, (byLabels = new WeakMap()));
  let known = byLabels.get(labels);
  if (known === undefined) {
    const sorted = [...policies.values()].sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
    const of = (direction: Direction): Known => ({
      isolating: sorted.filter((policy) => isolates(policy, direction)),
      groups: new Map(),
    });
    byLabels.set(labels, (known = { ingress: of('ingress'), egress: of('egress') }));
  }
  return known;
}

/** Names of policies hold no blank. */
function keyOf(own: readonly NetworkPolicy[], direction: Direction, { pod }: Endpoint): string {
  const names = own.map(({ metadata }) => metadata.name).join(' ');
  if (pod.hostNetwork === true) return `(node) ${names}`;
  // where a pod connects to, the names are those of the destination
  if (direction === 'egress' || !own.some(asksForNames)) return names;
  const ports = servedPorts(pod).map(({ name, containerPort, protocol }) => [name, containerPort, protocol]);
  return `${names} ${JSON.stringify(ports)}`;
}

const asksForNames = ({ ingress }: NetworkPolicy): boolean =>
  ingress.some(({ ports }) => ports.some(({ port }) => typeof port === 'string'));
