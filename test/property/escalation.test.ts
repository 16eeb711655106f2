/** Escalation against its plainest definition, and laws that hold for every world. */
import { expect } from 'chai';
import fc from 'fast-check';
import { loadWorld } from '../../src/observe/files/load.ts';
import { projector } from '../../src/observe/project.ts';
import { resourceInfos } from '../../src/observe/resources.ts';
import { createStore } from '../../src/observe/store.ts';
import { defaultPolicy } from '../../src/policy/policy.ts';
import { type Actor, actorOf } from '../../src/world/escalation/actors.ts';
import { type Consequence, consequences } from '../../src/world/escalation/path.ts';
import { surroundingsLayer } from '../../src/world/surroundings/layer.ts';
import type { Resource, World } from '../../src/world/world.ts';
import { amountsTo, naiveEscalation, staysIn } from '../support/naive-escalation.ts';
import { type Objects, randomRbac, type RawObject } from '../support/random-escalations.ts';

const RUNS = 150;

async function worldOf(objects: Objects): Promise<World> {
  const content = objects.map((object) => JSON.stringify(object)).join('\n---\n');
  const { world, errors } = await loadWorld([{ name: 'random', content }], 0);
  expect(errors).to.deep.equal([]);
  return world;
}

/** What is found for each workload, in an order of its own. */
function foundIn(world: World, layer = surroundingsLayer()) {
  return [...layer.workloads(world).values()]
    .toSorted((a, b) => (a.key < b.key ? -1 : 1))
    .map((workload) => ({ workload, ...layer.of(workload, world, defaultPolicy) }));
}

const byKind: ReadonlyMap<string, Resource> = new Map(
  (
    [
      'pods',
      'namespaces',
      'serviceaccounts',
      'roles',
      'clusterroles',
      'rolebindings',
      'clusterrolebindings',
    ] as const
  ).map((resource) => [resourceInfos[resource].kind, resource]),
);

/** A cluster in which objects come and go: at each turn one that is there goes, or one that is not comes. */
async function changing(objects: Objects) {
  const [store, project, present] = [createStore(), projector(), new Set<RawObject>()];
  const turn = async (raw: RawObject | undefined): Promise<void> => {
    const resource = byKind.get(raw?.kind ?? '');
    if (raw === undefined || resource === undefined) return;
    const [projected] = await project(resource, [structuredClone(raw)]);
    if (projected === undefined || !('object' in projected)) throw new Error(JSON.stringify(projected));
    if (present.delete(raw)) store.remove(resource, projected.object.metadata);
    else {
      store.put(resource, projected.object);
      present.add(raw);
    }
  };
  for (const object of objects) await turn(object);
  return { turn, world: () => store.world(0, 0) };
}

const rankOf = (consequence: Consequence): number => consequences.indexOf(consequence);

const actorsIn = (found: ReturnType<typeof foundIn>): readonly Actor[] =>
  found.flatMap(({ workload, account, storage }) => actorOf(workload, account, storage) ?? []);

