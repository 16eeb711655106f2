/**
 * What a fresh start says: a new process of the operator on the same cluster, behind a proxy of its own that shows it
 * no report and keeps for itself what it writes. So the reports of the cluster stay as they are.
 */
import type { RiskReport } from '../../src/publish/report.ts';
import type { Exchange } from './exchange.ts';
import { type Means, startOperator } from './operator.ts';
import { type Effect, startProxy } from './proxy.ts';
import { byKey, type Reports } from './reports.ts';
import { kubeconfigFor } from './world.ts';

export async function freshReports(means: Means, name: string): Promise<Reports> {
  const proxy = await startProxy(means.target);
  const written = new Map<string, RiskReport>();
  proxy.rule({ apply: (exchange, body) => effectOf(exchange, body, written) });
  try {
    const kubeconfig = await kubeconfigFor(proxy.server, means);
    const operator = startOperator(name, { kubeconfig, args: [] }, means.workshop);
    try {
      await operator.hasWrittenAll();
    } finally {
      await operator.end('SIGKILL');
    }
  } finally {
    await proxy.close();
  }
  return byKey([...written.values()]);
}

const answer = (body: object): Effect => ({ kind: 'answer', status: 200, body });

function effectOf({ verb, resource, object }: Exchange, body: string, written: Map<string, RiskReport>) {
  if (resource === 'events') return answer({});
  if (resource !== 'riskreports') return undefined;
  if (verb === 'list') {
    const head = { apiVersion: 'hexarisk.dev/v1alpha1', kind: 'RiskReportList' };
    return answer({ ...head, metadata: { resourceVersion: '1' }, items: [] });
  }
  if (verb === 'watch') return { kind: 'silence' } as const;
  const report = JSON.parse(body) as RiskReport;
  if (verb === 'delete') written.delete(object);
  else written.set(object, report);
  return answer({ ...report, metadata: { ...report.metadata, uid: 'recorded', resourceVersion: '2' } });
}
