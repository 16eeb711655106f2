/** What each position reaches: one search per consequence. */
import type { Edge, Graph, Position } from './edges.ts';
import { ADMIN, ALL_SECRETS, CLOUD, NODE, OTHERS } from './hubs.ts';
import { type Consequence, consequences } from './path.ts';
import {
  type Answer,
  detour,
  type Goal,
  labelAt,
  type Network,
  networkOf,
  numbersOf,
  search,
  wayFrom,
} from './search.ts';
import { type Solved, touchedSince } from './touched.ts';

/** The edges from a position to a consequence. */
export type Way = readonly Edge[];

export interface Reach {
  /** The shortest way to a consequence for who is at home in a namespace; undefined: there is none. */
  way(start: string, consequence: Consequence, home: string): Way | undefined;
  /** The same, but never over this position, from where it would be no news. */
  wayAvoiding(avoiding: string, start: string, consequence: Consequence, home: string): Way | undefined;
}

const isNode = ({ key }: Position): boolean => key === NODE || key.startsWith(`${NODE}/`);

/** Hubs: all pods, accounts or Secrets of a place. A single account is worth what it can do. */
const takesNamespace = ({ name, namespace, passing }: Position): boolean =>
  namespace !== undefined && name === undefined && passing !== true;

interface Target {
  readonly isGoal: (position: Position) => boolean;
  /** Goals are told apart by namespace, and this one must be home, or must not. */
  readonly at?: 'home' | 'elsewhere';
}

/** A namespace is taken from within by steps that stay in it; what leads out of it counts where it leads. */
const targets: Readonly<Record<Consequence, Target>> = {
  'cluster-admin': { isGoal: ({ key }) => key === ADMIN },
  node: { isGoal: isNode },
  'all-secrets': { isGoal: ({ key }) => key === ALL_SECRETS },
  'cloud-role': { isGoal: ({ key }) => key === CLOUD },
  'other-namespace': {
    isGoal: (position) => takesNamespace(position) || position.key === OTHERS,
    at: 'elsewhere',
  },
  'namespace-secrets': { isGoal: takesNamespace, at: 'home' },
};

/** One label for all goals; for namespaces, each has its own. */
const SAME = 0;

export interface Reaches {
  /** Whether the ways from a position may be others than they were before. */
  mayDiffer(key: string): boolean;
  /** By permissions alone: a node is an end. */
  readonly alone: Reach;
  /** With what follows from a node: the accounts of the pods there. */
  readonly withNodes: Reach;
}

const solutions = new WeakMap<Reaches, Solved>();

/** @param before those of the graph that was before this one */
export function reachesOf(graph: Graph, before?: Reaches): Reaches {
  const network = networkOf(graph);
  const { positions } = network;
  const labels = new Map<string, number>();
  const labelOf = numbersOf(positions, ({ namespace }) => {
    if (namespace === undefined) return SAME;
    const label = labels.get(namespace) ?? labels.size + 1;
    labels.set(namespace, label);
    return label;
  });
  const goals = consequences.map((consequence) => goalsOf(targets[consequence], positions, labelOf));
  const answersWhere = (leads: (position: Position) => boolean): readonly Answer[] => {
    const leading = numbersOf(positions, (position) => (leads(position) ? 1 : 0));
    return consequences.map((consequence, index) => {
      const { at } = targets[consequence];
      return search(network, {
        goals: goals[index] ?? [],
        most: at === 'elsewhere' ? 2 : 1,
        leads: leading,
        ...(at === 'home' ? { only: labelOf } : {}),
      });
    });
  };
  const [alone, withNodes] = [answersWhere(goesOn), answersWhere(() => true)];
  const solved = { network, answers: [...alone, ...withNodes], labels };
  const last = before && solutions.get(before);
  const touched = last && touchedSince(last, solved);
  const reaches: Reaches = {
    alone: reachIn(network, labels, alone, goesOn),
    withNodes: reachIn(network, labels, withNodes, () => true),
    mayDiffer: (key) => touched?.has(key) ?? true,
  };
  solutions.set(reaches, solved);
  return reaches;
}

const goesOn = (position: Position): boolean => !isNode(position);

function goalsOf(
  { isGoal, at }: Target,
  positions: readonly Position[],
  labelOf: Int32Array,
): readonly Goal[] {
  const goals: Goal[] = [];
  positions.forEach((position, number) => {
    if (isGoal(position))
      goals.push({ position: number, label: at === undefined ? SAME : (labelOf[number] ?? SAME) });
  });
  return goals;
}

function reachIn(
  network: Network,
  labels: ReadonlyMap<string, number>,
  answers: readonly Answer[],
  leads: (position: Position) => boolean,
): Reach {
  const way: Reach['way'] = (start, consequence, home) => {
    const answer = answers[consequences.indexOf(consequence)];
    const position = network.numberOf.get(start);
    if (answer === undefined || position === undefined) return undefined;
    const { at } = targets[consequence];
    const own = labels.get(home);
    const label = labelAt(answer, position, (each) => at === undefined || (each === own) === (at === 'home'));
    return label === undefined ? undefined : wayFrom(network, answer, position, label);
  };
  return {
    way,
    wayAvoiding(avoiding, start, consequence, home) {
      if (start === avoiding) return undefined;
      const shortest = way(start, consequence, home);
      if (shortest === undefined || shortest.every(({ to }) => to !== avoiding)) return shortest;
      const { isGoal, at } = targets[consequence];
      const isHome = ({ namespace }: Position) => namespace === home;
      return detour(
        network,
        network.numberOf.get(start) ?? 0,
        network.numberOf.get(avoiding) ?? 0,
        (position) => isGoal(position) && (at === undefined || isHome(position) === (at === 'home')),
        (position) => leads(position) && (at !== 'home' || isHome(position)),
      );
    },
  };
}
