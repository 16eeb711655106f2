/** Prometheus metrics: per-workload series as ready text, the operator's own from prom-client, one endpoint. */
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { MODEL_VERSION } from '../score/model.ts';
import { type Resource, resources } from '../world/world.ts';
import { createSeries, type Series } from './series.ts';

export interface Metrics {
  readonly contentType: string;
  /** The whole text of the endpoint. */
  text(): Promise<string>;
  /** Those of workloads and namespaces. */
  readonly series: Series;
  readonly changeToReport: Histogram;
  readonly assessDuration: Histogram;
  readonly writes: Counter<'result'>;
  readonly watchRestarts: Counter<'resource' | 'reason'>;
  readonly skipped: Counter<'resource' | 'reason'>;
}

interface Now {
  /** Objects in the world. */
  readonly count: (resource: Resource) => number;
  /** Is it this process that writes the reports? */
  readonly leads: () => boolean;
}

/** @param now what is asked anew for each scrape */
export function createMetrics(version: string, now: Now): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const series = createSeries();
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
      for (const resource of resources) objects.set({ resource }, now.count(resource));
    },
  });
  const leader = new Gauge({
    name: 'hexarisk_leader',
    help: '1 in the process that writes the reports, 0 in one that stands by.',
    registers,
    collect() {
      leader.set(now.leads() ? 1 : 0);
    },
  });
  const info = (name: string, help: string, value: string) =>
    new Gauge({ name, help, labelNames: ['version'] as const, registers }).set({ version: value }, 1);
  info('hexarisk_model_info', 'The version of the score model.', MODEL_VERSION);
  info('hexarisk_build_info', 'The version of Hexarisk.', version);

  return {
    contentType: registry.contentType,
    text: async () => `${await registry.metrics()}${series.text()}`,
    series,
    ...own,
  };
}
