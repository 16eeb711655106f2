/** What each kind of position is, and where it leads. */
import type { Namespace, ServiceAccount } from '../objects.ts';
import { refOf } from '../world.ts';
import { fromNode, nameOf, remembered, toAccount } from './actors.ts';
import { edgesOfRole } from './bindable.ts';
import { type Edge, type Position, through } from './edges.ts';
import { ADMIN, ALL_SECRETS, CLUSTER, hub, NODE, WHOLE_CLUSTER } from './hubs.ts';
import { placeOf } from './identities.ts';
import { type Index, keyOf, tokenSecretsOf } from './parts.ts';
import type { Reason } from './path.ts';

/** Where the search looks things up, and what is found there. */
type Expand = (rest: string, index: Index) => Omit<Position, 'key'>;

/** What each kind of position is, and where it leads; by the first word of its key. */
const kinds: Readonly<Record<string, Expand>> = {
  // those that hold something are in the index of identities
  ServiceAccount: (rest) => ({ ...placeOf(`ServiceAccount/${rest}`), edges: [] }),
  User: (rest) => ({ ...placeOf(`User/${rest}`), edges: [] }),
  Group: (rest) => ({ ...placeOf(`Group/${rest}`), edges: [] }),
  pods: (namespace, index) => ({
    namespace,
    edges: [
      through(hub.accounts(namespace)),
      through(hub.secrets(namespace)),
      ...(isConfined(namespace, index) ? [] : [through(NODE, labelOf(namespace, index))]),
    ],
  }),
  lifted: (namespace, index) => ({
    edges: isConfined(namespace, index) ? [through(NODE, labelOf(namespace, index))] : [],
  }),
  accounts: (namespace, index) => ({
    namespace,
    edges: (index.able.byNamespace.get(namespace) ?? []).map((key) => through(key)),
  }),
  named: (name, index) => ({ edges: (index.able.byName.get(name) ?? []).map((key) => through(key)) }),
  secrets: (namespace, index) => ({ namespace, edges: tokenEdges(index.tokensIn.get(namespace) ?? []) }),
  token: (rest, { tokensIn }) => {
    const [namespace = '', name = ''] = rest.split('/');
    const accounts = namespace === '' ? [...tokensIn.values()].flat() : (tokensIn.get(namespace) ?? []);
    const owners = accounts.filter((account) => tokenSecretsOf(account).includes(name));
    return { ...(namespace === '' ? {} : { namespace }), passing: true, edges: tokenEdges(owners) };
  },
  role: (rest, index) => {
    const [place = '', kind = '', name = ''] = rest.split('/');
    return {
      ...(place === WHOLE_CLUSTER ? {} : { namespace: place }),
      passing: true,
      edges: edgesOfRole(place, kind, name, index),
    };
  },
  [ALL_SECRETS]: (_, { tokensIn }) => ({
    edges: [...tokensIn.keys()].sort().map((namespace) => through(hub.secrets(namespace))),
  }),
  running: (namespace, index) =>
    namespace === ''
      ? {
          edges: [
            through(NODE),
            ...[...index.giving.byNamespace.keys()].sort().map((each) => through(hub.running(each))),
          ],
        }
      : {
          namespace,
          edges: [
            ...(namespace === CLUSTER ? [through(NODE)] : []),
            ...(index.giving.byNamespace.get(namespace) ?? []).map(({ key }) => through(hub.workload(key))),
          ],
        },
  workload: (key, { giving }) => {
    const actor = giving.byKey.get(key);
    return actor === undefined ? { edges: [] } : ownPosition(actor);
  },
  node: (pool, { places: { classesOf, poolsOf } }) => ({
    name: 'node',
    edges: (pool === '' ? [...poolsOf.keys()] : (classesOf.get(pool) ?? [])).map((key) =>
      through(hub.nodes(key)),
    ),
  }),
  nodes: (key, { places: { poolsOf }, giving }) => ({
    edges: (poolsOf.get(key) ?? [])
      .filter((pool) => giving.byPool.has(pool))
      .map((pool) => through(hub.pool(pool))),
  }),
  pool: (key, { giving }) => ({
    edges: (giving.byPool.get(key) ?? []).map(fromNode),
  }),
  others: (namespace) => (namespace === '' ? { edges: [] } : { namespace, edges: [] }),
  [ADMIN]: () => ({ edges: [] }),
  'cloud-role': () => ({ edges: [] }),
};

export function positionAt(key: string, index: Index): Position {
  const identity = index.identities.get(key);
  if (identity !== undefined) return identity;
  const slash = key.indexOf('/');
  const kind = slash < 0 ? key : key.slice(0, slash);
  const expand = Object.hasOwn(kinds, kind) ? kinds[kind] : undefined;
  if (expand === undefined) throw new Error(`there is no position ${key} in the graph`);
  return { key, ...expand(slash < 0 ? '' : key.slice(slash + 1), index) };
}

/** Inside the pods of a workload: what leads on is the token in them, and what they hold of the node. */
const ownPosition = remembered((actor) => ({
  name: nameOf(actor),
  namespace: actor.namespace,
  edges: [
    ...(actor.hasToken ? [toAccount(actor)] : []),
    ...(actor.toNode === undefined ? [] : [actor.toNode]),
  ],
}));

const tokenReasons = new WeakMap<ServiceAccount, readonly Reason[]>();

const tokenEdges = (accounts: readonly ServiceAccount[]): readonly Edge[] =>
  accounts.map((account) => {
    let because = tokenReasons.get(account);
    if (because === undefined) {
      because = [{ object: refOf(account), path: '/secrets', text: 'its token is in a Secret' }];
      tokenReasons.set(account, because);
    }
    return through(keyOf(account), because);
  });

const ENFORCE = 'pod-security.kubernetes.io/enforce';

/** Levels of Pod Security that keep a pod from its node. */
const confining: ReadonlySet<string> = new Set(['baseline', 'restricted']);

const isConfined = (namespace: string, { namespaces }: Index): boolean =>
  confining.has(namespaces.get(namespace)?.metadata.labels[ENFORCE] ?? '');

const unknown: readonly Reason[] = [];
const labelReasons = new WeakMap<Namespace, readonly Reason[]>();

/** Which level decides about the node. */
function labelOf(namespace: string, { namespaces }: Index): readonly Reason[] {
  const object = namespaces.get(namespace);
  if (object === undefined) return unknown;
  let because = labelReasons.get(object);
  if (because === undefined) {
    const level = object.metadata.labels[ENFORCE];
    const text =
      level === undefined ? 'enforces no Pod Security level' : `enforces the Pod Security level ${level}`;
    because = [{ object: refOf(object), path: '/metadata/labels', text, about: namespace }];
    labelReasons.set(object, because);
  }
  return because;
}
