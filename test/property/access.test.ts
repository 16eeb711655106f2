/** Laws of permissions, over random RBAC worlds and random questions about them. */
import { expect } from 'chai';
import fc from 'fast-check';
import { entryOf, type RuleEntry } from '../../src/commands/access/rules.ts';
import { loadWorld } from '../../src/observe/files/load.ts';
import { accessOf, allows, allowsPath, type Grant, grantsIn } from '../../src/world/access.ts';
import { audit } from '../../src/world/access/audit.ts';
import { effectiveGrants } from '../../src/world/access/effective.ts';
import { nearestOf } from '../../src/world/access/nearest.ts';
import { whoIs } from '../../src/world/access/subject.ts';
import type { World } from '../../src/world/world.ts';
import {
  type Asked,
  pathQuestion,
  randomRbac,
  type RandomRbac,
  resourceQuestion,
} from '../support/random-rbac.ts';
import type { Raw } from '../support/rbac.ts';

async function worldOf(objects: readonly Raw[]): Promise<World> {
  const content = objects.map((object) => JSON.stringify(object)).join('\n---\n');
  const { world, errors } = await loadWorld([{ name: 'random', content }], 0);
  expect(errors).to.deep.equal([]);
  return world;
}

const identitiesOf = ({ whom, groups }: Asked): readonly string[] => whoIs(whom, groups)?.identities ?? [];
const isAllowed = (grants: readonly Grant[], { request }: Asked): boolean =>
  ('path' in request ? allowsPath({ grants }, request) : allows({ grants }, request)) !== undefined;

interface Case {
  readonly rbac: RandomRbac;
  readonly questions: readonly Asked[];
}
const cases: fc.Arbitrary<Case> = randomRbac('r').chain((rbac) =>
  fc.record({
    rbac: fc.constant(rbac),
    questions: fc.array(
      fc.oneof(
        { weight: 4, arbitrary: resourceQuestion(rbac) },
        { weight: 1, arbitrary: pathQuestion(rbac) },
      ),
      { minLength: 20, maxLength: 40 },
    ),
  }),
);

/** @param law is told the world, and every question with all grants of whom it is about */
const holds = (law: (world: World, asked: Asked, grants: readonly Grant[]) => void): Promise<void> =>
  fc.assert(
    fc.asyncProperty(cases, async ({ rbac, questions }) => {
      const world = await worldOf(rbac.objects);
      const grants = grantsIn(world);
      for (const asked of questions)
        law(world, asked, accessOf(identitiesOf(asked), grants, new Map()).grants);
    }),
    { numRuns: 40 },
  );

/** From what is printed alone. */
function grantOf({ namespace, via: _, ...rule }: RuleEntry, like: Grant): Grant {
  const none = { verbs: [], apiGroups: [], resources: [], resourceNames: [], nonResourceURLs: [] };
  return { ...like, namespace: namespace ?? undefined, rule: { ...none, ...rule } };
}

describe('permissions', function () {
  this.timeout(60_000);

  it('as they are printed allow just what the bindings allow', () =>
    holds((world, asked, grants) => {
      const printed = effectiveGrants(identitiesOf(asked), grantsIn(world)).map((grant) =>
        grantOf(entryOf(grant, world), grant),
      );
      expect(isAllowed(printed, asked)).to.equal(isAllowed(grants, asked));
    }));

  it('are printed once per rule and binding', () =>
    holds((world, asked) => {
      const keys = effectiveGrants(identitiesOf(asked), grantsIn(world)).map(({ binding, role, path }) =>
        JSON.stringify([binding, role, path]),
      );
      expect(new Set(keys).size).to.equal(keys.length);
    }));

  it('never name as the nearest to a request one that allows it', () =>
    holds((_, asked, grants) => {
      if (isAllowed(grants, asked)) return;
      const near = nearestOf(grants, asked.request);
      if (near !== undefined) expect(isAllowed([near.grant], asked)).to.be.false;
    }));

  it('do not depend on the order of the objects, nor does what is wrong with them', () =>
    fc.assert(
      fc.asyncProperty(
        randomRbac('r').chain(({ objects }) =>
          fc.tuple(fc.constant(objects), fc.shuffledSubarray([...objects], { minLength: objects.length })),
        ),
        async ([objects, shuffled]) => {
          const [world, other, bootstrap] = await Promise.all([
            worldOf(objects),
            worldOf(shuffled),
            worldOf([]),
          ]);
          expect(grantsIn(other)).to.deep.equal(grantsIn(world));
          expect(audit(other, { bootstrap })).to.deep.equal(audit(world, { bootstrap }));
        },
      ),
      { numRuns: 20 },
    ));

  it('only grow with another binding', () =>
    fc.assert(
      fc.asyncProperty(cases, fc.nat(), async ({ rbac, questions }, some) => {
        const bindings = rbac.objects.filter(({ kind }) => String(kind).endsWith('Binding'));
        const without = bindings[some % bindings.length];
        const fewer = grantsIn(await worldOf(rbac.objects.filter((object) => object !== without)));
        const all = grantsIn(await worldOf(rbac.objects));
        for (const asked of questions) {
          const had = isAllowed(accessOf(identitiesOf(asked), fewer, new Map()).grants, asked);
          if (had) expect(isAllowed(accessOf(identitiesOf(asked), all, new Map()).grants, asked)).to.be.true;
        }
      }),
      { numRuns: 20 },
    ));
});
