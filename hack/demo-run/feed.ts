import type { Connection } from '../../src/observe/connection.ts';
import { reflect } from '../../src/observe/reflector.ts';
import { API_VERSION, type RiskReport } from '../../src/publish/report.ts';
import { stderrLog } from '../cluster/progress.ts';
import { workloadName } from './manifests.ts';
import type { Session } from './session.ts';

/** A report that is new has no `before`, one that is gone no `after`. */
export interface ReportChange {
  readonly before?: RiskReport;
  readonly after?: RiskReport;
}

export interface Feed {
  /** By workload, e.g. `shop/Deployment/web`. */
  readonly reports: ReadonlyMap<string, RiskReport>;
  /** When the last change came, in milliseconds of `Date.now()`. */
  readonly lastChange: () => number;
  /** From now on tells each change. */
  readonly onChange: (listener: (change: ReportChange) => void) => void;
}

/** Follows the RiskReports of a cluster, as any client would: list, then watch. */
export function followReports(connection: Connection, session: Session): Feed {
  // ends before what it reads from
  const following = new AbortController();
  session.cleanup.defer(() => following.abort());
  const reports = new Map<string, RiskReport>();
  let listener: (change: ReportChange) => void = () => undefined;
  let last = Date.now();
  let isUnwell = false;
  const set = (name: string, after: RiskReport | undefined) => {
    const before = reports.get(name);
    if (after === undefined) reports.delete(name);
    else reports.set(name, after);
    last = Date.now();
    listener({ ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) });
  };
  void reflect({
    connection,
    signal: following.signal,
    path: `/apis/${API_VERSION}/riskreports`,
    resource: 'riskreports',
    sink: {
      async replace(pages) {
        const found = (await Array.fromAsync(pages)).flat() as RiskReport[];
        const listed = new Map(found.map((report) => [workloadName(report), report]));
        for (const name of reports.keys()) if (!listed.has(name)) set(name, undefined);
        for (const [name, report] of listed) if (changed(reports.get(name), report)) set(name, report);
      },
      async change(events) {
        for (const { type, object } of events) {
          const report = object as RiskReport;
          set(workloadName(report), type === 'DELETED' ? undefined : report);
        }
      },
      missing: (why) => stderrLog(`reports cannot be read: ${why}`),
      unwell: (why) => {
        if (!isUnwell) stderrLog(`reports cannot be read at the moment: ${why}`);
        isUnwell = true;
      },
      well: () => {
        if (isUnwell) stderrLog('reports can be read again');
        isUnwell = false;
      },
    },
  });
  return { reports, lastChange: () => last, onChange: (next) => void (listener = next) };
}

const changed = (before: RiskReport | undefined, after: RiskReport): boolean =>
  JSON.stringify(before) !== JSON.stringify(after);
