/**
 * The series of workloads and namespaces as text. Rendering 10,000 workloads takes longer than a scrape may hold the
 * event loop, so each namespace keeps its text until one of its workloads changes.
 */
import { type Axis, axes } from '../axes/check.ts';
import type { Assessment } from '../score/assess.ts';
import { shown } from '../score/model.ts';
import { kindName } from './names.ts';

export interface Series {
  /** Renders the series of one workload anew. */
  show(assessment: Assessment): void;
  /** Takes the series of a workload away. @param key of the workload */
  hide(key: string): void;
  text(): string;
}

/** Metric families in the order in which they are shown: name -> help. */
const families = {
  hexarisk_workload_risk_score: 'Risk of the workload from 0 to 100, two decimals.',
  hexarisk_workload_axis_score: 'Risk of the workload on one axis from 0 to 100.',
  hexarisk_workload_likelihood: 'How likely the workload is entered, 0 to 1.',
  hexarisk_workload_blast_radius: 'What falls when the workload is entered, 0 to 1.',
  hexarisk_workload_running: 'Pods of the workload that exist and have not finished.',
  hexarisk_namespace_risk_score:
    'Risk of the workloads of a namespace: the highest, and the 95th percentile.',
  hexarisk_namespace_coverage: 'The least coverage of an axis among the workloads of a namespace, 0 to 100.',
  hexarisk_namespace_findings: 'Findings in a namespace by check and severity.',
} as const;
type Family = keyof typeof families;
const names = Object.keys(families) as readonly Family[];

/** Lines by metric family. */
type Lines = Readonly<Partial<Record<Family, string>>>;

/** What is kept of a workload: its own lines, and what those of its namespace are made from. */
interface Entry {
  readonly lines: Lines;
  readonly score: number;
  readonly coverage: Readonly<Record<Axis, number>>;
  /** `check="...",severity="..."` of each finding. */
  readonly findings: readonly string[];
}

interface NamespaceEntry {
  readonly workloads: Map<string, Entry>;
  /** Undefined since a workload changed. */
  lines: Lines | undefined;
}

export function createSeries(): Series {
  const namespaces = new Map<string, NamespaceEntry>();
  const namespaceOf = new Map<string, string>();
  return {
    show(assessment) {
      const { key, ref } = assessment.workload;
      let entry = namespaces.get(ref.namespace);
      if (entry === undefined)
        namespaces.set(ref.namespace, (entry = { workloads: new Map(), lines: undefined }));
      entry.workloads.set(key, entryOf(assessment));
      entry.lines = undefined;
      namespaceOf.set(key, ref.namespace);
    },
    hide(key) {
      const namespace = namespaceOf.get(key) ?? '';
      const entry = namespaces.get(namespace);
      namespaceOf.delete(key);
      if (entry === undefined) return;
      entry.workloads.delete(key);
      entry.lines = undefined;
      if (entry.workloads.size === 0) namespaces.delete(namespace);
    },
    text() {
      const parts: string[] = [];
      for (const name of names) {
        parts.push(`# HELP ${name} ${families[name]}\n# TYPE ${name} gauge\n`);
        for (const [namespace, entry] of namespaces) {
          entry.lines ??= joined(namespace, [...entry.workloads.values()]);
          parts.push(entry.lines[name] ?? '');
        }
      }
      return parts.join('');
    },
  };
}

function entryOf(assessment: Assessment): Entry {
  const { axes: results, findings, score } = assessment;
  return {
    lines: workloadLines(assessment),
    score,
    coverage: Object.fromEntries(axes.map((axis) => [axis, results[axis].percent])) as Record<Axis, number>,
    findings: findings.map(({ check, severity }) => labelOf(check.id, severity)),
  };
}

const findingLabels = new Map<string, string>();

/** One text for all findings of a check and severity, of which there are few. */
function labelOf(check: string, severity: string): string {
  const key = `${severity} ${check}`;
  let label = findingLabels.get(key);
  if (label === undefined) findingLabels.set(key, (label = `check="${check}",severity="${severity}"`));
  return label;
}

function joined(namespace: string, entries: readonly Entry[]): Lines {
  const all = [...entries.map(({ lines }) => lines), namespaceLines(namespace, entries)];
  return Object.fromEntries(names.map((name) => [name, all.map((lines) => lines[name] ?? '').join('')]));
}

/** A label's value in the text format: backslash, quote and line feed are escaped. */
const quoted = (value: string): string =>
  `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`;

const labelsOf = (labels: Readonly<Record<string, string>>): string =>
  Object.entries(labels)
    .map(([name, value]) => `${name}=${quoted(value)}`)
    .join(',');

function workloadLines({
  workload,
  around,
  axes: results,
  score,
  likelihood,
  blastRadius,
}: Assessment): Lines {
  const { ref, running } = workload;
  const labels = labelsOf({
    namespace: ref.namespace,
    kind: kindName(ref),
    workload: ref.name,
    owner: around.owner.team ?? '',
  });
  const line = (name: Family, value: number | string) => ({ [name]: `${name}{${labels}} ${value}\n` });
  const axisLine = (axis: Axis) =>
    `hexarisk_workload_axis_score{${labels},axis="${axis}"} ${shown(results[axis].score).exact}\n`;
  return {
    hexarisk_workload_axis_score: axes.map(axisLine).join(''),
    ...line('hexarisk_workload_risk_score', shown(score).exact),
    ...line('hexarisk_workload_likelihood', likelihood.toFixed(4)),
    ...line('hexarisk_workload_blast_radius', blastRadius.toFixed(4)),
    ...line('hexarisk_workload_running', running),
  };
}

function namespaceLines(namespace: string, entries: readonly Entry[]): Lines {
  const label = labelsOf({ namespace });
  const scores = entries.map(({ score }) => score).sort((a, b) => a - b);
  const p95 = scores[Math.ceil(0.95 * scores.length) - 1] ?? 0;
  const stat = (name: string, value: number) =>
    `hexarisk_namespace_risk_score{${label},stat="${name}"} ${shown(value).exact}\n`;
  const coverageLine = (axis: Axis) => {
    const least = entries.reduce((least, { coverage }) => Math.min(least, coverage[axis]), 100);
    return `hexarisk_namespace_coverage{${label},axis="${axis}"} ${least}\n`;
  };
  const findings = new Map<string, number>();
  for (const label of entries.flatMap((entry) => entry.findings))
    findings.set(label, (findings.get(label) ?? 0) + 1);
  return {
    hexarisk_namespace_risk_score: stat('max', scores.at(-1) ?? 0) + stat('p95', p95),
    hexarisk_namespace_coverage: axes.map(coverageLine).join(''),
    hexarisk_namespace_findings: [...findings]
      .map(([labels, count]) => `hexarisk_namespace_findings{${label},${labels}} ${count}\n`)
      .join(''),
  };
}
