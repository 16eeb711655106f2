/** The whole cluster: how bad is it, where, whose is it, and is it getting better? */
import {
  BigValueColorMode,
  BigValueTextMode,
  StackingConfigBuilder,
  StackingMode,
} from '@grafana/grafana-foundation-sdk/common';
import { type Dashboard, RowBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import * as bargauge from '@grafana/grafana-foundation-sdk/bargauge';
import * as histogram from '@grafana/grafana-foundation-sdk/histogram';
import * as stat from '@grafana/grafana-foundation-sdk/stat';
import * as statushistory from '@grafana/grafana-foundation-sdk/statushistory';
import * as timeseries from '@grafana/grafana-foundation-sdk/timeseries';
import { heatTable } from './heat-table.ts';
import { asCount, asCoverage, asScore, colors, fixedColor, levelRanges, scoreGraph } from './look.ts';
import { now, overTime, perAxis, perWorkload, rows, running, WORKLOAD } from './queries.ts';
import { begin, datasource, some, uids } from './variables.ts';

export const overview = (): Dashboard =>
  begin({
    title: 'Overview',
    uid: uids.overview,
    description: 'Risk of all workloads: how much, where, whose, and which way it goes.',
    from: 'now-24h',
  })
    .withVariable(
      some({ name: 'namespace', label: 'Namespace', description: 'Only workloads of these namespaces.' }),
    )
    .withVariable(
      some({
        name: 'owner',
        label: 'Owner',
        description: 'Only workloads of these teams.',
        among: 'namespace=~"$namespace"',
      }),
    )
    .withVariable(
      some({
        name: 'kind',
        label: 'Kind',
        description: 'Only workloads of these kinds.',
        among: 'namespace=~"$namespace", owner=~"$owner"',
      }),
    )
    .withRow(new RowBuilder('Now'))
    .withPanel(byLevel().span(12).height(5))
    .withPanel(criticalAndRunning().span(6).height(5))
    .withPanel(highest().span(6).height(5))
    .withPanel(distribution().span(12).height(9))
    .withPanel(levelsOverTime().span(12).height(9))
    .withRow(new RowBuilder('Where to begin'))
    .withPanel(worst().span(24).height(12))
    .withPanel(byNamespace().span(12).height(10))
    .withPanel(byOwner().span(12).height(10))
    .withRow(new RowBuilder('Which way it goes'))
    .withPanel(trend().span(12).height(9))
    .withPanel(axesOverTime().span(12).height(9))
    .withRow(new RowBuilder('What it rests on'))
    .withPanel(coverage().span(8).height(8))
    .withPanel(freshness().span(8).height(8))
    .withPanel(writes().span(8).height(8))
    .build();

const scores = perWorkload('risk_score');
const SCORE_WORDS =
  'The score of a workload goes from 0 to 100: likelihood that it is entered, times what falls then.';

interface Range {
  readonly from?: number;
  readonly below?: number;
}

/** How many workloads have a score in this range; 0, not nothing, where there are none. */
function countIn({ from, below }: Range): string {
  const least = from === undefined ? scores : `${scores} >= ${from}`;
  return `count(${below === undefined ? least : `(${least}) < ${below}`}) or vector(0)`;
}

const worstFirst = levelRanges.toReversed();

function byLevel(): stat.PanelBuilder {
  const panel = asCount(new stat.PanelBuilder())
    .title('Workloads by level')
    .description(`How many workloads are at each level, those scaled to 0 too. ${SCORE_WORDS}`)
    .datasource(datasource)
    .targets(worstFirst.map(({ level, ...range }) => now(countIn(range), level).refId(level)))
    .colorMode(BigValueColorMode.Background)
    .textMode(BigValueTextMode.ValueAndName);
  for (const { level } of worstFirst)
    panel.overrideByName(level, [{ id: 'color', value: fixedColor(colors[level]) }]);
  return panel;
}

const criticalAndRunning = () =>
  asCount(new stat.PanelBuilder())
    .title('Critical, and running')
    .description('What the alert HexariskWorkloadCritical is about: level Critical, and at least one pod.')
    .datasource(datasource)
    .withTarget(now(`count(${running(`(${scores} >= ${worstFirst[0]?.from})`)}) or vector(0)`))
    .colorMode(BigValueColorMode.None);

const highest = () =>
  asScore(new stat.PanelBuilder())
    .title('Highest score')
    .description('The score of the worst workload.')
    .datasource(datasource)
    .withTarget(now(`max(${scores})`))
    .colorMode(BigValueColorMode.Background);

const distribution = () =>
  asScore(new histogram.PanelBuilder())
    .title('Distribution of scores')
    .description('How many workloads have a score from 0 to 5, 5 to 10, and so on.')
    .datasource(datasource)
    .withTarget(rows('scores', scores))
    .bucketSize(5)
    .combine(true);

function levelsOverTime(): timeseries.PanelBuilder {
  const panel = asCount(new timeseries.PanelBuilder())
    .title('Workloads by level over time')
    .description('How many workloads are at each level. Green growing from below is what you want.')
    .datasource(datasource)
    .targets(levelRanges.map(({ level, ...range }) => overTime(countIn(range), level).refId(level)))
    .fillOpacity(40)
    .lineWidth(0)
    .stacking(new StackingConfigBuilder().mode(StackingMode.Normal).group('A'));
  for (const { level } of levelRanges)
    panel.overrideByName(level, [{ id: 'color', value: fixedColor(colors[level]) }]);
  return panel;
}

const WORST = 20;

const worst = () =>
  heatTable({
    title: 'Worst workloads',
    description: `The ${WORST} highest scores, and the score of each axis. A click on a workload leads to its page.`,
    by: WORKLOAD.split(', '),
    score: `topk(${WORST}, ${scores})`,
    ofAxis: (axis) => `${perAxis(axis)} and on (namespace, kind, workload) topk(${WORST}, ${scores})`,
  });

const byNamespace = () =>
  heatTable({
    title: 'Axes by namespace',
    description:
      'The highest score in each namespace, and the highest on each axis, which need not be of the same workload.',
    by: ['namespace'],
    score: perWorkload('risk_score', { by: 'namespace' }),
    ofAxis: (axis) => perAxis(axis, { by: 'namespace' }),
  });

const byOwner = () =>
  heatTable({
    title: 'Axes by owner',
    description: 'The same by owner. The row without a name holds the workloads that nobody owns.',
    by: ['owner'],
    score: perWorkload('risk_score', { by: 'owner' }),
    ofAxis: (axis) => perAxis(axis, { by: 'owner' }),
  });

const trend = () =>
  scoreGraph()
    .title('Scores over time')
    .description('The highest score, the score that 5 of 100 workloads exceed, and the mean.')
    .datasource(datasource)
    .withTarget(overTime(`max(${scores})`, 'highest').refId('highest'))
    .withTarget(overTime(`quantile(0.95, ${scores})`, 'p95').refId('p95'))
    .withTarget(overTime(`avg(${scores})`, 'mean').refId('mean'));

const axesOverTime = () =>
  asScore(new statushistory.PanelBuilder())
    .title('Axes over time')
    .description('The score on each axis that 5 of 100 workloads exceed.')
    .datasource(datasource)
    .withTarget(
      overTime(
        `quantile by (axis) (0.95, ${perWorkload('axis_score', { by: `${WORKLOAD}, axis` })})`,
        '{{axis}}',
      ),
    )
    .maxDataPoints(100)
    .rowHeight(0.9);

const coverage = () =>
  asCoverage(new bargauge.PanelBuilder())
    .title('Coverage by axis')
    .description(
      'How much of the evidence of each axis could be read, the mean of the namespaces. What is unknown is not safe: less coverage never means less risk.',
    )
    .datasource(datasource)
    .withTarget(
      now(
        'avg by (axis) (min by (namespace, axis) (hexarisk_namespace_coverage{namespace=~"$namespace"}))',
        '{{axis}}',
      ),
    );

const freshness = () =>
  asCount(new timeseries.PanelBuilder(), 's')
    .title('From a change to its report')
    .description(
      'How long it takes until a change in the cluster is in a report. More than 10 s for 1 of 100 burns the budget of HexariskReportsStale.',
    )
    .datasource(datasource)
    .targets(
      [0.5, 0.99].map((quantile) =>
        overTime(
          `histogram_quantile(${quantile}, sum by (le) (rate(hexarisk_change_to_report_seconds_bucket[$__rate_interval])))`,
          `p${quantile * 100}`,
        ).refId(`p${quantile * 100}`),
      ),
    );

const writes = () =>
  asCount(new timeseries.PanelBuilder(), 'wps')
    .title('Reports written')
    .description(
      'Writes of RiskReports by result. At rest there are none; `failed` that stays is what HexariskReportWritesFailing is about.',
    )
    .datasource(datasource)
    .withTarget(
      overTime('sum by (result) (rate(hexarisk_report_writes_total[$__rate_interval]))', '{{result}}'),
    );
