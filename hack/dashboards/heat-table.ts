/** The hexagon as a heat map: a row for each workload, namespace or owner, a coloured cell for each axis. */
import {
  TableCellDisplayMode,
  TableCellHeight,
  TableSortByFieldStateBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import * as table from '@grafana/grafana-foundation-sdk/table';
import { axes } from '../../src/axes/check.ts';
import { asScore } from './look.ts';
import { rows } from './queries.ts';
import { cellLinks, datasource } from './variables.ts';

export interface HeatTable {
  readonly title: string;
  readonly description: string;
  /** The labels that make a row, in the order of their columns. */
  readonly by: readonly string[];
  /** What the rows are sorted by. */
  readonly score: string;
  readonly ofAxis: (axis: string) => string;
}

const SCORE = 'score';

export function heatTable({ title, description, by, score, ofAxis }: HeatTable): table.PanelBuilder {
  const columns = [SCORE, ...axes];
  const panel = asScore(new table.PanelBuilder())
    .title(title)
    .description(description)
    .datasource(datasource)
    .targets(columns.map((name) => rows(name, name === SCORE ? score : ofAxis(name))))
    .transformations([
      { id: 'merge', options: {} },
      {
        id: 'organize',
        options: {
          excludeByName: { Time: true },
          indexByName: Object.fromEntries(
            [...by, ...columns.map(valueOf)].map((name, index) => [name, index]),
          ),
          renameByName: Object.fromEntries(columns.map((name) => [valueOf(name), name])),
        },
      },
    ])
    .overrideByFieldType('number', [
      { id: 'custom.cellOptions', value: { type: TableCellDisplayMode.ColorBackground, mode: 'basic' } },
      { id: 'custom.width', value: 90 },
    ])
    .filterable(true)
    .cellHeight(TableCellHeight.Sm)
    .sortBy([new TableSortByFieldStateBuilder().displayName(SCORE).desc(true)]);
  for (const label of by) {
    const link = cellLinks[label];
    if (link !== undefined) panel.overrideByName(label, [{ id: 'links', value: [link] }]);
  }
  return panel;
}

/** How Grafana calls the value of a query in a table of several. */
const valueOf = (refId: string): string => `Value #${refId}`;
