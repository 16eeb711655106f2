/**
 * What DESIGN promises of assessments, for random worlds: the real loader, all layers and all checks. Everything that
 * a check sees is frozen, so one that writes to its input fails every property here.
 */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { checks } from '../../src/axes/index.ts';
import { loadWorld } from '../../src/observe/files/load.ts';
import { readSources } from '../../src/observe/files/sources.ts';
import { projector } from '../../src/observe/project.ts';
import { createStore } from '../../src/observe/store.ts';
import { defaultPolicy } from '../../src/policy/policy.ts';
import { reportOf } from '../../src/publish/render.ts';
import { type Assessment, assess } from '../../src/score/assess.ts';
import { type Assessor, assessor } from '../../src/score/assessor.ts';
import { surroundingsLayer } from '../../src/world/surroundings/layer.ts';
import type { World } from '../../src/world/world.ts';
import { workloadsLayer } from '../../src/world/workload/workloads.ts';
import { apply, type Step } from '../support/changing-cluster.ts';
import type { Raw } from '../support/random-pods.ts';
import { exploitation, randomWorld } from '../support/random-worlds.ts';
import {
  declaredOnly,
  orders,
  scaled,
  slightly,
  withoutIndices,
  withSidecar,
  withSpec,
} from '../support/world-changes.ts';

/** Bytes of a report as JSON. */
const LARGEST = 64 * 1024;
const MEAN = 4 * 1024;

/** A slow machine tries fewer worlds. A failure prints its seed and the smallest world found. */
const limits = { numRuns: 150, interruptAfterTimeLimit: 5000 };

const holds = <T>(arbitrary: fc.Arbitrary<T>, property: (value: T) => Promise<void>): Promise<void> =>
  fc.assert(fc.asyncProperty(arbitrary, property), limits);

type Objects = readonly Raw[];
type Assessments = ReadonlyMap<string, Assessment>;
type Texts = ReadonlyMap<string, string>;

async function worldOf(objects: Objects): Promise<World> {
  const content = objects.map((object) => JSON.stringify(object)).join('\n---\n');
  const { world, errors } = await loadWorld([{ name: 'random', content }], 0);
  expect(errors).to.deep.equal([]);
  return { ...world, exploitation };
}

/** Every workload of a world, read and assessed from nothing. */
async function assessed(objects: Objects): Promise<Assessments> {
  return allOf(await worldOf(objects));
}

function allOf(world: World): Assessments {
  const surroundings = surroundingsLayer();
  return new Map(
    [...workloadsLayer()(world)].map(([key, workload]) => {
      const around = frozen(surroundings.of(workload, world, defaultPolicy));
      return [key, assess(frozen(workload), around, checks)];
    }),
  );
}

/** Deeply, with the maps that `Object.freeze` leaves open. */
function frozen<T>(value: T, seen = new Set<unknown>()): T {
  if (typeof value !== 'object' || value === null || seen.has(value)) return value;
  seen.add(value);
  if (value instanceof Map || value instanceof Set) {
    for (const item of value) frozen(item, seen);
    if (!Object.isFrozen(value))
      Object.assign(value, { set: refuse, add: refuse, delete: refuse, clear: refuse });
  } else {
    for (const item of Object.values(value)) frozen(item, seen);
  }
  return Object.freeze(value);
}

function refuse(): never {
  throw new TypeError('a check writes to a map of its input');
}

const bytesOf = (assessment: Assessment, live = true): string =>
  JSON.stringify(reportOf(assessment, { live, mostFindings: Infinity }), null, 1);

/** Reports by workload, as lines of text. */
const reportsOf = (assessments: Assessments, live = true): Texts =>
  new Map([...assessments].map(([key, assessment]) => [key, bytesOf(assessment, live)]));

/** Fails with the lines that differ. What a change is meant to change is taken out by `apart`. */
function expectSame(found: Texts, wanted: Texts, apart = (text: string) => text): void {
  for (const key of new Set([...wanted.keys(), ...found.keys()])) {
    const [a, b] = [found, wanted].map((texts) => apart(texts.get(key) ?? '(no report)').split('\n'));
    const at = a?.findIndex((line, index) => line !== b?.[index]) ?? -1;
    if (at < 0 && a?.length === b?.length) continue;
    const part = (lines: readonly string[] | undefined) =>
      lines?.slice(Math.max(0, at - 3), at + 3).join('\n');
    throw new Error(`the reports of ${key} differ: one says\n${part(a)}\nthe other\n${part(b)}`);
  }
}

// ---- a cluster that changes

const stepsBetween = (from: Objects, to: Objects, picks: readonly number[]): readonly Step[] => {
  const all: readonly Step[] = [
    ...from.flatMap((object) => [
      { remove: object },
      { put: object },
      ...slightly(object).map((put) => ({ put })),
    ]),
    ...to.map((put) => ({ put })),
  ];
  return picks.map((pick) => all[pick % all.length] ?? {});
};

