/** What a check is. Everything else about checks (registration, docs, fixtures' test) follows from this. */
import type { AttackPath } from '../world/escalation/path.ts';
import type { Ref } from '../world/objects.ts';
import type { Surroundings } from '../world/surroundings/surroundings.ts';
import type { Variant } from '../world/workload/variants.ts';
import type { Workload } from '../world/workload/workloads.ts';

export const axes = ['image', 'privileges', 'api', 'secrets', 'labels', 'network'] as const;
export type Axis = (typeof axes)[number];

/** One rule on one axis. Pure: the same workload and surroundings give the same findings. */
export interface Check {
  readonly id: `${Axis}/${string}`;
  /** Checks that are one mechanism share a family; within it only the worst counts. Unique to one axis. */
  readonly family: string;
  /** What is wrong, as a sentence without a full stop: `Mounts a path of the node`. */
  readonly title: string;
  /** Why it matters and what to do, for someone who has never heard of it. */
  readonly docs: string;
  /** Where the rule comes from: a standard, a KEP, a CVE, a paper. */
  readonly source: string;
  /** Ids of the controls of well-known standards that this check covers: `PSS baseline: HostPath Volumes`. */
  readonly controls?: readonly string[];
  /** Network checks only: does it help someone in, or does it widen what an intruder reaches? */
  readonly direction?: 'inbound' | 'outbound';
  /** Called once per variant; what it returns is merged into one finding per workload. */
  readonly find: (variant: Variant, workload: Workload, around: Surroundings) => readonly Found[];
}

/** One place where a check fires. */
export interface Found {
  /** 0 to 0.98, within the bands of the score model: see `severityOf`. */
  readonly weight: number;
  readonly message: string;
  /** Never empty; the first is what the fixture names. */
  readonly evidence: readonly Evidence[];
  readonly remediation: Remediation;
  /** Where the place by itself leads: what an intruder takes from here, and by which steps. */
  readonly leadsTo?: AttackPath;
}

/** An object and the RFC 6901 JSON Pointer of the place in it that makes the check fire. */
export interface Evidence {
  readonly object: Ref;
  readonly container?: string;
  readonly path: string;
}

export interface Remediation {
  readonly text: string;
  /** RFC 6902 operations that silence the check and leave a valid object; empty where only a person can decide. */
  readonly patch: readonly PatchOperation[];
}

export interface PatchOperation {
  readonly object: Ref;
  readonly op: 'add' | 'remove' | 'replace';
  readonly path: string;
  readonly value?: unknown;
}

export type Severity = 'info' | 'low' | 'medium' | 'high' | 'critical';

/** The bands of the score model: low 0.05-0.30, medium 0.35-0.60, high 0.65-0.80, critical 0.86-0.98, info 0. */
export const severityBands: readonly {
  readonly severity: Severity;
  readonly from: number;
  readonly to: number;
}[] = [
  { severity: 'info', from: 0, to: 0 },
  { severity: 'low', from: 0.05, to: 0.3 },
  { severity: 'medium', from: 0.35, to: 0.6 },
  { severity: 'high', from: 0.65, to: 0.8 },
  { severity: 'critical', from: 0.86, to: 0.98 },
];

export function severityOf(weight: number): Severity {
  return severityBands.find(({ to }) => weight <= to)?.severity ?? 'critical';
}

export function axisOf(check: Pick<Check, 'id'>): Axis {
  return check.id.slice(0, check.id.indexOf('/')) as Axis; // the type of `id` says so
}
