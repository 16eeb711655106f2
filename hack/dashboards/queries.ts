/** The words of our queries. Every replica exposes every workload: `max by` makes one series of them. */
import * as prometheus from '@grafana/grafana-foundation-sdk/prometheus';
import { datasource } from './variables.ts';

export const WORKLOAD = 'namespace, kind, workload, owner';

/** What the variables of the overview choose. */
const selected = 'namespace=~"$namespace", owner=~"$owner", kind=~"$kind"';

/** The one that the variables of the workload page choose. Only those of several values are escaped for =~. */
export const chosen = 'namespace="$namespace", owner=~"$owner", kind="$kind", workload="$workload"';

export interface Selection {
  /** Label matchers. */
  readonly where?: string;
  /** The labels that stay. */
  readonly by?: string;
  /** How it was then: `1d`. */
  readonly before?: string;
}

/** A metric per workload, e.g. `risk_score`. */
export function perWorkload(
  metric: string,
  { where = selected, by = WORKLOAD, before }: Selection = {},
): string {
  const offset = before === undefined ? '' : ` offset ${before}`;
  return `max by (${by}) (hexarisk_workload_${metric}{${where}}${offset})`;
}

export const perAxis = (axis: string, { where = selected, by = WORKLOAD }: Selection = {}): string =>
  perWorkload('axis_score', { where: `${where}, axis="${axis}"`, by });

/** Only those workloads that have pods. */
export const running = (query: string): string =>
  `${query} and on (namespace, kind, workload) (${perWorkload('running')} > 0)`;

const query = (expr: string): prometheus.DataqueryBuilder =>
  new prometheus.DataqueryBuilder().datasource(datasource).expr(expr);

/** As it is now. */
export const now = (expr: string, legend = ''): prometheus.DataqueryBuilder =>
  query(expr).instant().legendFormat(legend);

/** As it was over time. */
export const overTime = (expr: string, legend = ''): prometheus.DataqueryBuilder =>
  query(expr).range().legendFormat(legend);

/** One row for each series, one column for each label. */
export const rows = (refId: string, expr: string): prometheus.DataqueryBuilder =>
  now(expr).format(prometheus.PromQueryFormat.Table).refId(refId);
