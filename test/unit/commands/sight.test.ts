import { expect } from 'chai';
import { sightOf } from '../../../src/commands/operator/sight.ts';
import { createStore } from '../../../src/observe/store.ts';
import type { Resource } from '../../../src/world/world.ts';

describe('what a sweep sees', () => {
  const store = createStore();
  let blind: readonly Resource[] = [];
  const sight = sightOf({ world: (...time) => store.world(...time), blindTo: () => blind });
  const sweep = () => sight.world(0, 0);

  it('is not the whole before the first sweep', () => {
    expect(sight.isWhole()).to.equal(false);
  });
  it('is the whole when every resource could be read then and can be now', () => {
    sweep();
    expect(sight.isWhole()).to.equal(true);
  });
  it('is not the whole any more once a resource cannot be read', () => {
    blind = ['deployments'];
    expect(sight.isWhole()).to.equal(false);
  });
  it('is not the whole for a sweep that began before that resource could be read again', () => {
    sweep();
    blind = [];
    expect(sight.isWhole()).to.equal(false);
    sweep();
    expect(sight.isWhole()).to.equal(true);
  });
});
