import { expect } from 'chai';
import check from '../../../src/axes/image/untrusted-registry.ts';
import { findIn, judge } from '../../support/fixture.ts';

async function weights(image: string, trustedRegistries: readonly string[]): Promise<readonly number[]> {
  const judged = await judge(
    'test',
    `{apiVersion: v1, kind: Pod, metadata: {name: web}, spec: {containers: [{name: web, image: '${image}'}]}}`,
  );
  const policy = { ...judged.around.policy, trustedRegistries };
  return findIn(check, { ...judged, around: { ...judged.around, policy } }).map(({ weight }) => weight);
}

describe('trusted registries of the policy', () => {
  it('are every registry where none is named, except those that nobody can vouch for', async () => {
    expect(await weights('web', [])).to.be.empty;
    for (const odd of [
      '192.0.2.1/web',
      '[fd00::1]:5000/web',
      'localhost:5000/web',
      'registry.example:80/web',
    ]) {
      expect(await weights(odd, []), odd).to.deep.equal([0.2]);
    }
  });

  it('are registries, ends of names, and parts of registries', async () => {
    const trusted = ['registry.example', '*.ecr.example', 'docker.io/shop/', 'localhost:5000'];
    for (const good of ['registry.example/a/web', 'eu.ecr.example/web', 'shop/web', 'localhost:5000/web']) {
      expect(await weights(good, trusted), good).to.be.empty;
    }
    const bad = [
      'web',
      'shopping/web',
      'ecr.example/web',
      'registry.example.evil.example/web',
      'registry.example:5000/web',
    ];
    for (const other of bad) expect(await weights(other, trusted), other).to.deep.equal([0.45]);
  });
});
