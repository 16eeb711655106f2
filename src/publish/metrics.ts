/** Prometheus metrics: per-workload series as ready text, the operator's own from prom-client, one endpoint. */
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { axes } from '../axes/check.ts';
import type { Assessment } from '../score/assess.ts';
import { MODEL_VERSION, shown } from '../score/model.ts';
import { type Resource, resources } from '../world/world.ts';
import { kindName } from './names.ts';

export interface Metrics {
  readonly contentType: string;
  /** The whole text of the endpoint. */
  text(): Promise<string>;
  /** Renders the series of one workload anew. */
  show(assessment: Assessment): void;
  /** Takes the series of a workload away. @param key of the workload */
  hide(key: string): void;
  readonly changeToReport: Histogram;
  readonly assessDuration: Histogram;
  readonly writes: Counter<'result'>;
  readonly watchRestarts: Counter<'resource' | 'reason'>;
  readonly skipped: Counter<'resource' | 'reason'>;
}

/** Metric families of one workload: name -> help; in the order in which they are shown. */
const perWorkload = {
  hexarisk_workload_risk_score: 'Risk of the workload from 0 to 100, two decimals.',
  hexarisk_workload_axis_score: 'Risk of the workload on one axis from 0 to 100.',
  hexarisk_workload_likelihood: 'How likely the workload is entered, 0 to 1.',
  hexarisk_workload_blast_radius: 'What falls when the workload is entered, 0 to 1.',
  hexarisk_workload_running: 'Pods of the workload that exist and have not finished.',
} as const;
type PerWorkload = keyof typeof perWorkload;

/** What one workload contributes. */
interface Entry {
  readonly lines: Readonly<Record<PerWorkload, string>>;
  readonly assessment: Assessment;
}

export function createMetrics(version: string, count: (resource: Resource) => number): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const workloads = new Map<string, Entry>();
  const own = {
    changeToReport: new Histogram({
      name: 'hexarisk_change_to_report_seconds',
      help: 'Time from seeing a change to the report that shows it.',
      buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
      registers,
    }),
    assessDuration: new Histogram({
      name: 'hexarisk_assess_duration_seconds',
      help: 'Time that one sweep over all workloads takes.',
      buckets: [0.001, 0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
      registers,
    }),
    writes: new Counter({
      name: 'hexarisk_report_writes_total',
      help: 'Writes of RiskReports by result.',
      labelNames: ['result'] as const,
      registers,
    }),
    watchRestarts: new Counter({
      name: 'hexarisk_watch_restarts_total',
      help: 'Restarts of watches by resource and reason.',
      labelNames: ['resource', 'reason'] as const,
      registers,
    }),
    skipped: new Counter({
      name: 'hexarisk_objects_skipped_total',
      help: 'Objects that were left out because their shape is not that of their kind.',
      labelNames: ['resource', 'reason'] as const,
      registers,
    }),
  };
  for (const result of ['applied', 'deleted', 'failed']) own.writes.inc({ result }, 0);
  const objects = new Gauge({
    name: 'hexarisk_objects',
    help: 'Objects in the world by resource.',
    labelNames: ['resource'] as const,
    registers,
    collect() {
      for (const resource of resources) objects.set({ resource }, count(resource));
    },
  });
  const info = (name: string, help: string, value: string) =>
    new Gauge({ name, help, labelNames: ['version'] as const, registers }).set({ version: value }, 1);
  info('hexarisk_model_info', 'The version of the score model.', MODEL_VERSION);
  info('hexarisk_build_info', 'The version of Hexarisk.', version);

  return {
    contentType: registry.contentType,
    async text() {
      return [await registry.metrics(), workloadText(workloads), namespaceText(workloads)].join('\n');
    },
    show(assessment) {
      workloads.set(assessment.workload.key, { lines: linesOf(assessment), assessment });
    },
    hide(key) {
      workloads.delete(key);
    },
    ...own,
  };
}

/** A label's value in the text format: backslash, quote and line feed are escaped. */
const quoted = (value: string): string =>
  `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`;

const labelsOf = (labels: Readonly<Record<string, string>>): string =>
  Object.entries(labels)
    .map(([name, value]) => `${name}=${quoted(value)}`)
    .join(',');

function linesOf({
  workload,
  around,
  axes: results,
  score,
  likelihood,
  blastRadius,
}: Assessment): Entry['lines'] {
  const { ref, running } = workload;
  const labels = labelsOf({
    namespace: ref.namespace,
    kind: kindName(ref),
    workload: ref.name,
    owner: around.owner.team ?? '',
  });
  const line = (name: PerWorkload, value: number | string) => `${name}{${labels}} ${value}\n`;
  return {
    hexarisk_workload_risk_score: line('hexarisk_workload_risk_score', shown(score).exact),
    hexarisk_workload_axis_score: axes
      .map(
        (axis) =>
          `hexarisk_workload_axis_score{${labels},axis="${axis}"} ${shown(results[axis].score).exact}\n`,
      )
      .join(''),
    hexarisk_workload_likelihood: line('hexarisk_workload_likelihood', likelihood.toFixed(4)),
    hexarisk_workload_blast_radius: line('hexarisk_workload_blast_radius', blastRadius.toFixed(4)),
    hexarisk_workload_running: line('hexarisk_workload_running', running),
  };
}

const header = (name: string, help: string): string => `# HELP ${name} ${help}\n# TYPE ${name} gauge\n`;

function workloadText(workloads: ReadonlyMap<string, Entry>): string {
  const names = Object.keys(perWorkload) as PerWorkload[];
  return names
    .map(
      (name) =>
        header(name, perWorkload[name]) + [...workloads.values()].map(({ lines }) => lines[name]).join(''),
    )
    .join('');
}

function namespaceText(workloads: ReadonlyMap<string, Entry>): string {
  const all = [...workloads.values()].map(({ assessment }) => assessment);
  const byNamespace = [...Map.groupBy(all, ({ workload }) => workload.ref.namespace)];
  const lines = { score: '', coverage: '', findings: '' };
  for (const [namespace, assessments] of byNamespace) {
    const label = labelsOf({ namespace });
    const scores = assessments.map(({ score }) => score).sort((a, b) => a - b);
    for (const [stat, value] of [
      ['max', scores.at(-1) ?? 0],
      ['p95', scores[Math.ceil(0.95 * scores.length) - 1] ?? 0],
    ] as const) {
      lines.score += `hexarisk_namespace_risk_score{${label},stat="${stat}"} ${shown(value).exact}\n`;
    }
    for (const axis of axes) {
      const least = Math.min(...assessments.map((assessment) => assessment.axes[axis].percent));
      lines.coverage += `hexarisk_namespace_coverage{${label},axis="${axis}"} ${least}\n`;
    }
    const findings = Map.groupBy(
      assessments.flatMap((assessment) => assessment.findings),
      ({ check, severity }) => `check="${check.id}",severity="${severity}"`,
    );
    for (const [labels, found] of findings) {
      lines.findings += `hexarisk_namespace_findings{${label},${labels}} ${found.length}\n`;
    }
  }
  return [
    header(
      'hexarisk_namespace_risk_score',
      'Risk of the workloads of a namespace: the highest, and the 95th percentile.',
    ),
    lines.score,
    header(
      'hexarisk_namespace_coverage',
      'The least coverage of an axis among the workloads of a namespace, 0 to 100.',
    ),
    lines.coverage,
    header('hexarisk_namespace_findings', 'Findings in a namespace by check and severity.'),
    lines.findings,
  ].join('');
}
