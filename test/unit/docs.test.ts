import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect } from 'chai';
import { load } from 'js-yaml';
import { checkDocsPath, renderCheckDocs } from '../../hack/generate/check-docs.ts';
import { checks } from '../../src/axes/index.ts';
import { isRecord } from '../../src/observe/shapes/shape.ts';
import { type AxisRisks, axisRisk, levelOf, overall, shown } from '../../src/score/model.ts';

const root = join(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const below = (folder: string) =>
  readdirSync(join(root, folder), { recursive: true, withFileTypes: true }).map((entry) => ({
    path: join(relative(root, entry.parentPath), entry.name),
    isFolder: entry.isDirectory(),
  }));

const pages = [
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  ...[...below('docs'), ...below('src')].map(({ path }) => path).filter((path) => path.endsWith('.md')),
];

/** Without code: what looks like a link in there is none. */
const prose = (markdown: string): string =>
  markdown.replaceAll(/^```[^]*?^```$/gm, '').replaceAll(/`[^`\n]*`/g, '');

/** Headings as GitHub names them in links. */
const anchorsOf = (markdown: string): ReadonlySet<string> =>
  new Set(
    [...markdown.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );

const allOf = (text: string, pattern: RegExp): readonly string[] =>
  [...new Set([...text.matchAll(pattern)].map((match) => match[1] ?? match[0]))].sort();

/** The rows of all tables in a text, as their cells. */
const rowsOf = (markdown: string): readonly (readonly string[])[] =>
  markdown
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .map((line) => line.split(/(?<!\\)\|/).slice(1, -1))
    .map((cells) => cells.map((cell) => cell.trim()));

describe('the documentation', () => {
  for (const page of pages) {
    it(`${page} leads nowhere that does not exist`, () => {
      for (const link of allOf(prose(read(page)), /\]\(([^)\s]+)\)/g)) {
        if (/^[a-z]+:/.test(link)) continue;
        const [path = '', anchor] = link.split('#');
        const target = path === '' ? page : join(dirname(page), path);
        expect(existsSync(join(root, target)), link).to.equal(true);
        if (anchor !== undefined) expect([...anchorsOf(read(target))], link).to.include(anchor);
      }
    });
  }

  it('has a current reference of the checks (else: npm run generate)', async () => {
    expect(readFileSync(checkDocsPath, 'utf8') === (await renderCheckDocs())).to.equal(true);
  });

  it('tells of every check what is wrong, why, and where the rule comes from', () => {
    for (const { id, title, docs, source } of checks) {
      expect(title, id).to.match(/^(?!TODO)[A-Z].*[^.]$/);
      expect(docs.replaceAll(/\s+/g, ' '), id).to.match(/^(?!TODO)\S.{60,}\.$/);
      expect(source, id).to.match(/^(?!TODO).{5,}/);
    }
  });

  it('has every control of a check in the reference', () => {
    const text = read('docs/checks.md');
    for (const control of new Set(checks.flatMap(({ controls = [] }) => controls))) {
      expect(text).to.include(`| ${control} |`);
    }
  });

  it('has every metric, and no other', () => {
    const names = /\bhexarisk_[a-z0-9_]+/g;
    const documented = allOf(read('docs/metrics.md'), names).map((name) =>
      name.replace(/_(bucket|sum|count)$/, ''),
    );
    expect([...new Set(documented)].sort()).to.deep.equal(
      allOf(['metrics', 'series'].map((file) => read(`src/publish/${file}.ts`)).join(''), names),
    );
  });

  it('has every dependency, and no other', () => {
    const { dependencies, devDependencies } = JSON.parse(read('package.json')) as Record<string, object>;
    const [, production = '', development = ''] = read('docs/dependencies.md').split(/^## /m);
    const named = (section: string) => allOf(section.split('### ')[0] ?? '', /^\| `([^`]+)` \|/gm);
    expect(named(production)).to.deep.equal(Object.keys(dependencies ?? {}).sort());
    expect(named(development)).to.deep.equal(Object.keys(devDependencies ?? {}).sort());
  });

  it('has every folder of src in the architecture, and no other', () => {
    const [, section = ''] = read('docs/architecture.md').split('## Folders');
    const folders = below('src').flatMap(({ path, isFolder }) => (isFolder ? [`${path}/`] : []));
    expect(allOf(section, /`(src\/(?:[a-z-]+\/)*)`/g)).to.deep.equal(['src/', ...folders].sort());
  });

  it('has a header in each folder of src: what for, what it may not do, who imports it', () => {
    const folders = readdirSync(join(root, 'src'), { withFileTypes: true }).filter((entry) =>
      entry.isDirectory(),
    );
    for (const { name } of folders) {
      const header = read(`src/${name}/README.md`);
      expect(header, name).to.match(/^# .+\n\nFor: [^]*^May not: [^]*^Imported by: /m);
      expect(header.trim().split('\n').length, name).to.be.within(3, 8);
    }
  });

  it('has every flag of the command line, and no other', () => {
    const flags = allOf(read('src/main.ts'), /'(?:-\w, )?(--[a-z-]+)[ ']/g);
    const [first] = [read('docs/commands.md').split('## hack/')[0] ?? ''];
    const documented = rowsOf(first).flatMap(([cell = '']) => cell.match(/--[a-z-]+/g) ?? []);
    expect([...new Set(documented)].sort()).to.deep.equal(flags);
  });

  it('has every field of the RiskReport', () => {
    const crd = load(read('crds/riskreport.yaml'));
    const text = read('docs/reports.md');
    const fields = new Set<string>();
    const collect = (value: unknown): void => {
      if (Array.isArray(value)) for (const item of value) collect(item);
      if (!isRecord(value)) return;
      if (isRecord(value['properties']))
        for (const name of Object.keys(value['properties'])) fields.add(name);
      for (const item of Object.values(value)) collect(item);
    };
    collect(crd);
    expect(fields).to.include('ifFixed');
    for (const field of fields) {
      if (field !== 'metadata') expect(text, field).to.include(`\`${field}\``);
    }
  });

  it('has every decision in the list of them', () => {
    const list = read('docs/decisions/README.md');
    const files = readdirSync(join(root, 'docs/decisions')).filter((name) => /^\d/.test(name));
    expect(files.map((name) => name.slice(0, 4))).to.deep.equal(
      files.map((_, i) => String(i + 1).padStart(4, '0')),
    );
    for (const name of files) {
      expect(list).to.include(`](${name})`);
      const page = read(`docs/decisions/${name}`);
      expect(allOf(page, /^## (.+)$/gm), name).to.deep.equal(['Consequences', 'Context', 'Decision']);
      const [, title = ''] = /^# \d{4}: (.+)$/m.exec(page) ?? [];
      expect(list, name).to.include(`| ${title} |`);
    }
  });

  describe('the worked table of docs/model.md', () => {
    const columns = ['image', 'privileges', 'api', 'secrets', 'labels', 'inbound', 'outbound'] as const;
    const [, section = ''] = read('docs/model.md').split('## Worked table');
    const rows = rowsOf(section).slice(1);

    it('has rows', () => {
      expect(rows.length).to.be.greaterThan(15);
    });

    for (const [name = '', ...cells] of rows) {
      it(name, () => {
        const weightsOf = (cell = '') => (cell === '' ? [] : cell.split(' ').map(Number));
        const risks = Object.fromEntries(
          columns.map((column, index) => [column, axisRisk(weightsOf(cells[index]))]),
        ) as unknown as AxisRisks; // one entry per column
        const { likelihood, blastRadius, score } = overall(risks, 0);
        expect(cells.slice(columns.length)).to.deep.equal([
          likelihood.toFixed(2),
          blastRadius.toFixed(2),
          score.toFixed(1),
          levelOf(shown(score).score),
        ]);
      });
    }
  });
});
