/** What each workload's account can become, and what falls when somebody is in its pods. */
import type { Grant } from '../access.ts';
import { sameItems } from '../layer.ts';
import { type Actor, nameOf, toAccount } from './actors.ts';
import type { Graph } from './edges.ts';
import { graphOf } from './graph.ts';
import { type Held, type Identities, type Identity, placeOf } from './identities.ts';
import { indexLayer, type Parts } from './parts.ts';
import { type AttackPath, type Consequence, consequences, type Reason, type Step } from './path.ts';
import type { Primitive } from './primitives.ts';
import { type Reach, reachesOf, type Way } from './reach.ts';

/** A primitive that an account holds, with the worst that it leads to. */
export interface Right {
  readonly primitive: Primitive;
  /** The namespaces where it holds and leads there; empty: everywhere. */
  readonly places: readonly string[];
  /** What decides it at the first of these places: one grant per need. */
  readonly grants: readonly Grant[];
  readonly consequence?: Consequence;
  /** From the account to the consequence; none without one. */
  readonly steps: readonly Step[];
}

export interface Escalation {
  /**
   * By the permissions of the account alone, to a fixpoint: over other accounts, but not over a node, from where every
   * way counts for the one who has the node. In the order of the table of primitives.
   */
  readonly rights: readonly Right[];
  /** The shortest from the workload to each consequence, the worst first, with what follows from a node. */
  readonly paths: readonly AttackPath[];
}

export interface EscalationLayer {
  /** Solves again if anything in the parts is another object. @returns the same object while all ways are the same */
  update(parts: Parts): object;
  /** Keeps its reference while nothing about the workload is different. */
  of(actor: Actor): Escalation;
  /** The workload of that key is gone. */
  forget(key: string): void;
}

export const nothing: Escalation = { rights: [], paths: [] };

/** Keeps what was made, as long as it was made of the same. */
interface Memos<T> {
  keep(key: string, parts: readonly unknown[], make: () => T): T;
  forget(key: string): void;
}

function memos<T>(): Memos<T> {
  const known = new Map<string, { parts: readonly unknown[]; out: T }>();
  return {
    keep(key, parts, make) {
      const before = known.get(key);
      if (before !== undefined && sameItems(before.parts, parts)) return before.out;
      const out = make();
      known.set(key, { parts, out });
      return out;
    },
    forget: (key) => void known.delete(key),
  };
}

interface Settled {
  readonly escalation: Escalation;
  readonly identity: Identity | undefined;
  /** The change after which it was last looked at. */
  at: number;
}

export function escalationLayer(): EscalationLayer {
  let inputs: readonly unknown[] = [];
  let identities: Identities = new Map();
  let graph: Graph = new Map();
  let reaches = reachesOf(graph);
  const index = indexLayer();
  const rights = memos<readonly Right[]>();
  const whole = memos<Escalation>();
  /** How often the graph has changed. */
  let change = 0;
  /** Those that were looked at since. */
  let settledRights = new Map<string, readonly Right[]>();
  const settled = new WeakMap<Actor, Settled>();

  /** What was found for it still holds: it was looked at since the last change, or that was about others. */
  const holds = ({ account, toNode }: Actor, { identity, at }: Settled): boolean =>
    at === change ||
    (at === change - 1 &&
      identity === identities.get(account) &&
      !reaches.mayDiffer(account) &&
      (toNode === undefined || !reaches.mayDiffer(toNode.to)));
  const rightsOf = (account: string): readonly Right[] => {
    const before = settledRights.get(account);
    if (before !== undefined) return before;
    const identity = identities.get(account);
    // Nothing is kept of an account that has no identity: nobody would tell when it is gone.
    if (identity === undefined) return nothing.rights;
    const outcomes = outcomesOf(identity, reaches.alone);
    const parts = outcomes.flatMap(({ held, way }) => [held, way.length, ...way]);
    const own = rights.keep(account, parts, () => inOrder(outcomes, account, graph));
    settledRights.set(account, own);
    return own;
  };
  return {
    update(parts) {
      const given = [
        parts.identities,
        parts.actors,
        parts.namespaces,
        parts.accounts,
        parts.nodes,
        parts.roles,
        parts.clusterRoles,
        parts.trusting,
      ];
      if (sameItems(inputs, given)) return reaches;
      inputs = given;
      const next = graphOf(index(parts), graph);
      if (sameItems([...graph.values()], [...next.values()]) && identities === parts.identities)
        return reaches;
      for (const key of identities.keys()) if (!parts.identities.has(key)) rights.forget(key);
      [graph, identities] = [next, parts.identities];
      reaches = reachesOf(graph, reaches);
      settledRights = new Map();
      change += 1;
      return reaches;
    },
    of(actor) {
      const identity = identities.get(actor.account);
      if (identity === undefined && actor.toNode === undefined) return nothing;
      const before = settled.get(actor);
      if (before !== undefined && holds(actor, before)) {
        before.at = change;
        return before.escalation;
      }
      const own = rightsOf(actor.account);
      const ways = consequences.map((consequence) => wayOf(actor, consequence, reaches.withNodes));
      const parts = [own, ...ways.flatMap((way) => [way.length, ...way])];
      const escalation = whole.keep(actor.key, parts, () => ({
        rights: own,
        paths: ways.flatMap((way, index) => {
          const consequence = consequences[index];
          if (way.length === 0 || consequence === undefined) return [];
          return { consequence, steps: stepsOf(nameOf(actor), way, consequence, graph) };
        }),
      }));
      settled.set(actor, { escalation, identity, at: change });
      return escalation;
    },
    forget: (key) => whole.forget(key),
  };
}

