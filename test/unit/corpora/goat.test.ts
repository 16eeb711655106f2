/** Kubernetes Goat is vulnerable by design: what its scenarios are about has to be found, and to come in the right order. */
import { expect } from 'chai';
import { areThere, goat, type Install, scanned } from '../../golden/update-real-world.ts';

/** Each scenario that manifests can show, the workload that it plays in, and the check that has to see it. */
const scenarios: readonly (readonly [scenario: string, workload: string, check: string])[] = [
  ['container escape to the host system', 'system-monitor-deployment', 'privileges/privileged-container'],
  ['container escape to the host system', 'system-monitor-deployment', 'privileges/host-path-takeover'],
  ['container escape to the host system', 'system-monitor-deployment', 'privileges/host-pid'],
  ['Docker in Docker: the runtime socket', 'health-check-deployment', 'privileges/host-path-takeover'],
  ['Docker in Docker: privileged', 'health-check-deployment', 'privileges/privileged-container'],
  [
    'exploitation of RBAC: reads the Secrets of its namespace',
    'hunger-check-deployment',
    'secrets/readable-through-api',
  ],
  [
    'namespace bypass: a cache that every pod reaches',
    'cache-store-deployment',
    'network/sensitive-port-open',
  ],
  ['NodePort exposure', 'internal-proxy-deployment', 'network/exposed-by-node-port'],
  ['benchmarks of Docker that see the whole node', 'docker-bench-security', 'privileges/host-path-takeover'],
  ['benchmarks of Kubernetes that see the whole node', 'kube-bench-node', 'privileges/host-pid'],
  ['denial of service: no limits', 'hunger-check-deployment', 'privileges/memory-limit'],
  ['environment that holds what it should not', 'system-monitor-deployment', 'secrets/secret-in-env'],
];

/** What no manifest shows. */
const unseen: Readonly<Record<string, string>> = {
  'sensitive keys in code, hidden in layers, crypto miner':
    'in the content of an image, which is for a scanner of images',
  'server-side request forgery':
    'in the code of the application; the metadata service that it reaches is a finding',
  'attack on a private registry':
    'in the configuration inside the image; the exposure of its port is a finding',
  'Helm v2 Tiller': 'its manifests are no longer part of it',
};

describe('Kubernetes Goat', () => {
  let found: Install = { reports: [], errors: [] };
  before(async function () {
    if (!areThere) {
      console.log(`      skipped: ${goat} is not there`);
      this.skip();
    }
    found = await scanned(goat);
  });

  const reportOf = (workload: string) => found.reports.find(({ workload: { name } }) => name === workload);

  for (const [scenario, workload, check] of scenarios) {
    it(`${scenario}: ${check}`, () => {
      expect(reportOf(workload)?.report.findings.map((finding) => finding.check)).to.include(check);
    });
  }

  it('puts what takes the node before what takes a namespace, and that before the rest', () => {
    const names = found.reports.map(({ workload }) => workload.name);
    const takesNode = new Set([
      'docker-bench-security',
      'system-monitor-deployment',
      'health-check-deployment',
      'kube-bench-master',
      'kube-bench-node',
    ]);
    expect(new Set(names.slice(0, takesNode.size))).to.deep.equal(takesNode);
    expect(names[takesNode.size]).to.equal('hunger-check-deployment');
    for (const [what, reason] of Object.entries(unseen)) console.log(`      not seen: ${what}: ${reason}`);
  });

  it('is read without an error', () => expect(found.errors).to.deep.equal([]));
});
