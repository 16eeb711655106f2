/**
 * Judges pods by the Pod Security Standards, as the admission plugin of the API server does: the same controls, the
 * same versions, the same verdict.
 */
import { baseline } from './baseline.ts';
import { type Control, type Level, type Version, wordingAt } from './control.ts';
import type { Judged, Place } from './places.ts';
import { restricted } from './restricted.ts';

export type { Level, Version } from './control.ts';

export interface Violation extends Place {
  /** The id of the admission plugin's check: `hostNamespaces`, `capabilities_baseline`, ... */
  readonly control: string;
  readonly level: Exclude<Level, 'privileged'>;
}

export const controls: readonly Control[] = [...baseline, ...restricted];

/**
 * Every place where a pod breaks a control of either level, baseline first.
 * @param version the version of the standard; what came later is not asked
 */
export function violationsOf(judged: Judged, version: Version = 'latest'): readonly Violation[] {
  return controls.flatMap((control) =>
    (wordingAt(control, version)?.violations(judged) ?? []).map((place) => ({
      control: control.id,
      level: control.level,
      ...place,
    })),
  );
}

/** Whether the admission plugin lets the pod into a namespace that enforces this level and version. */
export function isAllowed(judged: Judged, level: Level, version: Version = 'latest'): boolean {
  return askedAt(level, version).every((control) => {
    const places = wordingAt(control, version)?.violations(judged) ?? [];
    return places.length === 0;
  });
}

/** Level restricted asks its own controls, and those of baseline that none of them overrides. */
function askedAt(level: Level, version: Version): readonly Control[] {
  if (level === 'privileged') return [];
  if (level === 'baseline') return baseline;
  const overridden = restricted.flatMap((control) => wordingAt(control, version)?.overrides ?? []);
  return [...baseline.filter(({ id }) => !overridden.includes(id)), ...restricted];
}

/** The rules of the latest version are asked of every workload. */
const strictestFirst = (['restricted', 'baseline'] as const).map((level) => ({
  level,
  rules: askedAt(level, 'latest').flatMap((control) => wordingAt(control, 'latest')?.violations ?? []),
}));

/** The strictest level that all shapes of a workload's pods satisfy, by the latest version of the standard. */
export function podSecurityLevel(variants: readonly Judged[]): Level {
  const level = strictestFirst.find(({ rules }) =>
    variants.every((variant) => rules.every((violations) => violations(variant).length === 0)),
  );
  return level?.level ?? 'privileged';
}
