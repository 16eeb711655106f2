/**
 * The shapes of cluster-wide policies: ClusterNetworkPolicy (v1beta1, v1alpha2), and AdminNetworkPolicy and
 * BaselineAdminNetworkPolicy (v1alpha1), all in the terms of the first. What one peer or port says and is not known
 * here comes out empty, so that its rule fails closed; an object without a subject, an action or a tier that is known
 * is refused as a whole, as the API server refuses it.
 * @see https://network-policy-api.sigs.k8s.io/reference/spec/
 */
import type * as slim from '../../world/objects.ts';
import { lifted, strings } from './metadata.ts';
import { labelSelector } from './selector.ts';
import {
  isRecord,
  list,
  number,
  object,
  optional,
  type Shape,
  ShapeError,
  string,
  withDefault,
} from './shape.ts';

type Raw = Readonly<Record<string, unknown>>;

const given = (value: unknown): boolean => value !== undefined && value !== null;

/** The only field of a union that is there; undefined if there is none, or several. */
function onlyField(value: unknown): readonly [key: string, field: unknown] | undefined {
  const fields = isRecord(value) ? Object.entries(value).filter(([, field]) => given(field)) : [];
  return fields.length === 1 ? fields[0] : undefined;
}

const hasOnly = (value: Raw, known: readonly string[]): boolean =>
  Object.entries(value).every(([key, field]) => known.includes(key) || !given(field));

const everything: slim.LabelSelector = { matchLabels: {}, matchExpressions: [] };

/** Undefined for a selector that says more than is known here: without that it would select more than is meant. */
const knownSelector: Shape<slim.LabelSelector | undefined> = (value) =>
  isRecord(value) && hasOnly(value, ['matchLabels', 'matchExpressions']) ? labelSelector(value) : undefined;

const podsShape = object<{
  namespaceSelector: slim.LabelSelector | undefined;
  podSelector: slim.LabelSelector | undefined;
}>({
  namespaceSelector: withDefault(knownSelector, everything),
  podSelector: withDefault(knownSelector, everything),
});

function namespacedPods(value: unknown): slim.NamespacedPods | undefined {
  if (!isRecord(value) || !hasOnly(value, ['namespaceSelector', 'podSelector'])) return undefined;
  const { namespaceSelector, podSelector } = podsShape(value);
  return namespaceSelector === undefined || podSelector === undefined
    ? undefined
    : { namespaceSelector, podSelector };
}

/** What `namespaces` and `pods` select, in a subject as in a peer. */
function podsOf(key: string, field: unknown): slim.NamespacedPods | undefined {
  if (key === 'pods') return namespacedPods(field);
  const namespaceSelector = key === 'namespaces' ? knownSelector(field) : undefined;
  return namespaceSelector === undefined ? undefined : { namespaceSelector };
}

const peer: Shape<slim.ClusterWidePeer> = (value) => {
  const [key, field] = onlyField(value) ?? ['', undefined];
  const pods = podsOf(key, field);
  if (pods !== undefined) return { pods };
  const nodes = key === 'nodes' ? knownSelector(field) : undefined;
  if (nodes !== undefined) return { nodes };
  if (key === 'networks') return { networks: strings(field) };
  if (key === 'domainNames') return { domainNames: strings(field) };
  return {};
};

const subject: Shape<slim.NamespacedPods> = (value) => {
  const [key, field] = onlyField(value) ?? ['', undefined];
  const pods = podsOf(key, field);
  if (pods === undefined) throw new ShapeError('expected one of namespaces and pods');
  return pods;
};

const numbered = object<{ protocol: string; port?: number | undefined }>({
  protocol: withDefault(string, 'TCP'),
  port: optional(number),
});
const range = object<{ protocol: string; start?: number | undefined; end?: number | undefined }>({
  protocol: withDefault(string, 'TCP'),
  start: optional(number),
  end: optional(number),
});

/** A port of AdminNetworkPolicy and BaselineAdminNetworkPolicy. */
function portOf(key: string, field: unknown): slim.ClusterWidePort | undefined {
  if (key === 'namedPort') return { name: string(field) };
  if (key === 'portRange') return range(field);
  if (key !== 'portNumber') return undefined;
  const { protocol, port } = numbered(field);
  return { protocol, start: port, end: port };
}

/** A protocol of ClusterNetworkPolicy: `{tcp: {destinationPort: {number: 80}}}`; without a port, all of the protocol. */
function protocolOf(key: string, field: unknown): slim.ClusterWidePort | undefined {
  if (key === 'destinationNamedPort') return { name: string(field) };
  if (!['tcp', 'udp', 'sctp'].includes(key) || !isRecord(field) || !hasOnly(field, ['destinationPort']))
    return undefined;
  const protocol = key.toUpperCase();
  const { destinationPort } = field;
  if (!given(destinationPort)) return { protocol, start: 1, end: 65535 };
  const [kind, port] = onlyField(destinationPort) ?? ['', undefined];
  if (kind === 'number') return { protocol, start: number(port), end: number(port) };
  return kind === 'range' ? { ...range(port), protocol } : {};
}

const port: Shape<slim.ClusterWidePort> = (value) => {
  const [key, field] = onlyField(value) ?? ['', undefined];
  return portOf(key, field) ?? protocolOf(key, field) ?? {};
};

type Actions = Readonly<Record<string, slim.PolicyAction>>;

const action =
  (known: Actions): Shape<slim.PolicyAction> =>
  (value) => {
    const found = typeof value === 'string' && Object.hasOwn(known, value) ? known[value] : undefined;
    if (found === undefined) throw new ShapeError(`expected one of ${Object.keys(known).join(', ')}`);
    return found;
  };

const rules = (side: 'from' | 'to', actions: Actions): Shape<readonly slim.ClusterWideRule[]> =>
  list((value) => {
    const raw = isRecord(value) ? value : {};
    const head = object<Pick<slim.ClusterWideRule, 'name' | 'action'>>({
      name: optional(string),
      action: action(actions),
    })(value);
    return { ...head, peers: list(peer)(raw[side]), ports: list(port)(raw['protocols'] ?? raw['ports']) };
  });

const priority: Shape<number> = (value) => {
  const found = number(value);
  if (!Number.isInteger(found) || found < 0 || found > 1000)
    throw new ShapeError('expected a whole number from 0 to 1000');
  return found;
};

const tier: Shape<slim.ClusterWidePolicy['tier']> = (value) => {
  if (value !== 'Admin' && value !== 'Baseline') throw new ShapeError('expected Admin or Baseline');
  return value;
};

type Spec = Omit<slim.ClusterWidePolicy, keyof slim.Slim>;

const policy = (
  actions: Actions,
  order: { readonly tier: Shape<Spec['tier']>; readonly priority: Shape<number> },
): Shape<slim.ClusterWidePolicy> =>
  lifted<slim.ClusterWidePolicy, Spec>(
    'spec',
    object<Spec>({ ...order, subject, ingress: rules('from', actions), egress: rules('to', actions) }),
    (spec) => spec,
  );

const older: Actions = { Allow: 'Accept', Deny: 'Deny', Pass: 'Pass' };

export const clusterNetworkPolicy = policy(
  { Accept: 'Accept', Deny: 'Deny', Pass: 'Pass' },
  { tier, priority },
);
export const adminNetworkPolicy = policy(older, { tier: () => 'Admin', priority });
/** There is one, which has no priority: after every ClusterNetworkPolicy of its tier. It cannot pass: nothing follows. */
export const baselineAdminNetworkPolicy = policy(
  { Allow: 'Accept', Deny: 'Deny' },
  { tier: () => 'Baseline', priority: () => 1000 },
);
