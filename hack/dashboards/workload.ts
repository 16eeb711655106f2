/** One workload: what its score is made of, and how it came to be. */
import {
  BarGaugeDisplayMode,
  BigValueColorMode,
  VizOrientation,
} from '@grafana/grafana-foundation-sdk/common';
import { type Dashboard, RowBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import * as bargauge from '@grafana/grafana-foundation-sdk/bargauge';
import * as stat from '@grafana/grafana-foundation-sdk/stat';
import * as timeseries from '@grafana/grafana-foundation-sdk/timeseries';
import * as xychart from '@grafana/grafana-foundation-sdk/xychart';
import { asCount, asScore, asShare, fixedColor, levelNames, scoreGraph } from './look.ts';
import { chosen, now, overTime, perWorkload, rows } from './queries.ts';
import { begin, datasource, one, some, uids } from './variables.ts';

export const workload = (): Dashboard =>
  begin({
    title: 'Workload',
    uid: uids.workload,
    description: 'Risk of one workload: its hexagon, likelihood and blast radius, now and over time.',
    from: 'now-7d',
  })
    .withVariable(
      one({ name: 'namespace', label: 'Namespace', description: 'The namespace of the workload.' }),
    )
    .withVariable(
      some({
        name: 'owner',
        label: 'Owner',
        description: 'Offers only workloads of these teams.',
        among: 'namespace="$namespace"',
      }),
    )
    .withVariable(
      one({
        name: 'kind',
        label: 'Kind',
        description: 'The kind of the workload.',
        among: 'namespace="$namespace", owner=~"$owner"',
      }),
    )
    .withVariable(
      one({
        name: 'workload',
        label: 'Workload',
        description: 'The workload that this page shows.',
        among: 'namespace="$namespace", owner=~"$owner", kind="$kind"',
      }),
    )
    .withRow(new RowBuilder('$namespace / $kind / $workload'))
    .withPanel(score().span(4).height(6))
    .withPanel(level().span(4).height(6))
    .withPanel(riseOfDay().span(4).height(6))
    .withPanel(likelihood().span(4).height(6))
    .withPanel(blastRadius().span(4).height(6))
    .withPanel(pods().span(4).height(6))
    .withRow(new RowBuilder('The hexagon'))
    .withPanel(hexagon().span(8).height(10))
    .withPanel(hexagonOverTime().span(16).height(10))
    .withRow(new RowBuilder('The score, and what it is made of'))
    .withPanel(scoreOverTime().span(12).height(9))
    .withPanel(factorsOverTime().span(12).height(9))
    .withPanel(likelihoodAgainstBlastRadius().span(24).height(12))
    .build();

/** Without the owner: a line should not break where a workload changes hands. */
const ofThis = { where: chosen, by: 'namespace, kind, workload' };
const of = (metric: string) => perWorkload(metric, ofThis);
const axisScores = perWorkload('axis_score', { where: chosen, by: 'axis' });

const score = () =>
  asScore(new stat.PanelBuilder())
    .title('Score')
    .description('Likelihood that the workload is entered, times what falls then: 0 to 100.')
    .datasource(datasource)
    .withTarget(now(of('risk_score')))
    .colorMode(BigValueColorMode.Background);

const level = () =>
  asScore(new stat.PanelBuilder())
    .title('Level')
    .description('What range the score is in.')
    .datasource(datasource)
    .withTarget(now(of('risk_score')))
    .mappings([...levelNames])
    .colorMode(BigValueColorMode.Background);

const riseOfDay = () =>
  asCount(new stat.PanelBuilder(), 'none')
    .title('Change within a day')
    .description(
      'How many points the score has risen. The report says under `change` what did it. 0 if there was no score a day ago.',
    )
    .datasource(datasource)
    .withTarget(
      now(
        `${of('risk_score')} - (${perWorkload('risk_score', { ...ofThis, before: '1d' })} or ${of('risk_score')})`,
      ),
    );

const likelihood = () =>
  asShare(new stat.PanelBuilder())
    .title('Likelihood')
    .description('How likely the workload is entered: by its exposure and what its images are open to.')
    .datasource(datasource)
    .withTarget(now(of('likelihood')));

const blastRadius = () =>
  asShare(new stat.PanelBuilder())
    .title('Blast radius')
    .description(
      'How much falls when it is entered: by its privileges, rights, secrets, and where it can connect to.',
    )
    .datasource(datasource)
    .withTarget(now(of('blast_radius')));

const pods = () =>
  asCount(new stat.PanelBuilder())
    .title('Pods')
    .description('Pods that exist and have not finished. No alert is about a workload that has none.')
    .datasource(datasource)
    .withTarget(now(of('running')));

const hexagon = () =>
  asScore(new bargauge.PanelBuilder())
    .title('Axes now')
    .description('The score of each axis: by its worst finding, and a little by all others.')
    .datasource(datasource)
    .withTarget(now(axisScores, '{{axis}}'))
    .orientation(VizOrientation.Horizontal)
    .displayMode(BarGaugeDisplayMode.Basic);

const hexagonOverTime = () =>
  scoreGraph()
    .title('Axes over time')
    .description('Which axis moved, and when: that is when to look for what was changed.')
    .datasource(datasource)
    .withTarget(overTime(axisScores, '{{axis}}'));

const scoreOverTime = () =>
  scoreGraph()
    .title('Score over time')
    .description('The score; the lines are where Medium, High and Critical begin.')
    .datasource(datasource)
    .withTarget(overTime(of('risk_score'), 'score'));

const factorsOverTime = () =>
  asShare(new timeseries.PanelBuilder())
    .title('Likelihood and blast radius over time')
    .description('Which of the two factors moved the score.')
    .datasource(datasource)
    .withTarget(overTime(of('likelihood'), 'likelihood').refId('likelihood'))
    .withTarget(overTime(of('blast_radius'), 'blast radius').refId('blast'));

/** The neighbours in grey, this one in red: top right is where nobody wants to be. */
function likelihoodAgainstBlastRadius(): xychart.PanelBuilder {
  const neighbours = { where: 'namespace="$namespace"', by: 'namespace, kind, workload' };
  const named = (options: string) => ({ matcher: { id: 'byName', options } });
  const points = (name: string) =>
    new xychart.XYSeriesConfigBuilder()
      .name({ fixed: name })
      .frame({ matcher: { id: 'byIndex', options: 0 } })
      .x(named('likelihood'))
      .y(named(name));
  return asShare(new xychart.PanelBuilder())
    .title('Likelihood against blast radius')
    .description(
      'All workloads of the namespace; this one in red. To the right: easily entered. Further up: more falls.',
    )
    .datasource(datasource)
    .withTarget(rows('likelihood', perWorkload('likelihood', neighbours)))
    .withTarget(rows('neighbours', perWorkload('blast_radius', neighbours)))
    .withTarget(rows('this', of('blast_radius')))
    .transformations([
      { id: 'merge', options: {} },
      {
        id: 'organize',
        options: {
          excludeByName: { Time: true },
          renameByName: {
            'Value #likelihood': 'likelihood',
            'Value #neighbours': 'the namespace',
            'Value #this': 'this workload',
          },
        },
      },
    ])
    .mapping(xychart.SeriesMapping.Manual)
    .series([points('the namespace'), points('this workload')])
    .show(xychart.XYShowMode.Points)
    .pointSize({ fixed: 8 })
    .overrideByName('the namespace', [{ id: 'color', value: fixedColor('gray') }])
    .overrideByName('this workload', [{ id: 'color', value: fixedColor('red') }]);
}
