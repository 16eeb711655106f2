import { expect } from 'chai';
import fc from 'fast-check';
import { withChanges } from '../../../src/world/overlay.ts';

const names = Array.from({ length: 26 }, (_, index) => `key-${index}`);
const key = fc.constantFrom(...names);
const value = fc.record({ id: fc.nat() });
const changes = fc.array(fc.tuple(key, fc.option(value, { nil: undefined })), { maxLength: 4 });

const inOrder = <V>(entries: Iterable<readonly [string, V]>) =>
  [...entries].sort(([a], [b]) => (a < b ? -1 : 1));

describe('a map with changes', () => {
  it('is at each step the map that plain changes make, and leaves the one before as it was', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(key, value)), fc.array(changes), (first, steps) => {
        let plain = new Map(first);
        let map: ReadonlyMap<string, { readonly id: number }> = new Map(first);
        for (const step of steps) {
          const [before, wasPlain] = [map, plain];
          plain = new Map(plain);
          for (const [name, now] of step) {
            if (now === undefined) plain.delete(name);
            else plain.set(name, now);
          }
          map = withChanges(map, new Map(step));
          for (const [found, wanted] of [
            [map, plain],
            [before, wasPlain],
          ] as const) {
            expect(inOrder(found)).to.deep.equal(inOrder(wanted));
            expect(found.size).to.equal(wanted.size);
            expect([...found.keys()].sort()).to.deep.equal([...wanted.keys()].sort());
            expect([...found.values()]).to.have.members([...wanted.values()]);
            const told: [string, { readonly id: number }][] = [];
            found.forEach((each, name) => told.push([name, each]));
            expect(inOrder(told)).to.deep.equal(inOrder(wanted));
            for (const name of names) {
              expect(found.get(name)).to.equal(wanted.get(name));
              expect(found.has(name)).to.equal(wanted.has(name));
            }
          }
        }
      }),
    );
  });
});
