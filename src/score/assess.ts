/** From a workload and what surrounds it to its assessment: findings, axes, likelihood, blast radius, score. */
import { axes, type Axis, type Check, severityBands } from '../axes/check.ts';
import type { Criticality } from '../policy/policy.ts';
import { type AttackPath, consequences } from '../world/escalation/path.ts';
import type { Surroundings } from '../world/surroundings/surroundings.ts';
import type { Workload } from '../world/workload/workloads.ts';
import { type Coverage, coverageOf } from './coverage.ts';
import { type Finding, findingsOf } from './findings.ts';
import { axisRisk, type AxisRisks, type Overall, overall } from './model.ts';

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
  /** The worst first: by severity, then by what its repair gives. */
  readonly findings: readonly Ranked[];
  /** At most one for each consequence, the worst first. */
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
  const byGroup = Map.groupBy(findings, groupOf);
  const risks = risksOf(byGroup);
  const network = [...(byGroup.get('inbound') ?? []), ...(byGroup.get('outbound') ?? [])];
  return {
    workload,
    around,
    ...overall(risks, criticality),
    axes: Object.fromEntries(
      axes.map((axis) => [
        axis,
        {
          // the shown network axis combines both directions
          score: 100 * (axis === 'network' ? axisRisk(familyWeights(network)) : risks[axis]),
          ...coverageOf(axis, workload, around),
        },
      ]),
    ) as Record<Axis, AxisResult>, // one entry per axis, as `axes` lists them
    findings: rank(byGroup, risks, criticality),
    attackPaths: shortest([...around.escalation.paths, ...findings.flatMap(({ leadsTo }) => leadsTo ?? [])]),
  };
}

/** One path for each consequence, the worst first; of equally long ones the first given. */
function shortest(paths: readonly AttackPath[]): readonly AttackPath[] {
  return consequences.flatMap((consequence) => {
    const [first, ...others] = paths.filter((path) => path.consequence === consequence);
    if (first === undefined) return [];
    return others.reduce((best, path) => (path.steps.length < best.steps.length ? path : best), first);
  });
}

/** What enters the model as one number: an axis, or one direction of the network. */
type Group = keyof AxisRisks;
type ByGroup = ReadonlyMap<Group, readonly Finding[]>;

const groups: readonly Group[] = ['image', 'privileges', 'api', 'secrets', 'labels', 'inbound', 'outbound'];

const groupOf = ({ axis, check }: Finding): Group =>
  axis === 'network' ? (check.direction ?? 'inbound') : axis;

const risksOf = (byGroup: ByGroup): AxisRisks =>
  Object.fromEntries(
    groups.map((group) => [group, axisRisk(familyWeights(byGroup.get(group) ?? []))]),
  ) as unknown as AxisRisks; // one entry per group

/** The worst weight of each family. */
function familyWeights(findings: readonly Finding[]): readonly number[] {
  const worst = new Map<string, number>();
  for (const { check, weight } of findings) {
    worst.set(check.family, Math.max(weight, worst.get(check.family) ?? 0));
  }
  return [...worst.values()];
}

/** The worse of a family hides the other; equal weights go by id, so that the order never depends on registration. */
const worseFirst = (a: Finding, b: Finding): number =>
  b.weight - a.weight || (a.check.id < b.check.id ? -1 : 1);

const severityRank = ({ weight }: Finding): number => severityBands.findIndex(({ to }) => weight <= to);

/** By severity, so that a cut never loses a critical one to a trifle; within it, what helps most comes first. */
const mostUrgentFirst = (a: Ranked, b: Ranked): number =>
  severityRank(b) - severityRank(a) || a.ifFixed - b.ifFixed || worseFirst(a, b);

function rank(byGroup: ByGroup, risks: AxisRisks, criticality: number): readonly Ranked[] {
  const { score } = overall(risks, criticality);
  const ranked: Ranked[] = [];
  for (const [group, findings] of byGroup) {
    const families = [...Map.groupBy(findings, ({ check }) => check.family).values()];
    const sorted = families.map((family) => family.toSorted(worseFirst));
    for (const [head, ...hidden] of sorted) {
      if (head === undefined) continue;
      // without it the family falls to its next finding; without one that is hidden nothing changes
      const weights = sorted.map((family) => family.find((finding) => finding !== head)?.weight ?? 0);
      const without = { ...risks, [group]: axisRisk(weights) };
      ranked.push({ ...head, ifFixed: overall(without, criticality).score });
      for (const finding of hidden) ranked.push({ ...finding, ifFixed: score, behind: head.check.id });
    }
  }
  return ranked.toSorted(mostUrgentFirst);
}
