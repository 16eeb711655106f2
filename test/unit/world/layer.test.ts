import { expect } from 'chai';
import { byReference, forgetIn, keyedLayer, keyedParts, sameItems } from '../../../src/world/layer.ts';

describe('a layer', () => {
  const counted = (equal?: typeof byReference) => {
    let derived = 0;
    const layer = keyedLayer((list: readonly number[], factor: number) => {
      derived += 1;
      return { sum: list.reduce((sum, item) => sum + item, 0) * factor };
    }, equal);
    return { layer, derivations: () => derived };
  };

  it('derives again only when an input is another object', () => {
    const { layer, derivations } = counted();
    const list = [1, 2];
    const first = layer.get('a', list, 2);
    expect(layer.get('a', list, 2)).to.equal(first);
    expect(derivations()).to.equal(1);
    expect(layer.get('a', list, 3)).to.deep.equal({ sum: 9 });
    expect(derivations()).to.equal(2);
  });

  it('hands out the old object if the new one says the same', () => {
    const { layer, derivations } = counted();
    const first = layer.get('a', [1, 2], 2);
    expect(layer.get('a', [2, 1], 2)).to.equal(first);
    expect(derivations()).to.equal(2);
  });

  it('hands out a new object each time it derives, if told to compare by reference', () => {
    const { layer } = counted(byReference);
    expect(layer.get('a', [1, 2], 2)).to.not.equal(layer.get('a', [2, 1], 2));
  });

  it('keeps keys apart, and forgets one when it is told so', () => {
    const { layer, derivations } = counted();
    const list = [1];
    layer.get('a', list, 1);
    layer.get('b', list, 1);
    forgetIn({ layer }, ['b', 'unknown']);
    layer.get('a', list, 1);
    expect(derivations()).to.equal(2);
    layer.get('b', list, 1);
    expect(derivations(), 'b was forgotten').to.equal(3);
  });

  it('hands out the old list if its items are the same objects', () => {
    const item = {};
    const layer = keyedLayer((...items: readonly object[]): readonly object[] => items, sameItems);
    const first = layer.get('a', item, item);
    expect(layer.get('a', item)).to.not.equal(first);
    expect(layer.get('a', item, {})).to.not.deep.equal([item]);
  });
});

describe('parts that are put together', () => {
  it('are the old object while each is the same', () => {
    const parts = keyedParts<{ one: object; other?: object }>();
    const [one, other] = [{}, {}];
    const first = parts.get('a', { one, other });
    expect(parts.get('a', { one, other })).to.equal(first);
    expect(parts.get('b', { one, other })).to.not.equal(first);
    expect(parts.get('a', { one, other: {} })).to.not.equal(first);
  });

  it('are made anew after they were forgotten', () => {
    const parts = keyedParts<{ one: object }>();
    const one = {};
    const first = parts.get('a', { one });
    parts.forget('a');
    expect(parts.get('a', { one })).to.not.equal(first);
  });
});
