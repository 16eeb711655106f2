/** Flags that several benchmarks have. */
import { InvalidArgumentError } from 'commander';

export function number(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < least)
      throw new InvalidArgumentError(`expected a whole number, at least ${least}`);
    return value;
  };
}
