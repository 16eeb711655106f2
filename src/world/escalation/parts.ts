/** What the graph is made of, and how it is looked up. */
import type { Namespace, Node, ServiceAccount } from '../objects.ts';
import { all, type Table } from '../world.ts';
import type { Actor } from './actors.ts';
import type { Identities } from './identities.ts';
import { classesOf, type NodeClass, type Pool } from './pools.ts';

/** What the graph is made of. */
export interface Parts {
  readonly identities: Identities;
  readonly actors: readonly Actor[];
  readonly namespaces: ReadonlyMap<string, Namespace>;
  readonly accounts: Table<ServiceAccount>;
  readonly nodes: Table<Node>;
  /** Accounts without an object can be used: files seldom hold them all. */
  readonly trusting: boolean;
}

/** What the positions are looked up in. */
export interface Index extends Parts {
  /** By namespace, the accounts that can do anything of interest, by key. */
  readonly ableIn: ReadonlyMap<string, readonly string[]>;
  /** The same by name, wherever they are. */
  readonly ableNamed: ReadonlyMap<string, readonly string[]>;
  /** By namespace, the accounts that have their token in Secrets. */
  readonly tokensIn: ReadonlyMap<string, readonly ServiceAccount[]>;
  /** By namespace, the workloads whose pods give something. */
  readonly runningIn: ReadonlyMap<string, readonly Actor[]>;
  readonly actorOf: ReadonlyMap<string, Actor>;
  readonly pools: ReadonlyMap<string, readonly Actor[]>;
  readonly poolOf: ReadonlyMap<string, Pool>;
  readonly classes: ReadonlyMap<string, NodeClass>;
}

export function indexOf(parts: Parts): Index {
  const { identities, actors, accounts, trusting, nodes } = parts;
  const able = [...identities.values()].filter(
    ({ namespace, edges, key }) =>
      namespace !== undefined && edges.length > 0 && (trusting || exists(key, parts)),
  );
  const isAble = new Set(able.map(({ key }) => key));
  const leadsOn = ({ hasToken, account }: Actor): boolean => hasToken && isAble.has(account);
  const giving = actors.filter((actor) => actor.toNode !== undefined || leadsOn(actor));
  const poolOf = new Map(actors.map(({ pool }) => [pool.key, pool]));
  const classes = classesOf([...poolOf.values()], all(nodes));
  return {
    ...parts,
    ableIn: keysBy(able, ({ namespace = '' }) => namespace),
    ableNamed: keysBy(able, ({ key }) => key.slice(key.lastIndexOf('/') + 1)),
    tokensIn: Map.groupBy(
      [...all(accounts)].filter((account) => tokenSecretsOf(account).length > 0).sort(byName),
      ({ metadata }) => metadata.namespace,
    ),
    runningIn: Map.groupBy(giving, ({ namespace }) => namespace),
    actorOf: new Map(giving.map((actor) => [actor.key, actor])),
    pools: Map.groupBy(actors.filter(leadsOn), ({ pool }) => pool.key),
    poolOf,
    classes: new Map(classes.map((nodes) => [nodes.key, nodes])),
  };
}

const exists = (key: string, { accounts }: Parts): boolean => {
  const [, namespace = '', name = ''] = key.split('/');
  return accounts.get(namespace)?.has(name) === true;
};
const keysBy = (
  identities: readonly { readonly key: string; readonly namespace?: string }[],
  by: (one: { readonly key: string; readonly namespace?: string }) => string,
) => new Map([...Map.groupBy(identities, by)].map(([at, some]) => [at, some.map(({ key }) => key)]));
const byName = (a: ServiceAccount, b: ServiceAccount): number =>
  `${a.metadata.namespace}/${a.metadata.name}` < `${b.metadata.namespace}/${b.metadata.name}` ? -1 : 1;

/** OpenShift puts those for its registry beside the tokens. */
export const tokenSecretsOf = ({ secrets }: ServiceAccount): readonly string[] =>
  secrets.filter((name) => !name.includes('-dockercfg-'));
export const keyOf = ({ metadata: { namespace, name } }: ServiceAccount): string =>
  `ServiceAccount/${namespace}/${name}`;
