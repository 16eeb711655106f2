import { expect } from 'chai';
import { generate, perThousand } from '../../../hack/bench-run/generate.ts';
import { mean, median, percentile } from '../../../hack/bench-run/statistics.ts';

describe('the load of hack/bench', () => {
  const options = { workloads: 60, pods: 3, seed: 7 };
  const { objects, changeable } = generate(options);

  it('is the same for the same seed, and another for another', () => {
    expect(generate(options).objects).to.deep.equal(objects);
    expect(generate({ ...options, seed: 8 }).objects).to.not.deep.equal(objects);
  });
  it('has 2,088 objects for 1,000 workloads', () => {
    const around = Object.values(perThousand).reduce((sum, count) => sum + count, 0);
    expect(1000 + around).to.equal(2088);
  });
  it('names every object once, and each namespace before what is in it', () => {
    const names = objects.map(({ kind, metadata }) => `${kind} ${metadata.namespace ?? ''}/${metadata.name}`);
    expect(new Set(names).size).to.equal(names.length);
    const place = (namespace: string) => names.indexOf(`Namespace /${namespace}`);
    for (const [index, { metadata }] of objects.entries()) {
      if (metadata.namespace !== undefined) expect(place(metadata.namespace)).to.be.within(0, index - 1);
    }
  });
  it('makes worse only what does not already take over its node', () => {
    expect(changeable).to.not.be.empty;
    for (const deployment of changeable)
      expect(JSON.stringify(deployment)).to.not.match(/hostPath|"privileged"/);
  });
});

describe('percentiles', () => {
  const values = [5, 1, 4, 2, 3];

  it('are values that were measured: the nearest rank', () => {
    expect([0, 20, 21, 50, 99, 100].map((percent) => percentile(values, percent))).to.deep.equal([
      1, 1, 2, 3, 5, 5,
    ]);
    expect(median(values)).to.equal(3);
    expect(mean(values)).to.equal(3);
  });
  it('are none for no values', () => {
    expect(percentile([], 50)).to.be.NaN;
    expect(mean([])).to.be.NaN;
  });
});
