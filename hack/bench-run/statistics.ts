/** The nearest-rank percentile: always a value that was measured. @param percent 0 to 100 @returns NaN for none */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? Number.NaN;
}

export const median = (values: readonly number[]): number => percentile(values, 50);

/** @returns NaN for none */
export const mean = (values: readonly number[]): number =>
  values.reduce((total, value) => total + value, 0) / values.length;

/** For a person to read: `digits` behind the point. */
export const rounded = (value: number, digits = 0): number => Number(value.toFixed(digits));
