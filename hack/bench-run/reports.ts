/** The RiskReports of the cluster, as they are stored. */
import type { Connection } from '../../src/observe/connection.ts';
import { API_VERSION, type RiskReport } from '../../src/publish/report.ts';
import { waitFor } from '../cluster/wait.ts';
import { forEachOf } from './parallel.ts';
import { mean, percentile, rounded } from './statistics.ts';

/** With what the API server adds. */
export type StoredReport = RiskReport & {
  readonly metadata: RiskReport['metadata'] & {
    readonly managedFields?: unknown;
    readonly uid?: string;
    readonly resourceVersion?: string;
    readonly generation?: number;
    readonly creationTimestamp?: string;
  };
};

const ALL = `/apis/${API_VERSION}/riskreports`;

export async function storedReports(connection: Connection): Promise<readonly StoredReport[]> {
  const list = (await connection.json({ path: ALL })) as { readonly items: readonly StoredReport[] };
  return list.items.map((item) => ({ ...item, apiVersion: API_VERSION, kind: 'RiskReport' }));
}

/** What was applied. */
export function applied({ metadata, ...rest }: StoredReport): RiskReport {
  const {
    managedFields: _1,
    uid: _2,
    resourceVersion: _3,
    generation: _4,
    creationTimestamp: _5,
    ...own
  } = metadata;
  return { ...rest, metadata: own };
}

export async function deleteReports(connection: Connection, signal: AbortSignal): Promise<void> {
  const namespaces = new Set((await storedReports(connection)).map(({ metadata }) => metadata.namespace));
  await forEachOf([...namespaces], async (namespace) => {
    await connection.json({
      method: 'DELETE',
      path: `/apis/${API_VERSION}/namespaces/${namespace}/riskreports`,
    });
  });
  const areGone = async () => ((await storedReports(connection)).length === 0 ? true : undefined);
  await waitFor(areGone, { what: 'the reports to be gone', timeoutMs: 120_000, everyMs: 500, signal });
}

export interface Sizes {
  readonly mean: number;
  readonly p99: number;
  readonly max: number;
}

const bytes = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));

function sizesOf(values: readonly number[]): Sizes {
  return { mean: rounded(mean(values)), p99: percentile(values, 99), max: Math.max(...values) };
}

/** Of the JSON that the API server hands out: whole, without the managers' list, and what the operator sends. */
export function reportSizes(reports: readonly StoredReport[]) {
  const unmanaged = ({ metadata: { managedFields: _, ...own }, ...rest }: StoredReport) => ({
    ...rest,
    metadata: own,
  });
  return {
    withManagedFields: sizesOf(reports.map(bytes)),
    withoutManagedFields: sizesOf(reports.map((report) => bytes(unmanaged(report)))),
    applied: sizesOf(reports.map((report) => bytes(applied(report)))),
  };
}
