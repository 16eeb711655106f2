/** Kubernetes Events: one when the level of a workload changes, and only then. */
import type { Connection } from '../observe/connection.ts';
import { messageOf } from '../observe/fault.ts';
import { levelOf, levels } from '../score/model.ts';
import type { RiskReport } from './report.ts';

export interface EventSender {
  /** @param before the score that the report had; undefined for a new one, which is no change */
  levelMayHaveChanged(report: RiskReport, before: number | undefined): void;
}

interface Options {
  readonly connection: Connection;
  readonly instance: string;
  readonly onTrouble: (why: string) => void;
}

export function eventSender({ connection, instance, onTrouble }: Options): EventSender {
  return {
    levelMayHaveChanged(report, before) {
      if (before === undefined || !Number.isFinite(before)) return;
      const [from, to] = [levelOf(before), report.report.level];
      if (from === to) return;
      const { namespace } = report.metadata;
      const event = eventOf(report, { from, to, before, instance });
      // an event is news, not state: when it cannot be written it is not worth a second try
      connection
        .json({
          method: 'POST',
          path: `/apis/events.k8s.io/v1/namespaces/${namespace}/events`,
          body: JSON.stringify(event),
        })
        .catch((error: unknown) => onTrouble(messageOf(error)));
    },
  };
}

interface Facts {
  readonly from: (typeof levels)[number];
  readonly to: (typeof levels)[number];
  readonly before: number;
  readonly instance: string;
}

function eventOf(report: RiskReport, { from, to, before, instance }: Facts): object {
  const { apiVersion, kind, name, uid } = report.workload;
  const { namespace } = report.metadata;
  const worse = levels.indexOf(to) > levels.indexOf(from);
  const [top] = report.report.findings;
  const advice = top === undefined ? '' : `; first to fix: ${top.check} (then ${top.ifFixed})`;
  return {
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    metadata: { generateName: `${report.metadata.name.slice(0, 200)}-`, namespace },
    type: worse ? 'Warning' : 'Normal',
    reason: worse ? 'RiskRaised' : 'RiskLowered',
    action: 'Assess',
    note: `Risk ${before} -> ${report.report.score} (${from} -> ${to})${advice}`,
    eventTime: new Date().toISOString().replace('Z', '000Z'),
    reportingController: 'hexarisk.dev/operator',
    reportingInstance: instance,
    regarding: { apiVersion, kind, namespace, name, ...(uid ? { uid } : {}) },
  };
}
