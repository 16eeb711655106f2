/** Faults of watches that are open. */
import { resourceInfos } from '../../../src/observe/resources.ts';
import { resources } from '../../../src/world/world.ts';
import type { Random } from '../../bench-run/random.ts';
import type { Fault, Stage } from '../stage.ts';
import type { OpenWatch } from '../watch.ts';
import { someOf } from './choice.ts';

/** Does this to some watches, and waits until each of these resources is asked for again. */
function onWatches(
  name: string,
  act: (watch: OpenWatch, random: Random) => void,
  choose: (watches: readonly OpenWatch[], random: Random) => readonly OpenWatch[] = (watches, random) =>
    someOf(random, watches),
): Fault {
  return {
    name,
    async inject({ proxy, random, until }) {
      let chosen: readonly OpenWatch[] = [];
      await until('a watch to be open', () => {
        chosen = choose([...proxy.watches], random);
        return chosen.length > 0;
      });
      const isAsked = askedAgain(
        { proxy },
        chosen.map(({ resource }) => resource),
      );
      for (const watch of chosen) act(watch, random);
      await until('these to be watched again', isAsked);
    },
  };
}

/** What every API server has. */
const builtIn = resources.filter((resource) => !resourceInfos[resource].optional);

/** Everything that the operator watches now; at least most of what every API server has. */
export async function allWatched({ proxy, until }: Stage): Promise<readonly string[]> {
  let watched: readonly string[] = [];
  // taken in the same moment as counted: another fault may end them all in the next
  await until('most to be watched', () => {
    watched = [...proxy.watches].map(({ resource }) => resource);
    return watched.length >= builtIn.length - 3;
  });
  return watched;
}

export function askedAgain({ proxy }: Pick<Stage, 'proxy'>, resources: readonly string[]): () => boolean {
  const before = new Map(resources.map((resource) => [resource, proxy.asked(resource)]));
  return () => [...before].every(([resource, count]) => proxy.asked(resource) > count);
}

export const errorEvent = (code: number, reason: string) => ({
  type: 'ERROR',
  object: { kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason, message: `injected ${code}` },
});

/** Resources in which the churn makes something happen all the time. */
const busy: ReadonlySet<string> = new Set(['deployments', 'replicasets', 'pods', 'riskreports']);

const errors = [errorEvent(410, 'Expired'), errorEvent(500, 'InternalError'), errorEvent(504, 'Timeout')];

export const watchFaults: readonly Fault[] = [
  onWatches('watch dropped', (watch) => watch.drop()),
  onWatches(
    'watch ended under load',
    (watch) => watch.end(),
    (watches) => watches,
  ),
  onWatches('watch half-open', (watch) => watch.freeze()),
  onWatches('ERROR event in a watch', (watch, random) => watch.endWith(random.pick(errors))),
  onWatches(
    'event truncated',
    (watch) => watch.truncate(),
    (watches, random) =>
      someOf(
        random,
        watches.filter(({ resource }) => busy.has(resource)),
      ),
  ),
];
