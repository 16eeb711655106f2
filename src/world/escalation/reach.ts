/** What each position reaches: one search per consequence. */
import type { Edge, Graph, Position } from './edges.ts';
import { ADMIN, ALL_SECRETS, CLOUD, NODE, OTHERS } from './hubs.ts';
import { type Consequence, consequences } from './path.ts';
import { type Answer, detour, labelAt, type Network, networkOf, search, wayFrom } from './search.ts';

/** The edges from a position to a consequence. */
export type Way = readonly Edge[];

export interface Reach {
  /** The shortest way to a consequence for who is at home in a namespace; undefined: there is none. */
  way(start: string, consequence: Consequence, home: string): Way | undefined;
  /** The same, but never over this position, from where it would be no news. */
  wayAvoiding(avoiding: string, start: string, consequence: Consequence, home: string): Way | undefined;
}

const isNode = ({ key }: Position): boolean => key === NODE || key.startsWith(`${NODE}/`);
const isHub = ({ name }: Position): boolean => name === undefined;

/** One goal for all; for namespaces, each has its own label. */
const SAME = 0;

interface Target {
  readonly isGoal: (position: Position) => boolean;
  /** Goals are told apart by namespace, and this one must be home, or must not. */
  readonly at?: 'home' | 'elsewhere';
}

/**
 * A namespace is taken from within by steps that stay in it; what leads out of it counts where it leads.
 */
const targets: Readonly<Record<Consequence, Target>> = {
  'cluster-admin': { isGoal: ({ key }) => key === ADMIN },
  node: { isGoal: isNode },
  'all-secrets': { isGoal: ({ key }) => key === ALL_SECRETS },
  'cloud-role': { isGoal: ({ key }) => key === CLOUD },
  'other-namespace': {
    isGoal: ({ key, namespace }) => namespace !== undefined || key === OTHERS,
    at: 'elsewhere',
  },
  'namespace-secrets': {
    isGoal: (position) => position.namespace !== undefined && isHub(position),
    at: 'home',
  },
};

/** @param fromNodes whether what follows from a node is looked at, too: the accounts of the pods there */
export function reachOf(graph: Graph, fromNodes: boolean): Reach {
  const leads = (position: Position): boolean => fromNodes || !isNode(position);
  const network = networkOf(graph, leads);
  const labels = new Map<string, number>();
  for (const { namespace } of network.positions) {
    if (namespace !== undefined && !labels.has(namespace)) labels.set(namespace, labels.size + 1);
  }
  const answers = new Map(
    consequences.map((consequence) => [consequence, answerTo(targets[consequence], network, labels)]),
  );
  const wanted = ({ at }: Target, label: number, home: string): boolean =>
    at === undefined || (label === labels.get(home)) === (at === 'home');

  const way: Reach['way'] = (start, consequence, home) => {
    const answer = answers.get(consequence);
    const position = network.numberOf.get(start);
    if (answer === undefined || position === undefined) return undefined;
    const target = targets[consequence];
    const label = labelAt(answer, position, (each) => wanted(target, each, home));
    return label === undefined ? undefined : wayFrom(network, answer, position, label);
  };
  return {
    way,
    wayAvoiding(avoiding, start, consequence, home) {
      if (start === avoiding) return undefined;
      const shortest = way(start, consequence, home);
      if (shortest === undefined || shortest.every(({ to }) => to !== avoiding)) return shortest;
      const target = targets[consequence];
      const isHome = ({ namespace }: Position) => namespace === home;
      return detour(
        network,
        network.numberOf.get(start) ?? 0,
        network.numberOf.get(avoiding) ?? 0,
        (position) =>
          target.isGoal(position) && (target.at === undefined || isHome(position) === (target.at === 'home')),
        (position) => leads(position) && (target.at !== 'home' || isHome(position)),
      );
    },
  };
}

function answerTo({ isGoal, at }: Target, network: Network, labels: ReadonlyMap<string, number>): Answer {
  const labelOf = ({ namespace = '' }: Position): number =>
    at === undefined ? SAME : (labels.get(namespace) ?? SAME);
  const goals = network.positions.flatMap((position, index) =>
    isGoal(position) ? { position: index, label: labelOf(position) } : [],
  );
  return search(network, {
    goals,
    most: at === 'elsewhere' ? 2 : 1,
    ...(at === 'home' ? { within: (position: Position, label: number) => labelOf(position) === label } : {}),
  });
}
