/** How numbers look: units, the colours of the levels, where a level begins. */
import {
  GraphThresholdsStyleConfigBuilder,
  GraphThresholdsStyleMode,
} from '@grafana/grafana-foundation-sdk/common';
import {
  FieldColorBuilder,
  FieldColorModeId,
  MappingType,
  type RangeMap,
  ThresholdsConfigBuilder,
  ThresholdsMode,
  type ThresholdsConfig,
} from '@grafana/grafana-foundation-sdk/dashboard';
import * as timeseries from '@grafana/grafana-foundation-sdk/timeseries';
import type * as cog from '@grafana/grafana-foundation-sdk/cog';
import { bounds, type Level, levels } from '../../src/score/model.ts';

export const colors: Readonly<Record<Level, string>> = {
  Low: 'green',
  Medium: 'yellow',
  High: 'orange',
  Critical: 'red',
};

interface LevelRange {
  readonly level: Level;
  /** The lowest has none. */
  readonly from?: number;
  readonly below?: number;
}

/** From the model, so that no dashboard can disagree with it. */
export const levelRanges: readonly LevelRange[] = levels.map((level, index) => {
  const [from, below] = [bounds[index - 1]?.below, bounds[index]?.below];
  return { level, ...(from === undefined ? {} : { from }), ...(below === undefined ? {} : { below }) };
});

interface Step {
  /** Undefined: whatever is lower than the next. */
  readonly from?: number;
  readonly color: string;
}

const thresholds = (steps: readonly Step[]): ThresholdsConfigBuilder =>
  new ThresholdsConfigBuilder()
    .mode(ThresholdsMode.Absolute)
    .steps(steps.map(({ from, color }) => ({ value: from ?? null, color })));

/** A panel of whatever kind. */
interface Panel {
  unit(unit: string): this;
  decimals(decimals: number): this;
  min(min: number): this;
  max(max: number): this;
  thresholds(thresholds: cog.Builder<ThresholdsConfig>): this;
  colorScheme(color: FieldColorBuilder): this;
}

const byThreshold = () => new FieldColorBuilder().mode(FieldColorModeId.Thresholds);
const byName = () => new FieldColorBuilder().mode(FieldColorModeId.PaletteClassicByName);

const bounded = <P extends Panel>(panel: P, steps: readonly Step[]): P =>
  panel.unit('none').min(0).max(100).thresholds(thresholds(steps));

const levelSteps = levelRanges.map(({ level, from }) => ({
  color: colors[level],
  ...(from === undefined ? {} : { from }),
}));

/** 0 to 100 in the colours of the levels. Two decimals, as exported: rounded, 84.6 would be an 85 that is not Critical. */
export const asScore = <P extends Panel>(panel: P): P =>
  bounded(panel, levelSteps).decimals(2).colorScheme(byThreshold());

/** A graph of several scores: each its own colour, the levels as dashed lines. */
export const scoreGraph = (): timeseries.PanelBuilder =>
  asScore(new timeseries.PanelBuilder())
    .colorScheme(byName())
    .thresholdsStyle(new GraphThresholdsStyleConfigBuilder().mode(GraphThresholdsStyleMode.Dashed));

/** 0 to 100, where more is better: what lacks is what we do not know. */
export const asCoverage = <P extends Panel>(panel: P): P =>
  bounded(panel, [{ color: 'red' }, { from: 50, color: 'yellow' }, { from: 100, color: 'green' }])
    .unit('percent')
    .decimals(0)
    .colorScheme(byThreshold());

/** 0 to 1. Neither likelihood nor blast radius has levels: only the score does. */
export const asShare = <P extends Panel>(panel: P): P =>
  panel
    .unit('percentunit')
    .decimals(0)
    .min(0)
    .max(1)
    .thresholds(thresholds([{ color: 'blue' }]))
    .colorScheme(byName());

export const asCount = <P extends Panel>(panel: P, unit = 'short'): P =>
  panel
    .unit(unit)
    .min(0)
    .thresholds(thresholds([{ color: 'blue' }]))
    .colorScheme(byName());

/** The name of the level in place of the number. */
export const levelNames: readonly RangeMap[] = levelRanges.map(({ level, from = 0, below }, index) => ({
  type: MappingType.RangeToText,
  options: {
    from,
    // a range holds both its ends; scores have two decimals
    to: below === undefined ? 100 : below - 0.001,
    result: { text: level, color: colors[level], index },
  },
}));

export const fixedColor = (color: string): object => ({ mode: 'fixed', fixedColor: color });