describe('escalation', () => {
  it('equals the plainest evaluator: pairs, joined until nothing is new', async () => {
    await fc.assert(
      fc.asyncProperty(randomRbac, async (objects) => {
        const world = await worldOf(objects);
        const found = foundIn(world);
        const actors = actorsIn(found);
        const naive = naiveEscalation(world, actors);
        for (const [index, { escalation, account, workload }] of found.entries()) {
          const actor = actors[index];
          if (actor === undefined) throw new Error('every workload here has pods');
          const home = account.namespace;
          const start = [actor.account, ...(actor.toNode === undefined ? [] : [actor.toNode.to])];
          const all = naive.closure(start, { overNodes: true });
          const local = naive.closure([actor.account], { overNodes: false, within: home });
          const expected = consequences.filter((consequence) =>
            amountsTo(consequence, consequence === 'namespace-secrets' ? local : all, home),
          );
          expect(
            escalation.paths.map(({ consequence }) => consequence),
            workload.key,
          ).to.deep.equal(expected);

          // each right by itself: the worst that any of its holdings comes to, other than by its own account again
          const key = actor.account;
          const byPrimitive = Map.groupBy(naive.holdings.get(key) ?? [], ({ primitive }) => primitive.slug);
          const wanted = [...byPrimitive].flatMap(([slug, holdings]) => {
            const isDetour = holdings.every(
              (holding) => naive.gains(holding).length === 0 && holding.listed === undefined,
            );
            if (isDetour) return [`${slug} by the way`];
            const starts = holdings
              .flatMap((holding) => naive.gains(holding))
              .filter((position) => position !== key);
            const reached = naive.closure(starts, { overNodes: false, without: key });
            const localStarts = holdings
              .filter((holding) => staysIn(home, holding))
              .flatMap((holding) => naive.gains(holding))
              .filter((position) => position !== key);
            const here = naive.closure(localStarts, { overNodes: false, without: key, within: home });
            const [worst] = consequences.filter((consequence) =>
              amountsTo(consequence, consequence === 'namespace-secrets' ? here : reached, home),
            );
            return worst === undefined ? [] : [`${slug} ${worst}`];
          });
          expect(
            escalation.rights
              .map(({ primitive, consequence = 'by the way' }) => `${primitive.slug} ${consequence}`)
              .sort(),
            `${workload.key} rights`,
          ).to.deep.equal(wanted.sort());
        }
      }),
      { numRuns: RUNS },
    );
  }).timeout(120_000);

  it('never loses a path by more permissions, but to one with a worse end', async () => {
    await fc.assert(
      fc.asyncProperty(randomRbac, fc.nat(), async (objects, choice) => {
        const bindings = objects.filter(({ kind }) => kind.endsWith('Binding'));
        fc.pre(bindings.length > 0);
        const left = bindings[choice % bindings.length];
        const before = foundIn(await worldOf(objects.filter((object) => object !== left)));
        const after = foundIn(await worldOf(objects));
        for (const [index, { escalation, workload }] of before.entries()) {
          const now = after[index]?.escalation.paths.map(({ consequence }) => rankOf(consequence)) ?? [];
          for (const { consequence } of escalation.paths)
            expect(
              now.some((rank) => rank <= rankOf(consequence)),
              workload.key,
            ).to.equal(true);
        }
      }),
      { numRuns: RUNS },
    );
  }).timeout(120_000);

  it('does not depend on the order of objects', async () => {
    await fc.assert(
      fc.asyncProperty(
        randomRbac.chain((objects) =>
          fc.tuple(
            fc.constant(objects),
            fc.shuffledSubarray([...objects], { minLength: objects.length, maxLength: objects.length }),
          ),
        ),
        async ([objects, shuffled]) => {
          const [one, other] = [foundIn(await worldOf(objects)), foundIn(await worldOf(shuffled))];
          expect(other.map(({ escalation }) => escalation)).to.deep.equal(
            one.map(({ escalation }) => escalation),
          );
        },
      ),
      { numRuns: RUNS },
    );
  }).timeout(120_000);

  it('is after any change what it is from nothing', async () => {
    await fc.assert(
      fc.asyncProperty(
        randomRbac,
        randomRbac,
        fc.array(fc.nat(), { minLength: 1, maxLength: 8 }),
        async (from, others, picks) => {
          const cluster = await changing(from);
          const layer = surroundingsLayer();
          for (const pick of [undefined, ...picks]) {
            const all = [...from, ...others];
            await cluster.turn(pick === undefined ? undefined : all[pick % all.length]);
            const found = foundIn(cluster.world(), layer);
            const fresh = foundIn(cluster.world());
            expect(found.map(({ access }) => access)).to.deep.equal(fresh.map(({ access }) => access));
            expect(found.map(({ escalation }) => escalation)).to.deep.equal(
              fresh.map(({ escalation }) => escalation),
            );
          }
        },
      ),
      { numRuns: RUNS },
    );
  }).timeout(120_000);

  it('is one chain of steps from the workload, each with its reason', async () => {
    await fc.assert(
      fc.asyncProperty(randomRbac, async (objects) => {
        for (const { workload, escalation } of foundIn(await worldOf(objects))) {
          const { namespace, kind, name } = workload.ref;
          for (const { steps, consequence } of escalation.paths) {
            expect(steps[0]?.from).to.equal(`${namespace}/${kind.toLowerCase()}/${name}`);
            for (const [index, { from, because }] of steps.entries()) {
              if (index > 0) expect(from).to.equal(steps[index - 1]?.to);
              expect(because).to.not.be.empty;
            }
            const end = steps.at(-1)?.to;
            if (consequence !== 'other-namespace') expect(end).to.equal(consequence);
          }
        }
      }),
      { numRuns: RUNS },
    );
  }).timeout(120_000);
});
