/** From a workload and what surrounds it to its assessment: findings, axes, likelihood, blast radius, score. */
import { axes, type AttackPath, type Axis, type Check } from '../axes/check.ts';
import type { Criticality } from '../policy/policy.ts';
import type { Surroundings } from '../world/surroundings.ts';
import type { Workload } from '../world/workloads.ts';
import { type Coverage, coverageOf } from './coverage.ts';
import { type Finding, findingsOf } from './findings.ts';
import { axisRisk, type Overall, overall } from './model.ts';

/** A finding in its place: what repairing it alone would give, and what hides it. */
export interface Ranked extends Finding {
  /** The unrounded score of a re-run in which this one finding is absent. */
  readonly ifFixed: number;
  /** The check of its family that is worse, so that repairing this one alone changes nothing. */
  readonly behind?: Check['id'];
}

export interface AxisResult extends Coverage {
  /** 0 to 100, unrounded. */
  readonly score: number;
}

export interface Assessment extends Overall {
  readonly workload: Workload;
  readonly around: Surroundings;
  readonly axes: Readonly<Record<Axis, AxisResult>>;
  /** Those first whose repair helps most; a finding that another hides follows that one. */
  readonly findings: readonly Ranked[];
  readonly attackPaths: readonly AttackPath[];
}

/** b0 of the model. */
const criticalityOf: Readonly<Record<Criticality, number>> = { normal: 0, high: 0.2, vital: 0.4 };

/**
 * Scores one workload. Pure and deterministic: same input, same bytes.
 * @param workload the top-level controller, as `world/workloads` resolved it; never one of its pods
 * @returns likelihood and blast radius 0-1; score 0-100, unrounded
 * @throws never for what the cluster holds: evidence that could not be read lowers coverage instead
 * @see docs/model.md, model v1
 */
export function assess(workload: Workload, around: Surroundings, checks: readonly Check[]): Assessment {
  const findings = findingsOf(workload, around, checks);
  const criticality = criticalityOf[around.policy.criticality[workload.ref.namespace] ?? 'normal'];
  const result = scoreOf(findings, criticality);
  return {
    workload,
    around,
    ...result,
    axes: Object.fromEntries(
      axes.map((axis) => [
        axis,
        {
          score: 100 * axisRisk(familyWeights(findings.filter((finding) => finding.axis === axis))),
          ...coverageOf(axis, workload, around),
        },
      ]),
    ) as Record<Axis, AxisResult>, // one entry per axis, as `axes` lists them
    findings: rank(findings, criticality),
    attackPaths: findings.flatMap(({ leadsTo }) => leadsTo ?? []),
  };
}

/** The score of a set of findings. */
export function scoreOf(findings: readonly Finding[], criticality: number): Overall {
  const risk = (belongs: (finding: Finding) => boolean) => axisRisk(familyWeights(findings.filter(belongs)));
  const ofAxis = (axis: Axis) => risk((finding) => finding.axis === axis);
  return overall(
    {
      image: ofAxis('image'),
      privileges: ofAxis('privileges'),
      api: ofAxis('api'),
      secrets: ofAxis('secrets'),
      labels: ofAxis('labels'),
      inbound: risk(({ axis, check }) => axis === 'network' && check.direction === 'inbound'),
      outbound: risk(({ axis, check }) => axis === 'network' && check.direction === 'outbound'),
    },
    criticality,
  );
}

/** The worst weight of each family. */
function familyWeights(findings: readonly Finding[]): readonly number[] {
  const worst = new Map<string, number>();
  for (const { check, weight } of findings) {
    worst.set(check.family, Math.max(weight, worst.get(check.family) ?? 0));
  }
  return [...worst.values()];
}

/** Worst first within a family; equal weights go by id, so that the order never depends on registration. */
const worseFirst = (a: Finding, b: Finding): number =>
  b.weight - a.weight || (a.check.id < b.check.id ? -1 : 1);

function rank(findings: readonly Finding[], criticality: number): readonly Ranked[] {
  const families = [...Map.groupBy(findings, ({ axis, check }) => `${axis} ${check.family}`).values()];
  const ranked = families.map((family): readonly Ranked[] => {
    const [head, ...hidden] = family.toSorted(worseFirst);
    if (head === undefined) return [];
    const without = (finding: Finding) =>
      scoreOf(
        findings.filter((other) => other !== finding),
        criticality,
      ).score;
    return [
      { ...head, ifFixed: without(head) },
      ...hidden.map((finding): Ranked => ({ ...finding, ifFixed: without(finding), behind: head.check.id })),
    ];
  });
  return ranked
    .toSorted((a, b) => {
      const [x, y] = [a[0], b[0]];
      return x === undefined || y === undefined ? 0 : x.ifFixed - y.ifFixed || worseFirst(x, y);
    })
    .flat();
}
