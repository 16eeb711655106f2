import { expect } from 'chai';
import type { LabelSelector } from '../../../src/world/objects.ts';
import { isEmptySelector, selects, selectsPlainly, selectorText } from '../../../src/world/selector.ts';

const where = (key: string, operator: string, ...values: readonly string[]): LabelSelector => ({
  matchLabels: {},
  matchExpressions: [{ key, operator, values }],
});
const everything: LabelSelector = { matchLabels: {}, matchExpressions: [] };

describe('label selectors', () => {
  it('an empty selector selects everything', () => {
    expect(selects(everything, {})).to.be.true;
    expect(selects(everything, { app: 'web' })).to.be.true;
    expect(isEmptySelector(everything)).to.be.true;
  });

  it('matchLabels and matchExpressions must all hold', () => {
    const selector: LabelSelector = { ...where('tier', 'Exists'), matchLabels: { app: 'web' } };
    expect(selects(selector, { app: 'web', tier: 'front' })).to.be.true;
    expect(selects(selector, { app: 'web' })).to.be.false;
    expect(selects(selector, { tier: 'front' })).to.be.false;
  });

  const table: readonly [string, LabelSelector, Readonly<Record<string, string>>, boolean][] = [
    ['In: one of the values', where('app', 'In', 'web', 'api'), { app: 'api' }, true],
    ['In: another value', where('app', 'In', 'web', 'api'), { app: 'db' }, false],
    ['In: no such label', where('app', 'In', 'web'), {}, false],
    ['NotIn: another value', where('app', 'NotIn', 'web'), { app: 'db' }, true],
    ['NotIn: the value', where('app', 'NotIn', 'web'), { app: 'web' }, false],
    ['NotIn: no such label', where('app', 'NotIn', 'web'), {}, true],
    ['Exists: an empty value is a value', where('app', 'Exists'), { app: '' }, true],
    ['Exists: no such label', where('app', 'Exists'), { tier: 'x' }, false],
    ['DoesNotExist: no such label', where('app', 'DoesNotExist'), { tier: 'x' }, true],
    ['DoesNotExist: there it is', where('app', 'DoesNotExist'), { app: '' }, false],
    ['a label named like an Object property', where('constructor', 'Exists'), {}, false],
  ];
  for (const [name, selector, labels, expected] of table) {
    it(name, () => {
      expect(selects(selector, labels)).to.equal(expected);
    });
  }

  it('what the API refuses selects nothing', () => {
    for (const selector of [
      where('app', 'Near', 'web'),
      where('app', 'constructor'),
      where('app', 'In'),
      where('app', 'NotIn'),
      where('app', 'Exists', 'web'),
      where('app', 'DoesNotExist', 'web'),
    ]) {
      expect(selects(selector, { app: 'web' }), selectorText(selector)).to.be.false;
      expect(selects(selector, {}), selectorText(selector)).to.be.false;
    }
  });

  it('the plain selector of a Service selects nothing when it is empty', () => {
    expect(selectsPlainly({}, { app: 'web' })).to.be.false;
    expect(selectsPlainly({ app: 'web' }, { app: 'web', tier: 'x' })).to.be.true;
    expect(selectsPlainly({ app: 'web', tier: 'y' }, { app: 'web', tier: 'x' })).to.be.false;
  });

  it('is written as kubectl writes it', () => {
    const selector: LabelSelector = {
      matchLabels: { app: 'web' },
      matchExpressions: [
        { key: 'tier', operator: 'In', values: ['a', 'b'] },
        { key: 'canary', operator: 'DoesNotExist', values: [] },
      ],
    };
    expect(selectorText(selector)).to.equal('app=web,tier in (a,b),!canary');
  });
});
