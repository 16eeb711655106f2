/**
 * Who can become what, told in the plainest way: pairs of positions, joined until nothing is new. It reads the same
 * holdings as the graph, and knows neither hubs, nor costs, nor an order of search.
 */
import { anonymous, grantsBySubject, identitiesOf } from '../../src/world/access.ts';
import { rulesOf } from '../../src/world/access/aggregation.ts';
import type { Actor } from '../../src/world/escalation/actors.ts';
import { cloudRoleOf } from '../../src/world/escalation/cloud-roles.ts';
import { type Holding, holdingsOf } from '../../src/world/escalation/holdings.ts';
import type { Consequence } from '../../src/world/escalation/path.ts';
import { refOf, type World } from '../../src/world/world.ts';

export interface Naive {
  /** Everything that one comes to from a position, by permissions alone or over nodes too. */
  closure(start: readonly string[], options: Options): ReadonlySet<string>;
  /** What one holding gives in one step. */
  gains(holding: Holding): readonly string[];
  readonly holdings: ReadonlyMap<string, readonly Holding[]>;
}

interface Options {
  readonly overNodes: boolean;
  /** Never over this position. */
  readonly without?: string;
  /** Only over positions of this namespace, by permissions that are about it. */
  readonly within?: string;
}

const DETOURS: ReadonlySet<string> = new Set([
  'part',
  'traffic',
  'tampering',
  'evasion',
  'denial',
  'reconnaissance',
]);
const CONFINING = new Set(['baseline', 'restricted']);
const CLUSTER = 'kube-system';
/** In the place of a namespace. */
const EVERYWHERE = '*';

/** What is held of kube-system is of the cluster; but code in its running pods is code in its pods. */
export const staysIn = (home: string, { namespace, primitive }: Holding): boolean =>
  namespace === home && (home !== CLUSTER || primitive.gives === 'code');