/** @returns the texts of before, with what the pass gives anew in their place */
function swept(by: Assessor, world: World, before: Texts = new Map()): Texts {
  return new Map(
    [...by.each(world, defaultPolicy)].map((step) => {
      const { key } = step.workload;
      if (!step.changed) return [key, before.get(key) ?? 'never told'];
      if (step.assessment === undefined) throw step.error;
      return [key, bytesOf(step.assessment)];
    }),
  );
}

describe('assessments, for random worlds', function () {
  this.timeout(60_000);

  it('name in ifFixed the score of a real run without that check', () =>
    holds(fc.tuple(randomWorld, fc.nat()), async ([objects, start]) => {
      const world = await worldOf(objects);
      const surroundings = surroundingsLayer();
      for (const { workload, findings } of allOf(world).values()) {
        // some of each: over many worlds all have their turn
        for (const { check, ifFixed } of findings.filter((_, index) => (index + start) % 4 === 0)) {
          const policy = { ...defaultPolicy, disabledChecks: [check.id] };
          const again = assess(workload, surroundings.of(workload, world, policy), checks);
          expect(ifFixed, `${workload.key} without ${check.id}`).to.equal(again.score);
        }
      }
    }));

  it('never fall when a clean sidecar is added', () =>
    holds(randomWorld, async (objects) => {
      const before = await assessed(objects);
      const after = await assessed(objects.map((object) => withSpec(object, withSidecar)));
      for (const [key, { score }] of before) expect(after.get(key)?.score, key).to.be.at.least(score);
    }));

  for (const [what, reordered] of Object.entries(orders)) {
    it(`have the same scores in whatever order ${what} stand`, () =>
      holds(fc.tuple(randomWorld, fc.nat()), async ([objects, seed]) => {
        const before = await assessed(objects);
        for (const [key, { score, axes }] of await assessed(reordered(objects, seed))) {
          const { score: scoreBefore, axes: axesBefore } = before.get(key) ?? {};
          expect({ score, axes }, key).to.deep.equal({ score: scoreBefore, axes: axesBefore });
        }
      }));

    it(`say the same in whatever order ${what} stand, apart from indices in pointers`, () =>
      // two live shapes of one workload have one name in reports, so their indices decide what is told once
      holds(fc.tuple(randomWorld.map(declaredOnly), fc.nat()), async ([objects, seed]) => {
        const other = await assessed(reordered(objects, seed));
        expectSame(reportsOf(other), reportsOf(await assessed(objects)), withoutIndices);
      }));
  }

  it('do not depend on the number of replicas', () =>
    holds(randomWorld, async (objects) => {
      const other = await assessed(scaled(objects));
      expectSame(reportsOf(other, false), reportsOf(await assessed(objects), false));
    }));

  it('are after any change what they are from a fresh start', () =>
    holds(
      fc.tuple(randomWorld, randomWorld, fc.array(fc.nat(), { minLength: 1, maxLength: 5 })),
      async ([from, to, picks]) => {
        const [store, project, lasting] = [createStore(), projector(), assessor(checks)];
        const world = (): World => ({ ...store.world(0, 0), exploitation });
        for (const put of from) await apply({ put }, store, project);
        let texts = swept(lasting, world());
        for (const step of stepsBetween(from, to, picks)) {
          await apply(step, store, project);
          texts = swept(lasting, world(), texts);
          expectSame(texts, swept(assessor(checks), world()));
        }
      },
    ));

  const sizes: number[] = [];
  it('are the same bytes for the same input', () =>
    holds(randomWorld, async (objects) => {
      const [one, other] = [await assessed(objects), await assessed(objects)];
      expectSame(reportsOf(one), reportsOf(other));
      sizes.push(...one.values().map(sizeOf));
    }));

  it(`gave reports of less than ${LARGEST} bytes`, () => {
    console.log(`      ${summary(sizes)}`);
    expect(Math.max(...sizes)).to.be.below(LARGEST);
  });
});

/** As it is written to the API server. */
const sizeOf = (assessment: Assessment): number =>
  Buffer.byteLength(JSON.stringify(reportOf(assessment, { live: true })));

const mean = (sizes: readonly number[]): number => sizes.reduce((sum, size) => sum + size, 0) / sizes.length;

const summary = (sizes: readonly number[]): string =>
  `${sizes.length} reports, ${Math.round(mean(sizes))} bytes on average, the largest ${Math.max(...sizes)}`;

describe('the reports of real installs', function () {
  this.timeout(60_000);
  const folder = join(import.meta.dirname, '../../../shared/corpora/real-world');

  it(`have at most ${MEAN} bytes on average, and never ${LARGEST}`, async function () {
    if (!existsSync(folder)) {
      console.log(`      skipped: ${folder} is not there`);
      this.skip();
    }
    const sizes: number[] = [];
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      if (!entry.isDirectory() || entry.name.startsWith('_')) continue;
      const { sources } = await readSources([join(folder, entry.name)], process.stdin);
      const { world } = await loadWorld(sources, 0);
      for (const assessment of allOf(world).values()) sizes.push(sizeOf(assessment));
    }
    console.log(`      ${summary(sizes)}`);
    expect(Math.max(...sizes)).to.be.below(LARGEST);
    expect(mean(sizes)).to.be.at.most(MEAN);
  });
});
