/**
 * Score model v1: arithmetic only, from weights of findings to numbers. Everything is unrounded.
 * The reasons for its shape and constants are in docs/model.md.
 */

export const MODEL_VERSION = 'v1';

/** Tops of the severity bands: an axis never leaves the band of its worst family. */
const tops: readonly { readonly upTo: number; readonly top: number }[] = [
  { upTo: 0.3, top: 0.35 },
  { upTo: 0.6, top: 0.65 },
  { upTo: 0.8, top: 0.85 },
  { upTo: 1, top: 1 },
];

/** Keeps rounding from lifting an axis onto the top of its band. */
const MOST = 1 - 1e-9;

/**
 * The risk of one axis, 0 to 1.
 * @param weights the worst weight of each family of the axis, in any order; those of 0 do not count
 */
export function axisRisk(weights: readonly number[]): number {
  // sorted, because the order of multiplication decides the last bits, and bytes must be equal
  const sorted = weights.filter((weight) => weight > 0).toSorted((a, b) => b - a);
  const [worst, ...others] = sorted;
  if (worst === undefined) return 0;
  const r = Math.min(MOST, 1 - others.reduce((product, weight) => product * (1 - weight), 1));
  const top = tops.find(({ upTo }) => worst <= upTo)?.top ?? 1;
  return worst + (top - worst) * r;
}

export interface AxisRisks {
  readonly image: number;
  readonly privileges: number;
  readonly api: number;
  readonly secrets: number;
  readonly labels: number;
  /** The network axis over the families that help someone in, and over those that widen the reach. */
  readonly inbound: number;
  readonly outbound: number;
}

export interface Overall {
  /** 0 to 1. */
  readonly likelihood: number;
  readonly blastRadius: number;
  /** 0 to 100. */
  readonly score: number;
}

/** @param criticality b0, the declared criticality of the namespace: 0, 0.2 or 0.4 */
export function overall(risks: AxisRisks, criticality: number): Overall {
  const { image, privileges, api, secrets, labels, inbound, outbound } = risks;
  const exposure = 1 - threeHalves(1 - inbound);
  const vulnerability = 0.25 + 0.75 * square(image);
  const likelihood = 1 - 0.85 * (1 - exposure * vulnerability) * (1 - 0.45 * square(image));
  const blastRadius =
    1 -
    (1 - criticality) *
      (1 - square(privileges)) *
      (1 - square(api)) *
      (1 - 0.7 * square(secrets)) *
      (1 - 0.3 * square(outbound));
  const risk = 1 - (1 - blastRadius * (0.65 + 0.35 * likelihood)) * (1 - 0.95 * threeHalves(likelihood));
  return { likelihood, blastRadius, score: 100 * risk + 5 * labels * (1 - risk) };
}

const square = (x: number): number => x * x;

/** x to the power 1.5, written so that it is exact on every machine. */
const threeHalves = (x: number): number => x * Math.sqrt(x);

export const levels = ['Low', 'Medium', 'High', 'Critical'] as const;
export type Level = (typeof levels)[number];

/** From which score on a level ends. */
export const bounds: readonly { readonly below: number; readonly level: Level }[] = [
  { below: 35, level: 'Low' },
  { below: 65, level: 'Medium' },
  { below: 85, level: 'High' },
];

/** @param score the shown integer, 0 to 100 */
export function levelOf(score: number): Level {
  return bounds.find(({ below }) => score < below)?.level ?? 'Critical';
}

/** A score as people see it: the integer, and two decimals; both floored, so that they agree. */
export function shown(score: number): { readonly score: number; readonly exact: string } {
  const hundredths = Math.floor(score * 100);
  const whole = Math.floor(hundredths / 100);
  return { score: whole, exact: `${whole}.${String(hundredths % 100).padStart(2, '0')}` };
}