export function naiveEscalation(world: World, actors: readonly Actor[]): Naive {
  const { tables, source } = world;
  const grants = grantsBySubject(
    tables.roles,
    tables.clusterroles,
    tables.rolebindings,
    tables.clusterrolebindings,
    source,
  );
  const accounts = new Set<string>(actors.map(({ account }) => account));
  for (const [namespace, byName] of tables.serviceaccounts)
    for (const name of byName.keys()) accounts.add(`ServiceAccount/${namespace}/${name}`);
  for (const key of grants.keys()) if (key.startsWith('ServiceAccount/')) accounts.add(key);
  const holdings = new Map(
    [...accounts].map((key) => {
      const [, namespace = '', name = ''] = key.split('/');
      return [
        key,
        holdingsOf(
          [...identitiesOf({ namespace, name }), ...anonymous].flatMap((id) => grants.get(id) ?? []),
        ),
      ] as const;
    }),
  );
  const confined = (namespace: string): boolean =>
    CONFINING.has(
      tables.namespaces.get('')?.get(namespace)?.metadata.labels['pod-security.kubernetes.io/enforce'] ?? '',
    );
  const tokenOwners = (namespace: string | undefined, secret?: string): readonly string[] =>
    [...tables.serviceaccounts]
      .filter(([place]) => namespace === undefined || place === namespace)
      .flatMap(([, byName]) => [...byName.values()])
      .filter(({ secrets }) => (secret === undefined ? secrets.length > 0 : secrets.includes(secret)))
      .map(({ metadata }) => `ServiceAccount/${metadata.namespace}/${metadata.name}`);
  const accountsIn = (namespace: string) => [...accounts].filter((key) => key.split('/')[1] === namespace);

  const taken = (what: string, namespace: string) => `${what} of ${namespace}`;
  const fromPods = (namespace: string): readonly string[] => [
    taken('pods', namespace),
    taken('secrets', namespace),
    ...accountsIn(namespace),
    ...tokenOwners(namespace),
    ...(confined(namespace) ? [] : ['node']),
  ];
  const fromRunning = (namespace: string): readonly string[] => [
    taken('running', namespace),
    ...(namespace === CLUSTER ? ['node'] : []),
    ...actors
      .filter((actor) => actor.namespace === namespace)
      .flatMap(({ hasToken, account, toNode }) => [
        ...(hasToken ? [account] : []),
        ...(toNode === undefined ? [] : [toNode.to]),
      ]),
  ];

  const gains = ({ primitive, namespace, listed, lifts }: Holding): readonly string[] => {
    if (listed !== undefined) {
      const kind = primitive.needs[0]?.listed;
      return listed.flatMap((name) => {
        if (kind === 'accounts')
          return namespace === undefined
            ? [...accounts].filter((key) => key.split('/')[2] === name)
            : [`ServiceAccount/${namespace}/${name}`];
        if (kind === 'tokens') return tokenOwners(namespace, name);
        const place = namespace ?? (primitive.only === '' ? EVERYWHERE : CLUSTER);
        return kind === 'roles' ? [`role/${place}/${name}`] : [];
      });
    }
    const isWide = namespace === undefined || namespace === CLUSTER;
    switch (primitive.gives) {
      case 'everything':
        return isWide ? ['admin'] : [...fromPods(namespace), 'node'];
      case 'pods':
        if (isWide) return ['admin'];
        return [...fromPods(namespace), ...(lifts === undefined ? [] : ['node'])];
      case 'accounts':
        return isWide ? ['admin'] : [taken('accounts', namespace), ...accountsIn(namespace)];
      case 'code':
        if (namespace !== undefined) return fromRunning(namespace);
        return ['node', ...new Set(actors.map((actor) => actor.namespace))].flatMap((each) =>
          each === 'node' ? ['node'] : givingIn(each),
        );
      case 'secrets':
        return isWide
          ? ['secrets', ...fromAllSecrets()]
          : [taken('secrets', namespace), ...tokenOwners(namespace)];
      case 'all-secrets':
        return ['secrets', ...fromAllSecrets()];
      case 'node':
        return ['node'];
      case 'others':
        return isWide ? ['others'] : [taken('others', namespace)];
      default:
        return [];
    }
  };
  // of the whole cluster's pods, only namespaces where some pod gives something are worth a word
  const isAble = (key: string): boolean =>
    cloudOf(key).length > 0 ||
    (holdings.get(key) ?? []).some(({ primitive }) => !DETOURS.has(primitive.gives));
  const givingIn = (namespace: string): readonly string[] =>
    actors.some(
      (actor) =>
        actor.namespace === namespace &&
        (actor.toNode !== undefined || (actor.hasToken && isAble(actor.account))),
    )
      ? fromRunning(namespace)
      : [];
  const fromAllSecrets = (): readonly string[] =>
    tokenOwners(undefined).flatMap((key) => [taken('secrets', key.split('/')[1] ?? ''), key]);

  /** What one holds who is bound to a role, at a place. */
  const boundTo = (position: string): readonly Holding[] => {
    const [, place = '', kind, name = ''] = position.split('/');
    const clusterRoles = tables.clusterroles.get('') ?? new Map<string, never>();
    const role = kind === 'roles' ? tables.roles.get(place)?.get(name) : clusterRoles.get(name);
    if (role === undefined) return [];
    const namespace = place === EVERYWHERE ? undefined : place;
    const bound = { namespace, binding: refOf(role), subject: '', identity: '', bootstrap: false };
    return holdingsOf(rulesOf(role, clusterRoles, source).map((held) => ({ ...held, ...bound })));
  };

  const cloudOf = (key: string): readonly string[] => {
    const [, namespace = '', name = ''] = key.split('/');
    const object = tables.serviceaccounts.get(namespace)?.get(name);
    return object !== undefined && cloudRoleOf(object) !== undefined ? ['cloud'] : [];
  };
  const gets = (position: string, { overNodes, within }: Options): readonly string[] => {
    if (position === 'node' || position.startsWith('node/')) {
      if (!overNodes || within !== undefined) return [];
      // without node objects and node selectors all pods may be anywhere
      return actors
        .filter(({ hasToken, account }) => hasToken && isAble(account))
        .map(({ account }) => account);
    }
    if (within !== undefined && position.split('/')[1] !== within) return [];
    const held = (position.startsWith('role/') ? boundTo(position) : (holdings.get(position) ?? [])).filter(
      (holding) => within === undefined || staysIn(within, holding),
    );
    return [...held.flatMap(gains), ...cloudOf(position)];
  };
  return {
    holdings,
    gains,
    closure(start, options) {
      const known = new Set<string>(start);
      for (let grew = true; grew; ) {
        grew = false;
        for (const position of known) {
          for (const next of gets(position, options)) {
            if (next === options.without || known.has(next)) continue;
            known.add(next);
            grew = true;
          }
        }
      }
      return known;
    },
  };
}

/** Whether what is held amounts to a consequence, for somebody at home in a namespace. */
export function amountsTo(consequence: Consequence, held: ReadonlySet<string>, home: string): boolean {
  // a single account is worth what it can do
  const places = [...held].flatMap((position) =>
    position.includes(' of ') ? position.slice(position.indexOf(' of ') + 4) : [],
  );
  switch (consequence) {
    case 'cluster-admin':
      return held.has('admin');
    case 'node':
      return [...held].some((position) => position === 'node' || position.startsWith('node/'));
    case 'all-secrets':
      return held.has('secrets');
    case 'cloud-role':
      return held.has('cloud');
    case 'other-namespace':
      return held.has('others') || places.some((place) => place !== home);
    case 'namespace-secrets':
      return [...held].some((position) => position.endsWith(` of ${home}`));
  }
}
