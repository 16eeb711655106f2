/** What one chooses at the top of a dashboard, and the links from one to the other. */
import type * as common from '@grafana/grafana-foundation-sdk/common';
import {
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard';

export const datasource: common.DataSourceRef = { type: 'prometheus', uid: '${datasource}' };

export const uids = { overview: 'hexarisk-overview', workload: 'hexarisk-workload' } as const;

/** All dashboards of ours, and none of others. */
const tag = 'hexarisk';

interface Beginning {
  readonly title: string;
  readonly uid: string;
  readonly description: string;
  /** How far back it looks when it is opened. */
  readonly from: string;
}

/** What all dashboards begin with. */
export const begin = ({ title, uid, description, from }: Beginning): DashboardBuilder =>
  new DashboardBuilder(`Hexarisk / ${title}`)
    .uid(uid)
    .description(description)
    .tags([tag])
    .time({ from, to: 'now' })
    .refresh('1m')
    .timezone('browser')
    .tooltip(DashboardCursorSync.Crosshair)
    .link(otherDashboards())
    .withVariable(datasourceVariable());

const datasourceVariable = (): DatasourceVariableBuilder =>
  new DatasourceVariableBuilder('datasource')
    .label('Data source')
    .type('prometheus')
    .description('The Prometheus that scrapes Hexarisk.');

interface Choice {
  readonly name: string;
  readonly label: string;
  readonly description: string;
  /** Matchers of what was chosen before. */
  readonly among?: string;
}

const choiceOf = ({ name, label, description, among = '' }: Choice): QueryVariableBuilder =>
  new QueryVariableBuilder(name)
    .label(label)
    .description(description)
    .datasource(datasource)
    .query(`label_values(hexarisk_workload_risk_score{${among}}, ${name})`)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.AlphabeticalAsc);

export const one = (choice: Choice): QueryVariableBuilder => choiceOf(choice);

/** Any number of them. `.*` for all: a workload without an owner has no such label, which `.+` would leave out. */
export const some = (choice: Choice): QueryVariableBuilder =>
  choiceOf(choice)
    .multi(true)
    .includeAll(true)
    .allValue('.*')
    .current({ selected: true, text: ['All'], value: ['$__all'] });

/** To our other dashboards, with what is chosen here. */
const otherDashboards = (): DashboardLinkBuilder =>
  new DashboardLinkBuilder('Hexarisk')
    .type(DashboardLinkType.Dashboards)
    .tooltip('The other dashboards of Hexarisk')
    .tags([tag])
    .includeVars(true)
    .keepTime(true);

const cell = (name: string): string => `\${__data.fields.${name}}`;

const linkTo = (title: string, uid: string, values: Readonly<Record<string, string>>): object => ({
  title,
  url: `/d/${uid}?var-datasource=$datasource&${Object.entries(values)
    .map(([name, value]) => `var-${name}=${value}`)
    .join('&')}&\${__url_time_range}`,
});

/** From a cell of a table: on a workload to its page, on a namespace or an owner to theirs in the overview. */
export const cellLinks: Readonly<Record<string, object>> = {
  workload: linkTo('The page of this workload', uids.workload, {
    namespace: cell('namespace'),
    kind: cell('kind'),
    workload: cell('workload'),
    owner: '$__all',
  }),
  namespace: linkTo('Only this namespace', uids.overview, { namespace: cell('namespace') }),
  owner: linkTo('Only this owner', uids.overview, { owner: cell('owner') }),
};
