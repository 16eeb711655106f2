import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { checkIds, generateIndex } from '../../../hack/generate/checks.ts';
import { axes, axisOf, severityBands, severityOf } from '../../../src/axes/check.ts';
import { checks } from '../../../src/axes/index.ts';
import { axesFolder, findIn, fixture } from '../../support/fixture.ts';

for (const check of checks) {
  describe(check.id, () => {
    it('fires exactly where its fixture says', async () => {
      const fires = await fixture(check.id, 'fires');
      expect(fires.expected, 'the fixture begins with lines `# expect: severity pointer`').to.not.be.empty;
      const found = findIn(check, fires).map((f) => `${severityOf(f.weight)} ${f.evidence[0]?.path}`);
      expect(found).to.deep.equal(fires.expected);
    });

    it('is silent on the nearest clean object', async () => {
      expect(findIn(check, await fixture(check.id, 'clean'))).to.deep.equal([]);
    });

    it('is silent once its own patch is applied', async () => {
      const fires = await fixture(check.id, 'fires');
      const patch = findIn(check, fires).flatMap((found) => found.remediation.patch);
      if (patch.length === 0) return; // only a person can decide what to do
      expect(findIn(check, await fires.patchedBy(patch))).to.deep.equal([]);
    });

    it('says what is wrong, where, and what to do', async () => {
      for (const found of findIn(check, await fixture(check.id, 'fires'))) {
        expect(found.message).to.match(/^\S.*[^.\s]$/s);
        expect(found.remediation.text).to.match(/^[A-Z].*[^.\s]$/s);
        expect(found.evidence).to.not.be.empty;
        const band = severityBands.find(({ from, to }) => found.weight >= from && found.weight <= to);
        expect(band, `weight ${found.weight} is between the severity bands`).to.exist;
      }
    });
  });
}

describe('the set of checks', () => {
  it('has a current index (else: npm run generate)', () => {
    expect(readFileSync(join(axesFolder, 'index.ts'), 'utf8')).to.equal(generateIndex());
  });

  it('has an id that is the place of its file', () => {
    expect(checks.map(({ id }) => id)).to.deep.equal(checkIds());
  });

  it('has no fixture without a check', () => {
    const ids = new Set(checkIds());
    const stray = axes.flatMap((axis) =>
      readdirSync(join(axesFolder, axis))
        .filter(
          (name) =>
            name.endsWith('.yaml') && !ids.has(`${axis}/${name.replace(/\.(fires|clean)\.yaml$/, '')}`),
        )
        .map((name) => `${axis}/${name}`),
    );
    expect(stray).to.deep.equal([]);
  });

  it('keeps a family on one axis, and gives every network check a direction', () => {
    const axesOf = Map.groupBy(checks, ({ family }) => family);
    for (const [family, members] of axesOf) {
      expect(new Set(members.map(axisOf)).size, `family ${family}`).to.equal(1);
      expect(new Set(members.map(({ direction }) => direction)).size, `family ${family}`).to.equal(1);
    }
    for (const check of checks) {
      expect(check.direction !== undefined, check.id).to.equal(axisOf(check) === 'network');
    }
  });
});
