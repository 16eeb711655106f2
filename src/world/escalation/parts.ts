/** What the graph is made of, and how it is looked up. */
import { sameItems } from '../layer.ts';
import type { Namespace, Node, Role, ServiceAccount } from '../objects.ts';
import { all, type Table, type World } from '../world.ts';
import type { Actor } from './actors.ts';
import type { Identities, Identity } from './identities.ts';
import { admits, classesOf } from './pools.ts';

/** What the graph is made of. */
export interface Parts {
  readonly identities: Identities;
  readonly actors: readonly Actor[];
  readonly namespaces: ReadonlyMap<string, Namespace>;
  readonly accounts: Table<ServiceAccount>;
  readonly nodes: Table<Node>;
  /** What may be bound. */
  readonly roles: Table<Role>;
  readonly clusterRoles: ReadonlyMap<string, Role>;
  readonly source: World['source'];
  /** Accounts without an object can be used: files seldom hold them all. */
  readonly trusting: boolean;
}

/** The accounts that can do anything of interest, by key. */
interface Able {
  readonly keys: ReadonlySet<string>;
  readonly byNamespace: ReadonlyMap<string, readonly string[]>;
  readonly byName: ReadonlyMap<string, readonly string[]>;
}

/** The workloads whose pods give something. */
interface Giving {
  readonly byKey: ReadonlyMap<string, Actor>;
  readonly byNamespace: ReadonlyMap<string, readonly Actor[]>;
  /** Those that give their account, by the pool of their pods. */
  readonly byPool: ReadonlyMap<string, readonly Actor[]>;
}

/** Which pods may run on which nodes, by the keys of pools and of classes of nodes; in order. */
interface Places {
  readonly classesOf: ReadonlyMap<string, readonly string[]>;
  readonly poolsOf: ReadonlyMap<string, readonly string[]>;
}

/** What the positions are looked up in. */
export interface Index extends Parts {
  readonly able: Able;
  readonly giving: Giving;
  readonly places: Places;
  /** By namespace, the accounts that have their token in Secrets. */
  readonly tokensIn: ReadonlyMap<string, readonly ServiceAccount[]>;
}

/** Each part of the index is made again only if what it is made of is different. */
export function indexLayer(): (parts: Parts) => Index {
  const able = single(ableOf, (identities) => identities.map(({ key }) => key));
  const crew = single(crewOf);
  const giving = single(givingOf);
  const places = single(placesOf);
  const tokensIn = single(tokensOf);
  return (parts) => {
    const { identities, actors, accounts, trusting, nodes } = parts;
    const found = [...identities.values()].filter(
      ({ namespace, name, edges }) =>
        namespace !== undefined &&
        edges.length > 0 &&
        (trusting || accounts.get(namespace)?.has(accountIn(name)) === true),
    );
    const ableNow = able(found);
    return {
      ...parts,
      able: ableNow,
      giving: giving(crew(actors), ableNow),
      places: places(actors, nodes),
      tokensIn: tokensIn(accounts),
    };
  };
}

/** The last result, as long as the inputs are the same. @param inputsOf what is compared; by default the inputs */
function single<In extends readonly unknown[], Out>(
  derive: (...inputs: In) => Out,
  inputsOf: (...inputs: In) => readonly unknown[] = (...inputs) => inputs,
): (...inputs: In) => Out {
  let memo: { readonly inputs: readonly unknown[]; readonly out: Out } | undefined;
  return (...inputs) => {
    const compared = inputsOf(...inputs);
    if (memo === undefined || !sameItems(memo.inputs, compared))
      memo = { inputs: compared, out: derive(...inputs) };
    return memo.out;
  };
}

const ableOf = (identities: readonly Identity[]): Able => {
  const groups = (by: (identity: Identity) => string) =>
    new Map([...Map.groupBy(identities, by)].map(([group, some]) => [group, some.map(({ key }) => key)]));
  return {
    keys: new Set(identities.map(({ key }) => key)),
    byNamespace: groups(({ namespace = '' }) => namespace),
    byName: groups(({ name }) => accountIn(name)),
  };
};

/** Of `sa:namespace/name`. */
const accountIn = (name: string): string => name.slice(name.indexOf('/') + 1);

/** Actors by what makes them give something, as numbers: so those that do are found without a look at the others. */
interface Crew {
  readonly actors: readonly Actor[];
  readonly takingNodes: readonly number[];
  /** Those with the account's token. */
  readonly byAccount: ReadonlyMap<string, readonly number[]>;
}

function crewOf(actors: readonly Actor[]): Crew {
  const numbers = [...actors.keys()];
  return {
    actors,
    takingNodes: numbers.filter((number) => actors[number]?.toNode !== undefined),
    byAccount: Map.groupBy(
      numbers.filter((number) => actors[number]?.hasToken === true),
      (number) => actors[number]?.account ?? '',
    ),
  };
}

function givingOf({ actors, takingNodes, byAccount }: Crew, able: Able): Giving {
  const leadingOn = [...able.keys].flatMap((account) => byAccount.get(account) ?? []);
  const those = (numbers: readonly number[]) =>
    numbers.toSorted((a, b) => a - b).flatMap((number) => actors[number] ?? []);
  const giving = those([...new Set([...takingNodes, ...leadingOn])]);
  return {
    byKey: new Map(giving.map((actor) => [actor.key, actor])),
    byNamespace: Map.groupBy(giving, ({ namespace }) => namespace),
    byPool: Map.groupBy(those(leadingOn), ({ pool }) => pool.key),
  };
}

function placesOf(actors: readonly Actor[], nodes: Table<Node>): Places {
  const pools = new Map(actors.map(({ pool }) => [pool.key, pool]));
  const classes = classesOf([...pools.values()], all(nodes));
  const inOrder = [...pools.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
  const poolsOf = new Map(
    classes.map((nodes) => [
      nodes.key,
      inOrder.filter((pool) => admits(nodes, pool)).map((pool) => pool.key),
    ]),
  );
  const classesByPool = new Map<string, string[]>(inOrder.map(({ key }) => [key, []]));
  for (const [nodes, fitting] of poolsOf) for (const pool of fitting) classesByPool.get(pool)?.push(nodes);
  return { classesOf: classesByPool, poolsOf };
}

const tokensOf = (accounts: Table<ServiceAccount>) =>
  Map.groupBy(
    [...all(accounts)].filter((account) => tokenSecretsOf(account).length > 0).sort(byName),
    ({ metadata }) => metadata.namespace,
  );

const byName = (a: ServiceAccount, b: ServiceAccount): number =>
  `${a.metadata.namespace}/${a.metadata.name}` < `${b.metadata.namespace}/${b.metadata.name}` ? -1 : 1;

/** OpenShift puts those for its registry beside the tokens. */
export const tokenSecretsOf = ({ secrets }: ServiceAccount): readonly string[] =>
  secrets.filter((name) => !name.includes('-dockercfg-'));
export const keyOf = ({ metadata: { namespace, name } }: ServiceAccount): string =>
  `ServiceAccount/${namespace}/${name}`;
