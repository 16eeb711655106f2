import { expect } from 'chai';
import fc from 'fast-check';
import { severityBands } from '../../src/axes/check.ts';
import { axisRisk, type AxisRisks, overall } from '../../src/score/model.ts';

const bands = severityBands.filter(({ to }) => to > 0);
const weight = fc.oneof(...bands.map(({ from, to }) => fc.double({ min: from, max: to, noNaN: true })));
const weights = fc.array(weight, { maxLength: 12 });
const riskAxes = ['image', 'privileges', 'api', 'secrets', 'labels', 'inbound', 'outbound'] as const;
const workloadOf = (families: typeof weights) =>
  fc.record(Object.fromEntries(riskAxes.map((axis) => [axis, families])));
const workload = workloadOf(weights);
// with ten grave families on one axis, what one of them adds is less than a number of 64 bits can show
const usual = workloadOf(fc.array(weight, { maxLength: 4 }));
const criticality = fc.constantFrom(0, 0.2, 0.4);
type Weights = Readonly<Record<string, readonly number[]>>;

const risksOf = (given: Weights): AxisRisks =>
  Object.fromEntries(riskAxes.map((axis) => [axis, axisRisk(given[axis] ?? [])])) as unknown as AxisRisks;
const scoreOf = (given: Weights, b0: number): number => overall(risksOf(given), b0).score;

describe('score model v1, for any weights', () => {
  it('gives the same bytes in any order', () => {
    fc.assert(
      fc.property(weights, fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })), (given, keys) => {
        const shuffled = given
          .map((item) => ({ item, key: keys.next().value ?? 0 }))
          .toSorted((a, b) => a.key - b.key)
          .map(({ item }) => item);
        expect(axisRisk(shuffled)).to.equal(axisRisk(given));
      }),
    );
  });

  it('leaves no axis outside the band of its worst family', () => {
    fc.assert(
      fc.property(weights, (given) => {
        fc.pre(given.length > 0);
        const worst = Math.max(...given);
        const risk = axisRisk(given);
        expect(risk).to.be.at.least(worst);
        // the tops of the bands lie between them: below the next band's bottom
        const next = bands.find(({ from }) => from > worst);
        expect(risk).to.be.below(next?.from ?? 1 + Number.EPSILON);
      }),
    );
  });

  it('never falls when a family is added or grows, and stays between 0 and 100', () => {
    fc.assert(
      fc.property(workload, fc.constantFrom(...riskAxes), weight, criticality, (given, axis, added, b0) => {
        const more = { ...given, [axis]: [...(given[axis] ?? []), added] };
        expect(scoreOf(more, b0)).to.be.at.least(scoreOf(given, b0));
        expect(scoreOf(more, b0)).to.be.within(0, 100);
      }),
      { numRuns: 2000 },
    );
  });

  it('falls whenever a family is repaired (short of a blast radius that is 1 to nine digits)', () => {
    fc.assert(
      fc.property(usual, fc.constantFrom(...riskAxes), fc.nat(), criticality, (given, axis, pick, b0) => {
        const there = given[axis] ?? [];
        fc.pre(there.length > 0 && overall(risksOf(given), b0).blastRadius < 1 - 1e-9);
        const repaired = { ...given, [axis]: there.toSpliced(pick % there.length, 1) };
        expect(scoreOf(repaired, b0)).to.be.below(scoreOf(given, b0));
      }),
      { numRuns: 2000 },
    );
  });

  it('rises with the declared criticality of the namespace', () => {
    fc.assert(
      fc.property(workload, (given) => {
        expect(scoreOf(given, 0.2)).to.be.at.least(scoreOf(given, 0));
        expect(scoreOf(given, 0.4)).to.be.at.least(scoreOf(given, 0.2));
      }),
    );
  });
});
