/** What a control of the Pod Security Standards is: data, as the admission plugin has it. */
import type { Violations } from './places.ts';

export type Level = 'privileged' | 'baseline' | 'restricted';

/** A version of the standard, as a namespace pins it: `v1.25` or `latest`. */
export type Version = 'latest' | `v1.${number}`;

/** One wording of a control, in force from its version until the next wording's. */
export interface Wording {
  readonly from: `v1.${number}`;
  readonly violations: Violations;
  /** Baseline controls that need not be asked at level restricted, because this one says more. */
  readonly overrides?: readonly string[];
}

export interface Control {
  /** The id of the admission plugin's check. */
  readonly id: string;
  readonly level: Exclude<Level, 'privileged'>;
  /** Oldest first. */
  readonly versions: readonly Wording[];
}

const minorOf = (version: `v1.${number}`): number => Number(version.slice('v1.'.length));

/** The wording in force; undefined if the control is younger than the version. */
export const wordingAt = (control: Control, version: Version): Wording | undefined =>
  version === 'latest'
    ? control.versions.at(-1)
    : control.versions.findLast(({ from }) => minorOf(from) <= minorOf(version));
