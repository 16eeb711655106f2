/**
 * An operator runs for months, in a cluster whose objects come and go: nothing of what is gone may be held, or its
 * memory grows until the kubelet kills it.
 */
import { queryObjects } from 'node:v8';
import { expect } from 'chai';
import fc from 'fast-check';
import { checks } from '../../src/axes/index.ts';
import { projector } from '../../src/observe/project.ts';
import { createStore } from '../../src/observe/store.ts';
import { defaultPolicy } from '../../src/policy/policy.ts';
import { assessor } from '../../src/score/assessor.ts';
import { apply } from '../support/changing-cluster.ts';
import type { Raw } from '../support/random-pods.ts';
import { exploitation, nameOf, randomWorld } from '../support/random-worlds.ts';

const WORLDS = 30;

/** Node itself makes one now and then. */
const OTHERS = 3;

/** A weak hold on something, and what it is, for the message of a failure. */
interface Trace {
  readonly name: string;
  readonly of: WeakRef<object>;
}

type Objects = readonly Raw[];

/** What is left when all else has gone: whoever looks at workloads has looked again. */
const last: Raw = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'last', namespace: 'shop' },
  spec: { template: { spec: { containers: [{ name: 'main', image: 'last:1' }] } } },
};

/** A cluster that is now this world and now that, and the one assessor of them all. */
function cluster() {
  const [store, project, by] = [createStore(), projector(), assessor(checks)];
  const sweep = (): readonly Trace[] =>
    [...by.each({ ...store.world(0, 0), exploitation }, defaultPolicy)].flatMap((step): readonly Trace[] => {
      if (!step.changed) return [];
      if (step.assessment === undefined) throw step.error;
      const { workload, assessment } = step;
      return [
        { name: `workload ${workload.key}`, of: new WeakRef(workload) },
        { name: `assessment ${workload.key}`, of: new WeakRef(assessment) },
      ];
    });
  const visit = async (objects: Objects): Promise<readonly Trace[]> => {
    const traces: Trace[] = [];
    for (const put of objects) {
      const object = await apply({ put }, store, project);
      traces.push({ name: nameOf(put), of: new WeakRef(object) });
    }
    traces.push(...sweep());
    for (const remove of objects) await apply({ remove }, store, project);
    return traces;
  };
  return {
    /** @returns what came with these worlds; all of it is gone */
    async live(worlds: readonly Objects[]): Promise<readonly Trace[]> {
      const traces: Trace[] = [];
      for (const objects of worlds) traces.push(...(await visit(objects)));
      await visit([last]);
      return traces;
    },
  };
}

/** The same with another name for almost everything, and of the same length. */
function renamed(objects: Objects, round: number): Objects {
  const text = JSON.stringify(objects);
  return JSON.parse(text.replace(/\b(shop|bank|web|db|cart|deployer|reader|writer)\b/g, `$1-${round}`));
}

/** Collects garbage first. */
async function objectsAlive(): Promise<number> {
  // what a task has taken from a weak reference it holds until it ends
  await new Promise((resolve) => setTimeout(resolve, 10));
  return queryObjects(Object, { format: 'count' });
}

describe('what is gone from a cluster', function () {
  this.timeout(60_000);

  const seed = Date.now() & 0xff_ffff;
  const worlds = fc.sample(randomWorld, { numRuns: WORLDS, seed });
  const changing = cluster();

  it('is held by nothing', async () => {
    const traces = await changing.live(worlds);
    await objectsAlive();
    const held = traces.filter(({ of }) => of.deref() !== undefined).map(({ name }) => name);
    console.log(`      ${traces.length} objects of ${WORLDS} worlds, seed ${seed}`);
    expect(traces.length).to.be.above(WORLDS);
    expect(held, `seed ${seed}`).to.deep.equal([]);
  });

  it('leaves as many objects of our own each time, whatever the names were', async () => {
    const alive: number[] = [];
    for (const round of [1, 2, 3]) {
      await changing.live(worlds.map((objects) => renamed(objects, round)));
      alive.push(await objectsAlive());
    }
    // the first time some things are made for good
    const [, second = 0, third] = alive;
    expect(third, `seed ${seed}`).to.be.at.most(second + OTHERS);
  });
});
