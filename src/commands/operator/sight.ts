/** What the sweeps see, and whether that is everything: a workload that cannot be seen is not one that is gone. */
import type { Observer } from '../../observe/cluster.ts';
import type { World } from '../../world/world.ts';

export interface Sight {
  /** The world for the next sweep. */
  world(nowMinute: number, youngAfter: number): World;
  /** Did that sweep see everything, and can it all be seen still? Only then what it missed is gone. */
  readonly isWhole: () => boolean;
}

export function sightOf(observer: Pick<Observer, 'world' | 'blindTo'>): Sight {
  const seesAll = () => observer.blindTo().length === 0;
  // not only of this moment: what was missing may be back before the sweep that missed it has come to its end
  let sweptAll = false;
  return {
    world(nowMinute, youngAfter) {
      sweptAll = seesAll();
      return observer.world(nowMinute, youngAfter);
    },
    isWhole: () => sweptAll && seesAll(),
  };
}
