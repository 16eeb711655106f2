/** docs/hardening-guides.md and the checks say the same of the common hardening guides. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { axes } from '../../../src/axes/check.ts';
import { checks } from '../../../src/axes/index.ts';

const page = readFileSync(join(import.meta.dirname, '../../../docs/hardening-guides.md'), 'utf8');

interface Row {
  readonly control: string;
  readonly checks: readonly string[];
  /** The last cell: checks, or why there is none. */
  readonly says: string;
}

const rows: readonly Row[] = page
  .split('\n')
  .filter((line) => line.startsWith('| ') && !/^\| (?:control|section) \|/.test(line))
  .map((line) => {
    const cells = line.split('|').map((cell) => cell.trim());
    const says = cells.at(-2) ?? '';
    return {
      control: cells[1] ?? '',
      checks: [...says.matchAll(/`([^`]+)`/g)].map(([, id = '']) => id).filter((id) => id.includes('/')),
      says,
    };
  });

/** Control numbers of the guides that have some; a gap would be a control that nobody thought about. */
const numbered: readonly string[] = [
  ...Array.from({ length: 13 }, (_, index) => `CIS 5.1.${index + 1}`),
  ...Array.from({ length: 13 }, (_, index) => `CIS 5.2.${index + 1}`),
  ...['5.3.1', '5.3.2', '5.4.1', '5.4.2', '5.5.1', '5.7.1', '5.7.2', '5.7.3', '5.7.4'].map(
    (id) => `CIS ${id}`,
  ),
  ...Array.from({ length: 10 }, (_, index) => `OWASP K${String(index + 1).padStart(2, '0')}`),
];

describe('the hardening guides', () => {
  it('have a row for each of their controls', () => {
    expect(rows.map(({ control }) => control)).to.include.members([...numbered]);
    expect(rows.filter(({ control }) => control.startsWith('PSS ')).length).to.equal(18);
  });

  it('name only checks that exist', () => {
    const known = new Set<string>(checks.map(({ id }) => id));
    const unknown = rows.flatMap((row) => row.checks.filter((id) => !known.has(id)));
    expect(unknown).to.deep.equal([]);
    expect(
      rows.flatMap((row) => row.checks).every((id) => axes.some((axis) => id.startsWith(`${axis}/`))),
    ).to.equal(true);
  });

  it('say why, where no check covers a control', () => {
    for (const { control, checks: covering, says } of rows) {
      if (covering.length === 0) expect(says, control).to.match(/^no check: ./);
    }
  });

  it('have beside a control each check that claims to cover it', () => {
    const missing = checks.flatMap(({ id, controls = [] }) =>
      controls
        .filter((control) => !rows.some((row) => row.control === control && row.checks.includes(id)))
        .map((control) => `${control}: ${id}`),
    );
    expect(missing).to.deep.equal([]);
  });
});
