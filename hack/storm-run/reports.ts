/** Reports as they are compared: what they say, without `change`, byte for byte. */
import { canonical, type RiskReport } from '../../src/publish/report.ts';
import { type Api, itemsOf } from './api.ts';

/** `namespace/name` -> what it says. */
export type Reports = ReadonlyMap<string, string>;

function contentOf({ metadata, workload, report }: RiskReport): string {
  const { name, namespace, labels, ownerReferences = [] } = metadata;
  const { change: _, ...body } = report;
  return canonical({ metadata: { name, namespace, labels, ownerReferences }, workload, report: body }) ?? '';
}

export const byKey = (reports: readonly RiskReport[]): Reports =>
  new Map(
    reports.map((report) => [`${report.metadata.namespace}/${report.metadata.name}`, contentOf(report)]),
  );

export async function reportsOf(api: Api): Promise<Reports> {
  return byKey(
    (await itemsOf(api, '/apis/hexarisk.dev/v1alpha1/riskreports')) as unknown as readonly RiskReport[],
  );
}

/** @returns a line for each report that is missing, left over, or says something else */
export function differences(found: Reports, expected: Reports): readonly string[] {
  const keys = [...new Set([...found.keys(), ...expected.keys()])].toSorted();
  return keys.flatMap((key) => {
    const [is, should] = [found.get(key), expected.get(key)];
    if (is === should) return [];
    if (is === undefined) return [`${key} is missing`];
    if (should === undefined) return [`${key} is left over`];
    return [`${key} differs: ${firstDifference(is, should)}`];
  });
}

const AROUND = 60;

function firstDifference(is: string, should: string): string {
  let at = 0;
  while (at < is.length && is[at] === should[at]) at += 1;
  const from = Math.max(0, at - AROUND);
  return `is ...${is.slice(from, from + 2 * AROUND)}... should be ...${should.slice(from, from + 2 * AROUND)}...`;
}