/** What one holding comes to; an empty way: nothing is taken by it alone. */
interface Outcome {
  readonly held: Held;
  readonly consequence?: Consequence;
  readonly way: Way;
}

/** A holding that leads nowhere although its kind does (a token of its own account, say) is left out. */
function outcomesOf(identity: Identity, reach: Reach): readonly Outcome[] {
  const { key, namespace = '', holdings } = identity;
  return holdings.flatMap((held): readonly Outcome[] => {
    if (held.edges.length === 0) return [{ held, way: [] }];
    for (const consequence of consequences) {
      const ways = held.edges.flatMap((edge) => {
        const rest = reach.wayAvoiding(key, edge.to, consequence, namespace);
        return rest === undefined ? [] : [[edge, ...rest]];
      });
      const [way] = ways.sort((a, b) => costOf(a) - costOf(b));
      if (way !== undefined) return [{ held, consequence, way }];
    }
    return [];
  });
}

const costOf = (way: Way): number => way.reduce((sum, { cost }) => sum + cost, 0);

const rankOf = ({ consequence }: Outcome): number =>
  consequence === undefined ? consequences.length : consequences.indexOf(consequence);

/** One right per primitive: the worst of its holdings, and among those the one with the shortest way. */
function inOrder(outcomes: readonly Outcome[], account: string, graph: Graph): readonly Right[] {
  const { name } = placeOf(account);
  return [...Map.groupBy(outcomes, ({ held }) => held.primitive)].map(([primitive, some]) => {
    const [worst, ...others] = some.toSorted(
      (a, b) => rankOf(a) - rankOf(b) || costOf(a.way) - costOf(b.way),
    );
    if (worst === undefined) throw new Error('a group is never empty');
    const { held, consequence, way } = worst;
    const alike = [worst, ...others].filter((other) => rankOf(other) === rankOf(worst));
    const places = alike.map((other) => other.held.namespace);
    return {
      primitive,
      places: places.every((place) => place !== undefined) ? places.sort() : [],
      grants: held.grants,
      ...(consequence === undefined ? {} : { consequence }),
      steps: consequence === undefined ? [] : stepsOf(name, way, consequence, graph),
    };
  });
}

/** From a workload: over its account or over its node, whichever is shorter. */
function wayOf(actor: Actor, consequence: Consequence, reach: Reach): Way {
  const { account, toNode, namespace } = actor;
  const overAccount = reach.way(account, consequence, namespace);
  const overNode = toNode && reach.way(toNode.to, consequence, namespace);
  if (overNode !== undefined && toNode !== undefined) {
    if (overAccount === undefined || costOf(overNode) < costOf(overAccount)) return [toNode, ...overNode];
  }
  return overAccount === undefined ? [] : [toAccount(actor), ...overAccount];
}

/** Hubs are gone through unseen: what led into them and out of them is one step. */
function stepsOf(start: string, way: Way, consequence: Consequence, graph: Graph): readonly Step[] {
  const steps: Step[] = [];
  let from = start;
  let because: Reason[] = [];
  for (const edge of way) {
    because.push(...edge.because);
    const name = graph.get(edge.to)?.name;
    if (name === undefined) continue;
    steps.push({ from, to: name, because });
    [from, because] = [name, []];
  }
  if (because.length > 0) steps.push({ from, to: consequence, because });
  return steps;
}
