import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { type GoldenRow, goldenRows, renderTable, tablePath } from '../golden/update.ts';

/** How many rows the worked table has. */
const ROWS = 17;
/** Points of the score. A real manifest cannot always have exactly the findings that were worked with. */
const CLOSE = 2;

describe('the golden table', () => {
  let rows: readonly GoldenRow[] = [];
  before(async () => {
    rows = await goldenRows();
  });

  it('has every row of the worked table', () => {
    expect(rows).to.have.length(ROWS);
  });

  it('is in the order in which experts put the workloads', () => {
    const ofScore = rows.toSorted((a, b) => a.assessment.score - b.assessment.score);
    expect(ofScore.map(({ name }) => name)).to.deep.equal(rows.map(({ name }) => name));
    const ofWorked = rows.toSorted((a, b) => a.worked.score - b.worked.score);
    expect(ofWorked.map(({ name }) => name)).to.deep.equal(rows.map(({ name }) => name));
  });

  it('gives each workload the level that was worked out', () => {
    expect(rows.map(({ name, level }) => `${name} ${level}`)).to.deep.equal(
      rows.map(({ name, worked }) => `${name} ${worked.level}`),
    );
  });

  it('is close to the scores that were worked out', () => {
    for (const { name, assessment, worked } of rows) {
      expect(assessment.score, name).to.be.closeTo(worked.score, CLOSE);
    }
  });

  it('has not changed', () => {
    expect(
      renderTable(rows),
      'weights or the model have changed: if that is meant, run `node test/golden/update.ts` and review the difference',
    ).to.equal(readFileSync(tablePath, 'utf8'));
  });
});
