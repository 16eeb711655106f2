/** An older operator beside reports of a newer one: in the middle of an upgrade, or after a rollback. */
import { isRecord } from '../../../observe/shapes/shape.ts';
import { MODEL_VERSION } from '../../../score/model.ts';
import type { Logger } from '../../log.ts';

/** Long enough for a newer operator, if there is one, to take a Lease that is free. In milliseconds. */
const STAND_BACK = 5_000;

export interface NewerModel {
  observed(type: 'ADDED' | 'MODIFIED' | 'DELETED', report: unknown): void;
  /** Milliseconds for which a Lease that is free is left to others. */
  readonly standBack: () => number;
}

export function newerModel(logger: Logger, ours: string = MODEL_VERSION): NewerModel {
  const newer = new Set<string>();
  return {
    observed(type, report) {
      if (!isRecord(report) || !isRecord(report['metadata'])) return;
      const key = `${String(report['metadata']['namespace'])}/${String(report['metadata']['name'])}`;
      const theirs = isRecord(report['report']) ? String(report['report']['modelVersion']) : '';
      if (type === 'DELETED' || numberOf(theirs) <= numberOf(ours)) return void newer.delete(key);
      if (newer.size === 0) {
        logger.warn(
          `there are reports of model ${theirs}, and this operator has ${ours}: it writes them anew only when no newer operator leads (after a rollback)`,
        );
      }
      newer.add(key);
    },
    standBack: () => (newer.size > 0 ? STAND_BACK : 0),
  };
}

/** 0 for what is no version of ours: somebody's edit. */
const numberOf = (version: string): number => Number(/^v(\d{1,6})$/.exec(version)?.[1] ?? 0);
