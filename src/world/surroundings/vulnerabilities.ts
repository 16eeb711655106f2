/** Known vulnerabilities of the images that a workload runs, from the reports of a scanner in the cluster. */
import type { Vulnerability, VulnerabilityReport } from '../objects.ts';
import { type ImageReference, parseImageReference, sameImage } from '../workload/image-reference.ts';
import type { Workload } from '../workload/workloads.ts';
import type { Exploitation } from '../world.ts';

/**
 * Why a vulnerability counts. `exploited`: it is in CISA's catalogue of known exploited vulnerabilities. `probable`:
 * EPSS says that an exploit is more likely than not. `severe`: critical or high by its own severity.
 */
export type Threat = 'exploited' | 'probable' | 'severe';

/** The worst of one threat and severity, for all those that are like it. */
export interface RankedVulnerability extends Vulnerability {
  readonly threat: Threat;
  /** EPSS: the probability, 0 to 1, that it is exploited within 30 days; absent where no data was given. */
  readonly epss?: number;
  /** How many there are of this threat and severity, this one included. */
  readonly count: number;
}

const severities = ['critical', 'high', 'medium', 'low', 'unknown'] as const;
export type VulnerabilitySeverity = (typeof severities)[number];

/** What the scan of one image found. One without findings is clean, which is not the same as not scanned. */
interface Scan {
  /** Distinct vulnerabilities by severity. */
  readonly counts: Readonly<Record<VulnerabilitySeverity, number>>;
  /** The worst first; at most one per threat and severity, so that memory does not grow with the findings. */
  readonly worst: readonly RankedVulnerability[];
  /** The operating system of the image gets no security updates any more: its name and version. */
  readonly endOfLife?: string;
}

/** An image as a container of the workload names it -> what is known of it. Absent: that image was not scanned. */
export type Vulnerabilities = ReadonlyMap<string, Scan>;

/** Reports of one namespace by `Kind/name` of the object that was scanned. */
export type Reports = ReadonlyMap<string, readonly VulnerabilityReport[]>;

/** EPSS from which an exploit is more likely than not. */
const PROBABLE = 0.5;

/** Deployment controllers name ReplicaSets after themselves with a hash of these letters. */
const REPLICA_SET = /^(.+)-[bcdfghjklmnpqrstvwxz2456789]{1,10}$/;

export function reportsByResource(reports: ReadonlyMap<string, VulnerabilityReport>): Reports {
  const found = new Map<string, VulnerabilityReport[]>();
  for (const report of [...reports.values()].toSorted(byName)) {
    const { kind, name } = report.resource;
    const base = kind === 'ReplicaSet' ? REPLICA_SET.exec(name)?.[1] : undefined;
    for (const key of [`${kind}/${name}`, ...(base === undefined ? [] : [`ReplicaSet/${base}-*`])]) {
      const known = found.get(key);
      if (known === undefined) found.set(key, [report]);
      else known.push(report);
    }
  }
  return found;
}

const byName = (a: VulnerabilityReport, b: VulnerabilityReport): number =>
  a.metadata.name < b.metadata.name ? -1 : 1;

/**
 * What is known of each image that the workload has now. A report on another image, such as that of the previous
 * revision, says nothing about it.
 */
export function vulnerabilitiesOf(
  workload: Workload,
  reports: Reports,
  exploitation: Exploitation | undefined,
): Vulnerabilities {
  const own = reportsOn(workload, reports).flatMap((report) => {
    const reference = referenceOf(report);
    return reference === undefined ? [] : [{ report, reference }];
  });
  const found = new Map<string, Scan>();
  if (own.length === 0) return found;
  for (const image of imagesOf(workload)) {
    const wanted = parseImageReference(image);
    if (wanted === undefined) continue;
    const matching = own.filter(({ reference }) => sameImage(reference, wanted));
    if (matching.length > 0) {
      found.set(
        image,
        scanOf(
          matching.map(({ report }) => report),
          exploitation,
        ),
      );
    }
  }
  return found;
}

/**
 * The scanner reports on the object that declares the pods: a ReplicaSet of a Deployment (also the one of a
 * Deployment that is scaled to 0, which owns no ReplicaSet that counts), or the top-level object itself.
 */
