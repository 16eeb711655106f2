/**
 * Zones: the pods that one rule lets somebody in to, or that nothing shuts off. A zone is a hub: whoever is let in is
 * let in to all of it, so the cost grows with rules and pods, not with pairs of pods. Who is let in is asked of a
 * namespace where the rule takes all of it, and of each pod only where the rule selects pods.
 */
import { decideTiers, type Policies, stackOf } from '../exposure/connections.ts';
import { type Endpoint, isValidPeer } from '../exposure/policies.ts';
import { allPorts, noPorts, type Ports } from '../exposure/ports.ts';
import { coversPrivateNetwork } from '../exposure/reach.ts';
import { networkRules, type Rule } from '../exposure/rules.ts';
import type { Labels, LabelSelector, NetworkPolicyPeer } from '../objects.ts';
import { isEmptySelector, selects } from '../selector.ts';
import { all } from '../world.ts';
import { includesPod, type Source } from './sources.ts';
import { Visits } from './visits.ts';

/** The pods of one variant of a workload. */
export interface Pods {
  /** The index of its foothold. */
  readonly foothold: number;
  readonly endpoint: Endpoint;
}

export interface Target extends Pods {
  /** The cluster-wide rules that apply to it for ingress. */
  readonly tiers: { readonly admin: readonly Rule[]; readonly baseline: readonly Rule[] };
}

export interface Zone {
  /** `open`: no NetworkPolicy selects these pods. `closed`: some do, but cluster-wide policies come first. */
  readonly kind: 'rule' | 'open' | 'closed';
  /** The rule of a NetworkPolicy that lets in. */
  readonly rule?: Rule;
  /** Those that can still be got into; the search takes away the others. */
  targets: readonly Target[];
  readonly visits: Visits;
}

/** Zones that are entered from the same pods: all that a selector of namespaces selects, say. */
interface Gate {
  readonly whole: Zone[];
  /** Only from some of the pods there: each is asked. */
  readonly some: Zone[];
  readonly visits: Visits;
}

export interface Zones {
  /** The zones into which pods of a source may get, except those where such pods have been before. */
  from(pods: Pods, source: Source): Iterable<Zone>;
}

/** What policies of a target's own let the source connect to, through the zone. */
export function letIn({ kind, rule }: Zone, { endpoint, tiers }: Target, { included }: Source): Ports {
  const network = kind === 'open' ? undefined : (rule?.ports(endpoint.pod) ?? noPorts);
  if (tiers.admin.length + tiers.baseline.length === 0) return network ?? allPorts;
  return decideTiers(tiers, network, (each) => (included.has(each) ? each.ports(endpoint.pod) : noPorts));
}

export function* zonesUnder(policies: Policies, pods: readonly Pods[]): Generator<undefined, Zones> {
  const gates = gatesOf(policies, yield* zonesByRule(policies, pods));
  const inNamespace = new Map<string, readonly Gate[]>();
  const gatesOn = ({ namespace, namespaceLabels, pod }: Endpoint): readonly Gate[] => {
    if (pod.hostNetwork === true) return [gates.everyone];
    let found = inNamespace.get(namespace);
    if (found === undefined) {
      found = gates.of(namespace, namespaceLabels);
      inNamespace.set(namespace, found);
    }
    return found;
  };
  return {
    *from({ endpoint, foothold }, source) {
      for (const { whole, some, visits } of gatesOn(endpoint)) {
        if (visits.isNews(source, foothold)) yield* whole;
        for (const zone of some)
          if (zone.rule !== undefined && zone.targets.length > 0 && includesPod(zone.rule, endpoint))
            yield zone;
      }
    },
  };
}

const newZone = (kind: Zone['kind'], rule?: Rule): Zone & { targets: Target[] } => ({
  kind,
  ...(rule === undefined ? {} : { rule }),
  targets: [],
  visits: new Visits(),
});

interface ByRule {
  readonly open: Zone;
  readonly closed: Zone;
  readonly of: ReadonlyMap<Rule, Zone>;
}

function* zonesByRule(policies: Policies, pods: readonly Pods[]): Generator<undefined, ByRule> {
  const [open, closed] = [newZone('open'), newZone('closed')];
  const of = new Map<Rule, ReturnType<typeof newZone>>();
  for (const one of pods) {
    yield;
    const { network, admin, baseline } = stackOf('ingress', one.endpoint, policies);
    const target: Target = { ...one, tiers: { admin, baseline: network === undefined ? baseline : [] } };
    if (network === undefined) open.targets.push(target);
    else if (admin.length > 0) closed.targets.push(target);
    for (const rule of network ?? []) {
      let zone = of.get(rule);
      if (zone === undefined) of.set(rule, (zone = newZone('rule', rule)));
      zone.targets.push(target);
    }
  }
  return { open, closed, of };
}

interface Gates {
  readonly everyone: Gate;
  readonly of: (namespace: string, labels: Labels) => readonly Gate[];
}

const newGate = (...whole: readonly Zone[]): Gate => ({ whole: [...whole], some: [], visits: new Visits() });

function gatesOf(policies: Policies, { open, closed, of }: ByRule): Gates {
  const everyone = newGate(open, closed);
  const homes = new Map<string, Gate>();
  const bySelector = new Map<string, Gate & { readonly selector: LabelSelector }>();
  const gateOf = ({ namespaceSelector: selector }: NetworkPolicyPeer, home: string): Gate => {
    if (selector === undefined) return made(homes, home, () => newGate());
    return made(bySelector, JSON.stringify(selector), () => ({ ...newGate(), selector }));
  };
  for (const policy of inOrder(policies)) {
    const { namespace } = policy.metadata;
    for (const [index, { peers }] of policy.ingress.entries()) {
      const rule = networkRules(policy).ingress[index];
      const zone = rule === undefined ? undefined : of.get(rule);
      if (rule === undefined || zone === undefined) continue;
      if (peers.length === 0 || coversPrivateNetwork(rule.addresses)) everyone.whole.push(zone);
      for (const peer of peers) {
        if (peer.ipBlock !== undefined || !isValidPeer(peer)) continue;
        const gate = gateOf(peer, namespace);
        const isWhole = peer.podSelector === undefined || isEmptySelector(peer.podSelector);
        (isWhole ? gate.whole : gate.some).push(zone);
      }
    }
  }
  return {
    everyone,
    of: (namespace, labels) => [
      everyone,
      ...[homes.get(namespace)].filter((gate) => gate !== undefined),
      ...[...bySelector.values()].filter(({ selector }) => selects(selector, labels)),
    ],
  };
}

function made<T>(map: Map<string, T>, key: string, make: () => T): T {
  let found = map.get(key);
  if (found === undefined) map.set(key, (found = make()));
  return found;
}

/** So that of several ways the same one is found, whatever the order of the objects. */
const inOrder = ({ network }: Policies) =>
  [...all(network)].sort(
    (a, b) =>
      compare(a.metadata.namespace, b.metadata.namespace) || compare(a.metadata.name, b.metadata.name),
  );

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
