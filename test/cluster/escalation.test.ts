/**
 * Escalation primitives, carried out: with all that the table asks, an account does what it may not; with one verb
 * less, the API server refuses.
 */
import { expect } from 'chai';
import { ANYTHING, type Need, type Primitive, primitives } from '../../src/world/escalation/primitives.ts';
import { type Actor, type Actors, actors, Refused } from './escalation/actor.ts';
import { attacks, readCrown } from './escalation/attacks.ts';
import { type Right, setStage, type Stage } from './escalation/stage.ts';
import { eventually, START_TIMEOUT_MS } from './harness.ts';

/** @returns the refusal */
async function refused(doing: Promise<unknown>): Promise<Refused> {
  const error = await doing.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof Refused)) throw new Error('it was not refused', { cause: error });
  return error;
}

const textOf = ({ verb, on, name }: Right): string =>
  [verb, on, ...(name === undefined ? [] : [name])].join(' ');

const meets = ({ verb, on }: Right, need: Need): boolean =>
  need.on === ANYTHING
    ? verb.startsWith(need.verbs)
    : need.verbs.split('|').includes(verb) && need.on.split('|').includes(on);

describe('escalation, carried out', function () {
  this.timeout(START_TIMEOUT_MS);
  let all: Actors;
  const stages: Stage[] = [];

  before(async () => {
    all = await actors();
  });
  after(async function () {
    this.timeout(60_000);
    for (const stage of stages) await stage.clear();
    await all.close();
  });

  for (const { slug, rights: needed, besides = [], attack, goal = readCrown, labels } of attacks) {
    describe(slug, () => {
      let stage: Stage;
      before(async () => {
        stage = await setStage(all, labels);
        stages.push(stage);
      });

      const reaches = (actor: Actor) => goal(actor, stage);
      /** What it took may take a moment to be known to every part of the API server. */
      const reachesIt = (actor: Actor) => eventually('the goal', () => reaches(actor), { timeoutMs: 10_000 });

      for (const [index, missing] of needed.entries()) {
        it(`fails without: ${textOf(missing)}`, async () => {
          const attacker = await stage.attacker(`lacking-${index}`, [
            ...needed.filter((each) => each !== missing),
            ...besides,
          ]);
          expect((await refused(attack(attacker))).status).to.equal(403);
          expect((await refused(reaches(attacker.actor))).status).to.equal(403);
        });
      }

      it(`is done with: ${needed.map(textOf).join(', ')}`, async () => {
        const attacker = await stage.attacker('attacker', [...needed, ...besides]);
        expect((await refused(reaches(attacker.actor))).status, 'before').to.equal(403);
        await reachesIt(await attack(attacker));
      });
    });
  }

  for (const [verb, method, path] of [
    ['patch', 'PATCH', 'secrets/treasure'],
    ['deletecollection', 'DELETE', 'secrets'],
  ] as const)
    it(`read-secrets: the answer to ${verb} holds them, also where nothing is changed`, async () => {
      const stage = await setStage(all);
      stages.push(stage);
      const target = `/api/v1/namespaces/${stage.home}/${path}?dryRun=All`;
      const without = await stage.attacker('lacking', []);
      expect((await refused(without.actor(method, target, {}))).status).to.equal(403);
      const { actor } = await stage.attacker('attacker', [{ verb, on: 'secrets', where: 'home' }]);
      expect(JSON.stringify(await actor(method, target, {}))).to.include(btoa('treasure'));
    });

  it('is what the table of primitives says: at least ten, with just the rights that it asks', () => {
    const bySlug = new Map<string, Primitive>(primitives.map((primitive) => [primitive.slug, primitive]));
    expect(new Set(attacks.map(({ slug }) => slug)).size)
      .to.equal(attacks.length)
      .and.to.be.at.least(10);
    for (const { slug, rights } of attacks) {
      const { needs = [], or = [] } = bySlug.get(slug) ?? {};
      const met = [needs, ...or].map((some) =>
        some.map((need) => rights.findIndex((each) => meets(each, need))).toSorted((a, b) => a - b),
      );
      expect(met, slug).to.deep.include(rights.map((_, index) => index));
    }
  });
});
