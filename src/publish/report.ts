/** The RiskReport custom resource: its shape, and when two of them say the same. */
import { hash } from 'node:crypto';
import type { Axis, Severity } from '../axes/check.ts';
import type { Level } from '../score/model.ts';
import type { Consequence } from '../world/escalation/path.ts';

export const API_VERSION = 'hexarisk.dev/v1alpha1';

export interface RiskReport {
  readonly apiVersion: typeof API_VERSION;
  readonly kind: 'RiskReport';
  readonly metadata: ReportMetadata;
  readonly workload: {
    readonly apiVersion: string;
    readonly kind: string;
    readonly name: string;
    /** Left out by `scan`, as is `running`. */
    readonly uid?: string;
    readonly running?: number;
  };
  readonly report: ReportBody;
}

export interface ReportMetadata {
  readonly name: string;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly ownerReferences?: readonly {
    readonly apiVersion: string;
    readonly kind: string;
    readonly name: string;
    readonly uid: string;
  }[];
}

export interface ReportBody {
  readonly modelVersion: string;
  readonly score: number;
  readonly exact: string;
  readonly rawScore: number;
  readonly level: Level;
  readonly likelihood: number;
  readonly blastRadius: number;
  readonly podSecurityLevel: string;
  readonly serviceAccount: { readonly name: string; readonly tokenMounted: boolean };
  readonly owner: { readonly team?: string; readonly contact?: string; readonly source?: string };
  readonly axes: Readonly<Record<Axis, ReportAxis>>;
  readonly counts: Readonly<Record<'critical' | 'high' | 'medium' | 'low' | 'accepted', number>>;
  readonly findings: readonly ReportFinding[];
  readonly attackPaths: readonly {
    readonly consequence: Consequence;
    readonly steps: readonly ReportStep[];
  }[];
  readonly change?: Change;
}

export interface ReportAxis {
  readonly score: number;
  readonly exact: string;
  readonly level: Level;
  readonly coverage: number;
  readonly missing?: readonly string[];
}

export interface ReportFinding {
  readonly check: string;
  readonly severity: Severity;
  readonly message: string;
  readonly at: readonly { readonly object?: string; readonly container?: string; readonly path: string }[];
  readonly controls?: readonly string[];
  readonly ifFixed: string;
  readonly behind?: string;
}

export interface ReportStep {
  readonly from: string;
  readonly to: string;
  readonly because: readonly { readonly object: string; readonly path?: string; readonly text: string }[];
}

/** The last change of level, or of at least 5 points. */
export interface Change {
  readonly from: number;
  readonly to: number;
  readonly because: readonly { readonly action: string; readonly object: string }[];
}

/** A hash of what a report says, without `change`: equal for what we would write and what the API server returns. */
export function contentHash(report: {
  readonly metadata: Pick<ReportMetadata, 'labels' | 'ownerReferences'>;
  readonly workload: unknown;
  readonly report: object;
}): string {
  const { change: _, ...body } = report.report as { readonly change?: unknown };
  const { labels, ownerReferences = [] } = report.metadata;
  return hash('sha256', canonical({ labels, ownerReferences, workload: report.workload, body }) ?? '');
}

/** JSON with sorted keys: the API server keeps the content of a custom resource, not the order of its keys. */
export function canonical(value: unknown): string | undefined {
  return JSON.stringify(value, (_, item: unknown) =>
    typeof item === 'object' && item !== null && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : item,
  );
}
