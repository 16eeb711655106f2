/** What the operator keeps of the reports that the cluster holds: a hash and what `change` is made from. */
import { isRecord } from '../observe/shapes/shape.ts';
import { levelOf, MODEL_VERSION } from '../score/model.ts';
import { canonical, type Change, contentHash, type RiskReport } from './report.ts';

/** What `change` is made from: what we last said, or found at the start. */
export interface Baseline {
  readonly modelVersion: string;
  readonly score: number;
  readonly change: Change | undefined;
}

/** What is kept of a report that the cluster holds. */
export interface Known extends Baseline {
  /** Of the content without `change`. */
  readonly hash: string;
  readonly version: string;
  readonly uid: string;
}

/** Does the cluster say the same change that we would? It may have been edited by hand. */
export const sameChange = (a: Baseline | undefined, b: Baseline | undefined): boolean =>
  canonical(a?.change) === canonical(b?.change);

/** A watch may bring what our own write has already overtaken; resource versions are comparable integers. */
export function isNewer(candidate: Known, current: Known | undefined): boolean {
  if (current === undefined || !/^\d+$/.test(candidate.version) || !/^\d+$/.test(current.version))
    return true;
  return BigInt(candidate.version) >= BigInt(current.version);
}

/** @returns undefined for what is no RiskReport */
export function readKnown(value: unknown): { readonly key: string; readonly known: Known } | undefined {
  if (!isRecord(value) || !isRecord(value['metadata'])) return undefined;
  const { metadata, workload } = value;
  const report = isRecord(value['report']) ? value['report'] : {};
  const { namespace, name, uid, resourceVersion, labels, ownerReferences } = metadata;
  if (typeof namespace !== 'string' || typeof name !== 'string') return undefined;
  const content = { metadata: { labels, ownerReferences: ownerReferences ?? [] }, workload, report };
  return {
    key: `${namespace}/${name}`,
    known: {
      // hashed as it came: whatever it is, it is compared with what we would write
      hash: contentHash(content as unknown as Parameters<typeof contentHash>[0]),
      version: String(resourceVersion),
      uid: String(uid),
      modelVersion: String(report['modelVersion']),
      score: Number(report['score']),
      change: isRecord(report['change']) ? (report['change'] as unknown as Change) : undefined,
    },
  };
}

const NOTABLE = 5;

/** `change` tells the last change of level, or of at least 5 points; it is carried on until the next one. */
export function withChange(report: RiskReport, before: Baseline | undefined): RiskReport {
  const hasScore = before !== undefined && Number.isFinite(before.score);
  const change = hasScore ? changeOf(report, before) : undefined;
  return change === undefined ? report : { ...report, report: { ...report.report, change } };
}

function changeOf({ report }: RiskReport, before: Baseline): Change | undefined {
  const from = before.score;
  const to = report.score;
  const isNotable = Math.abs(from - to) >= NOTABLE || levelOf(from) !== levelOf(to);
  if (!isNotable) return before.change;
  const isOtherModel = before.modelVersion !== MODEL_VERSION;
  const because = isOtherModel
    ? [{ action: 'model', object: `${before.modelVersion} -> ${MODEL_VERSION}` }]
    : [];
  return { from, to, because };
}
