/** How an assessment becomes a RiskReport. */
import { axes, type Axis, type Evidence, type Severity } from '../axes/check.ts';
import type { Assessment, Ranked } from '../score/assess.ts';
import { levelOf, type Level, MODEL_VERSION, shown } from '../score/model.ts';
import type { Step } from '../world/escalation/path.ts';
import { fromOutside } from '../world/lateral/lateral.ts';
import type { Ref } from '../world/objects.ts';
import type { Owner } from '../world/surroundings/ownership.ts';
import { podSecurityLevel } from '../world/pod-security/level.ts';
import { textOf } from '../world/world.ts';
import { reportName } from './names.ts';
import {
  API_VERSION,
  type ReportAxis,
  type ReportBody,
  type ReportFinding,
  type ReportStep,
  type RiskReport,
} from './report.ts';

const MOST_FINDINGS = 12;
const MOST_PATHS = 3;
/** Longer messages are cut: the whole is in the object that the evidence names. */
const LONGEST_TEXT = 400;
const FOREIGN = 'another namespace';

interface Options {
  /** For the cluster: with `uid`, `running` and the owner reference, which files do not have; without `controls`. */
  readonly live: boolean;
  /** How many findings it holds at most, the worst; the counts tell what is left out. */
  readonly mostFindings?: number | undefined;
}

export function reportOf(
  assessment: Assessment,
  { live, mostFindings = MOST_FINDINGS }: Options,
): RiskReport {
  const { workload, around } = assessment;
  const { apiVersion, kind, namespace, name } = workload.ref;
  const body = bodyOf(assessment, { live, mostFindings });
  return {
    apiVersion: API_VERSION,
    kind: 'RiskReport',
    metadata: {
      name: reportName(workload.ref),
      namespace,
      labels: labelsOf(body.level, kind, around.owner.team),
      // without blockOwnerDeletion, which would need the right to set finalizers of every owner
      ...(live && workload.uid !== ''
        ? { ownerReferences: [{ apiVersion, kind, name, uid: workload.uid }] }
        : {}),
    },
    workload: { apiVersion, kind, name, ...(live ? { uid: workload.uid, running: workload.running } : {}) },
    report: body,
  };
}

function bodyOf(assessment: Assessment, { live, mostFindings }: Required<Options>): ReportBody {
  const { workload, around, likelihood, blastRadius, findings, attackPaths } = assessment;
  const { namespace } = workload.ref;
  const { score, exact } = shown(assessment.score);
  return {
    modelVersion: MODEL_VERSION,
    score,
    exact,
    rawScore: score,
    level: levelOf(score),
    likelihood: Math.floor(100 * likelihood),
    blastRadius: Math.floor(100 * blastRadius),
    podSecurityLevel: podSecurityLevel(workload.variants),
    serviceAccount: { name: around.account.name, tokenMounted: around.account.tokenMounted },
    owner: ownerReport(around.owner),
    axes: Object.fromEntries(axes.map((axis) => [axis, axisReport(assessment, axis)])) as ReportBody['axes'],
    counts: countsOf(findings),
    findings: findings.slice(0, mostFindings).map((finding) => findingReport(finding, workload.ref, live)),
    attackPaths: fromOutside(attackPaths, around.lateral)
      .slice(0, MOST_PATHS)
      .map(({ consequence, steps }) => ({
        consequence,
        steps: steps.map((step) => stepReport(step, namespace)),
      })),
  };
}

const ownerReport = ({ team, contact, source }: Owner): ReportBody['owner'] => ({
  ...(team === undefined ? {} : { team }),
  ...(contact === undefined ? {} : { contact }),
  ...(source === undefined ? {} : { source }),
});

function axisReport({ axes: results }: Assessment, axis: Axis): ReportAxis {
  const { score, percent, missing } = results[axis];
  const number = shown(score);
  return {
    ...number,
    level: levelOf(number.score),
    coverage: percent,
    ...(missing.length === 0 ? {} : { missing }),
  };
}

function countsOf(findings: readonly Ranked[]): ReportBody['counts'] {
  const of = (severity: Severity) => findings.filter((finding) => finding.severity === severity).length;
  return { critical: of('critical'), high: of('high'), medium: of('medium'), low: of('low'), accepted: 0 };
}

function findingReport(finding: Ranked, workload: Ref, live: boolean): ReportFinding {
  const { check, severity, message, evidence, ifFixed, behind } = finding;
  return {
    check: check.id,
    severity,
    message: cut(message),
    at: evidence.map((place) => placeOf(place, workload)),
    // they follow from the check: in the cluster they would be a tenth of all bytes
    ...(live || check.controls === undefined ? {} : { controls: check.controls }),
    ifFixed: shown(ifFixed).exact,
    ...(behind === undefined ? {} : { behind }),
  };
}

/** A report holds evidence of its own namespace only. */
function placeOf({ object, container, path }: Evidence, workload: Ref): ReportFinding['at'][number] {
  const where = container === undefined ? { path } : { container, path };
  if (isSame(object, workload)) return where;
  if (isForeign(object, workload.namespace)) return { object: FOREIGN, path: '' };
  return { object: textOf(object), ...where };
}

const isSame = (a: Ref, b: Ref): boolean =>
  a.kind === b.kind && a.name === b.name && a.namespace === b.namespace && a.apiVersion === b.apiVersion;

const isForeign = (object: Ref, namespace: string): boolean =>
  object.namespace !== '' && object.namespace !== namespace;

function stepReport({ from, to, because }: Step, namespace: string): ReportStep {
  return {
    from: placeName(from, namespace),
    to: placeName(to, namespace),
    because: because.map(({ object, path, text, about }) =>
      isForeign(object, namespace) || (about !== undefined && about !== namespace)
        ? { object: FOREIGN, text: FOREIGN }
        : { object: textOf(object), ...(path === undefined ? {} : { path }), text: cut(text) },
    ),
  };
}

/** `ns/kind/name` and `sa:ns/name` name a namespace; `node`, `internet` and `cluster-admin` do not. */
function placeName(place: string, namespace: string): string {
  const slash = place.indexOf('/');
  if (slash < 0) return place;
  return place.slice(0, slash).replace(/^sa:/, '') === namespace ? place : FOREIGN;
}

const cut = (text: string): string =>
  text.length <= LONGEST_TEXT ? text : `${text.slice(0, LONGEST_TEXT - 1)}…`;

function labelsOf(level: Level, kind: string, team: string | undefined): Readonly<Record<string, string>> {
  const labels: Record<string, string> = { 'hexarisk.dev/level': level, 'hexarisk.dev/kind': kind };
  // a label's value has a narrower syntax than an annotation's, from which the team may come
  if (team !== undefined && /^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/.test(team)) {
    labels['hexarisk.dev/team'] = team;
  }
  return labels;
}
