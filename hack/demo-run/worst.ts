/** The worst workload in a few lines, from nothing but its report. */
import { paintLevel } from '../../src/commands/table.ts';
import type { ReportBody, ReportFinding, RiskReport } from '../../src/publish/report.ts';
import { workloadName } from './manifests.ts';
import { dim, plain } from './print.ts';

const TOP = 3;

export function explainWorst(worst: RiskReport): readonly string[] {
  const { report } = worst;
  // what hides behind a worse one of the same mechanism helps only once that is gone
  const findings = report.findings.filter(({ behind }) => behind === undefined).slice(0, TOP);
  const level = paintLevel(report.level, report.level);
  const { score, exact, likelihood, blastRadius } = report;
  return [
    `${plain(workloadName(worst))}: ${score} of 100, ${level}. That is likelihood ${likelihood} that it is entered x blast radius ${blastRadius} once it is.`,
    'What to fix first, and the score if only that is fixed:',
    ...findings.flatMap((finding, index) =>
      findingLines(finding, `${index + 1}. ${exact} -> ${finding.ifFixed}`),
    ),
    ...pathLine(report),
  ];
}

function findingLines({ check, severity, message, at }: ReportFinding, effect: string): string[] {
  const places = at.map(({ object, path }) => (object === undefined ? path : `${object} ${path}`));
  return [
    `  ${effect}  ${check} (${severity}): ${plain(message)}`,
    ...(places[0] === undefined ? [] : [dim(`     at ${plain(places[0])}`)]),
  ];
}

/** `ci/statefulset/jenkins -> sa:ci/runner -> node` */
function pathLine({ attackPaths }: ReportBody): string[] {
  const [path] = attackPaths;
  const [first] = path?.steps ?? [];
  if (path === undefined || first === undefined) return [];
  const stations = [first.from, ...path.steps.map(({ to }) => to)].map(plain);
  const more = attackPaths.length > 1 ? ` (1 of ${attackPaths.length})` : '';
  return [`Attack path${more}: ${stations.join(' -> ')}`];
}