function reportsOn({ ref, uid, owned }: Workload, reports: Reports): readonly VulnerabilityReport[] {
  const keys = [
    `${ref.kind}/${ref.name}`,
    `ReplicaSet/${ref.name}-*`,
    ...owned.flatMap((name) => [`ReplicaSet/${name}`, `Job/${name}`]),
  ];
  const found = keys.flatMap((key) => reports.get(key) ?? []);
  if (ref.kind !== 'Pod' || uid !== '') return found;
  // mirror pods and the bare pods of one generateName are one workload: each has a report under its own name
  const ofSeries = [...reports].filter(([key]) => key.startsWith(`Pod/${ref.name}-`));
  return [...found, ...ofSeries.flatMap(([, series]) => series)];
}

/** With a digest in the reference the scanner leaves the tag out; with a tag its `digest` is the image's id. */
function referenceOf({ image, digest }: VulnerabilityReport): ImageReference | undefined {
  const reference = parseImageReference(image);
  if (reference === undefined || reference.tag !== undefined || digest === undefined) return reference;
  return { ...reference, digest };
}

const imagesOf = (workload: Workload): readonly string[] => [
  ...new Set(
    workload.variants.flatMap(({ pod }) =>
      [...pod.initContainers, ...pod.containers, ...pod.ephemeralContainers].flatMap(
        ({ image }) => image ?? [],
      ),
    ),
  ),
];

function scanOf(reports: readonly VulnerabilityReport[], exploitation: Exploitation | undefined): Scan {
  const counts = { critical: 0, high: 0, medium: 0, low: 0, unknown: 0 };
  const worst = new Map<string, RankedVulnerability>();
  for (const vulnerability of distinct(reports)) {
    const severity = severityOf(vulnerability);
    counts[severity] += 1;
    const { knownExploited, epss } = exploitation?.get(vulnerability.id) ?? {};
    const threat = threatOf(severity, knownExploited === true, epss);
    if (threat === undefined) continue;
    const found = { ...vulnerability, threat, ...(epss === undefined ? {} : { epss }), count: 1 };
    const key = `${threat} ${severity}`;
    const before = worst.get(key);
    if (before === undefined) worst.set(key, found);
    else worst.set(key, { ...(compare(found, before) < 0 ? found : before), count: before.count + 1 });
  }
  const endOfLife = reports.find(({ os }) => os?.eosl === true)?.os;
  return {
    counts,
    worst: [...worst.values()].toSorted(compare),
    ...(endOfLife === undefined ? {} : { endOfLife: `${endOfLife.family} ${endOfLife.name}`.trim() }),
  };
}

/** A vulnerability is reported once per package and container: the one with the worst severity stands for all. */
function distinct(reports: readonly VulnerabilityReport[]): Iterable<Vulnerability> {
  const found = new Map<string, Vulnerability>();
  for (const vulnerability of reports.flatMap(({ vulnerabilities }) => vulnerabilities)) {
    const before = found.get(vulnerability.id);
    if (before === undefined || bySeverity(vulnerability, before) < 0) {
      found.set(vulnerability.id, vulnerability);
    }
  }
  return found.values();
}

function threatOf(
  severity: VulnerabilitySeverity,
  knownExploited: boolean,
  epss: number | undefined,
): Threat | undefined {
  if (knownExploited) return 'exploited';
  if (severity === 'low' || severity === 'unknown') return undefined;
  if (epss !== undefined && epss >= PROBABLE) return 'probable';
  return severity === 'medium' ? undefined : 'severe';
}

const threats: readonly Threat[] = ['exploited', 'probable', 'severe'];

export const severityOf = ({ severity }: Vulnerability): VulnerabilitySeverity =>
  severities.find((known) => known === severity.toLowerCase()) ?? 'unknown';

const bySeverity = (a: Vulnerability, b: Vulnerability): number =>
  severities.indexOf(severityOf(a)) - severities.indexOf(severityOf(b)) || (b.score ?? 0) - (a.score ?? 0);

/** Worst first. Without EPSS data an exploit is possible, so that counts as more than a low probability. */
function compare(a: RankedVulnerability, b: RankedVulnerability): number {
  return (
    threats.indexOf(a.threat) - threats.indexOf(b.threat) ||
    severities.indexOf(severityOf(a)) - severities.indexOf(severityOf(b)) ||
    (b.epss ?? 1) - (a.epss ?? 1) ||
    (b.score ?? 0) - (a.score ?? 0) ||
    (a.id < b.id ? -1 : 1)
  );
}
