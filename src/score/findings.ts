/** Runs the checks on a workload and makes one finding per check of what they return. */
import {
  type Axis,
  axisOf,
  type Check,
  type Evidence,
  type Found,
  type PatchOperation,
  type Severity,
  severityOf,
} from '../axes/check.ts';
import type { AttackPath } from '../world/escalation/path.ts';
import type { Surroundings } from '../world/surroundings/surroundings.ts';
import type { Workload } from '../world/workload/workloads.ts';

/** A check that fired on a workload: once per check and workload, whatever the number of places. */
export interface Finding {
  readonly check: Check;
  readonly axis: Axis;
  /** The highest of its places. */
  readonly weight: number;
  readonly severity: Severity;
  readonly message: string;
  /** At most 5 places, those of the highest weight first. */
  readonly evidence: readonly Evidence[];
  readonly remediation: { readonly text: string; readonly patch: readonly PatchOperation[] };
  readonly leadsTo?: AttackPath;
}

const MOST_EVIDENCE = 5;

export function findingsOf(
  workload: Workload,
  around: Surroundings,
  checks: readonly Check[],
): readonly Finding[] {
  const { disabledChecks } = around.policy;
  const findings: Finding[] = [];
  for (const check of checks) {
    if (disabledChecks.includes(check.id)) continue;
    const [first, ...others] = workload.variants;
    if (first === undefined) continue;
    const found = run(check, first, workload, around);
    const more = others.flatMap((variant) => run(check, variant, workload, around));
    const finding = merge(check, more.length === 0 ? found : [...found, ...more]);
    if (finding !== undefined) findings.push(finding);
  }
  return findings;
}

function run(check: Check, ...input: Parameters<Check['find']>): readonly Found[] {
  try {
    return check.find(...input);
  } catch (error) {
    throw new Error(`check ${check.id} failed on ${input[1].key}`, { cause: error });
  }
}

function merge(check: Check, found: readonly Found[]): Finding | undefined {
  const [only] = found;
  if (only === undefined) return undefined;
  const sorted = found.length === 1 ? found : found.toSorted(worseFirst);
  const worst = sorted[0] ?? only;
  const others = found.length === 1 ? 0 : new Set(found.map(({ message }) => message)).size - 1;
  return {
    check,
    axis: axisOf(check),
    weight: worst.weight,
    severity: severityOf(worst.weight),
    message: others === 0 ? worst.message : `${worst.message} (and ${others} more)`,
    evidence: evidenceOf(sorted),
    remediation:
      found.length === 1
        ? worst.remediation
        : { text: worst.remediation.text, patch: sorted.flatMap(({ remediation }) => remediation.patch) },
    ...(worst.leadsTo === undefined ? {} : { leadsTo: worst.leadsTo }),
  };
}

function evidenceOf(sorted: readonly Found[]): readonly Evidence[] {
  const [only] = sorted;
  if (sorted.length === 1 && only?.evidence.length === 1) return only.evidence;
  return distinct(sorted.flatMap(({ evidence }) => evidence.toSorted(byName))).slice(0, MOST_EVIDENCE);
}

// Equal ones go by what they say and name: in whatever order containers and volumes stand, the report says the same.

const worseFirst = (a: Found, b: Found): number =>
  b.weight - a.weight ||
  compare(a.message, b.message) ||
  compare(a.evidence[0]?.container ?? '', b.evidence[0]?.container ?? '');

const byName = (a: Evidence, b: Evidence): number =>
  compare(a.container ?? '', b.container ?? '') ||
  compare(a.object.kind, b.object.kind) ||
  compare(a.object.name, b.object.name);

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function distinct(evidence: readonly Evidence[]): readonly Evidence[] {
  const seen = new Set<string>();
  return evidence.filter(({ object, container, path }) => {
    const key = [object.kind, object.namespace, object.name, container, path].join(' ');
    return !seen.has(key) && seen.add(key);
  });
}
