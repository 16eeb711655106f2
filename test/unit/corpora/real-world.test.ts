/** Install manifests of well-known projects: everything is reported, and little of it is noise. */
import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect } from 'chai';
import { loadAll } from 'js-yaml';
import type { RiskReport } from '../../../src/publish/report.ts';
import {
  areThere,
  goldenFiles,
  type Install,
  installs,
  realWorld,
  scanned,
} from '../../golden/update-real-world.ts';

const workloadKinds = new Set([
  'Deployment',
  'StatefulSet',
  'DaemonSet',
  'CronJob',
  'Job',
  'ReplicaSet',
  'ReplicationController',
  'Pod',
]);

/** Workloads that manage nodes or the whole cluster by design, and may be Critical for it. */
const agentsAndOperators: ReadonlySet<string> = new Set([
  'k8s-examples: DaemonSet/newrelic-agent',
  'k8s-examples: DaemonSet/newrelic-infra-agent',
  'k8s-examples: DaemonSet/sysdig-agent',
  'k8s-examples: ReplicationController/sysdig-agent',
  'k8s-examples: DaemonSet/flex-ds',
  'cert-manager: Deployment/cert-manager',
  'cert-manager: Deployment/cert-manager-cainjector',
  'ingress-nginx: Deployment/ingress-nginx-controller',
  'metallb: Deployment/controller',
  'metallb: DaemonSet/speaker',
]);

/** Well-hardened by any guide, with nothing but an owner, a digest, a scan, or a policy wanting. */
const hardened: readonly string[] = [
  'cert-manager: Deployment/cert-manager-webhook',
  'cert-manager: Job/cert-manager-startupapicheck',
  'online-boutique: Deployment/cartservice',
  'online-boutique: Deployment/paymentservice',
];

interface Raw {
  readonly kind?: string;
  readonly metadata?: { readonly name?: string; readonly namespace?: string };
  readonly items?: readonly Raw[];
}

/** Counted with another reader, by what stands in the files. */
function countedIn(folder: string): ReadonlySet<string> {
  const found = new Set<string>();
  const count = (object: Raw | null): void => {
    object?.items?.forEach(count);
    if (workloadKinds.has(String(object?.kind)))
      found.add(`${object?.metadata?.namespace ?? 'default'}/${object?.kind}/${object?.metadata?.name}`);
  };
  for (const file of globSync('**/*.{yaml,yml,json}', { cwd: folder })) {
    (loadAll(readFileSync(join(folder, file), 'utf8'), { json: true }) as (Raw | null)[]).forEach(count);
  }
  return found;
}

const keyOf = ({ metadata, workload }: RiskReport): string =>
  `${metadata.namespace}/${workload.kind}/${workload.name}`;

describe('real installs', function () {
  this.timeout(20_000);
  const found = new Map<string, Install>();
  before(async function () {
    if (!areThere) {
      console.log(`      skipped: ${realWorld} is not there`);
      this.skip();
    }
    for (const name of installs()) found.set(name, await scanned(join(realWorld, name)));
  });

  it('are seven', () => expect(found.size).to.equal(7));

  it('have a report for every workload that stands in their files, and no other', () => {
    for (const [name, { reports }] of found) {
      expect(reports.map(keyOf).sort(), name).to.deep.equal([...countedIn(join(realWorld, name))].sort());
    }
  });

  it('are read and judged without an error', () => {
    for (const [name, { errors }] of found) expect(errors, name).to.deep.equal([]);
  });

  it('have fewer than one Critical workload in ten, outside node agents and cluster operators', () => {
    let [others, critical] = [0, 0];
    for (const [name, { reports }] of found) {
      for (const { workload, report } of reports) {
        if (agentsAndOperators.has(`${name}: ${workload.kind}/${workload.name}`)) continue;
        others += 1;
        if (report.level === 'Critical') critical += 1;
      }
    }
    expect(others).to.be.above(100);
    expect(critical / others).to.be.below(0.1);
  });

  it('have well-hardened workloads that are Low', () => {
    const low = [...found].flatMap(([name, { reports }]) =>
      reports
        .filter(({ report }) => report.level === 'Low')
        .map(({ workload }) => `${name}: ${workload.kind}/${workload.name}`),
    );
    expect(low).to.include.members([...hardened]);
  });

  it('name only agents and operators that are there', () => {
    const there = [...found].flatMap(([name, { reports }]) =>
      reports.map(({ workload }) => `${name}: ${workload.kind}/${workload.name}`),
    );
    expect(there).to.include.members([...agentsAndOperators]);
  });

  for (const { path, text } of goldenFiles) {
    it(`have the scores of ${basename(path)}`, async () => {
      expect(
        await text(),
        'scores have changed: if that is meant, run `node test/golden/update-real-world.ts` and review the difference',
      ).to.equal(readFileSync(path, 'utf8'));
    });
  }
});
