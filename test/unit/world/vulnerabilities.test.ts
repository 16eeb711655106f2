import { expect } from 'chai';
import { judge } from '../../support/fixture.ts';

const workload = `
apiVersion: apps/v1
kind: Deployment
metadata: { name: orders, namespace: shop }
spec:
  selector: { matchLabels: { app: orders } }
  template:
    metadata: { labels: { app: orders } }
    spec:
      initContainers:
        - { name: migrate, image: 'registry.example/shop/migrate:1.0' }
      containers:
        - { name: web, image: 'shop/orders:2' }
`;
const digest = (letter: string): string => `sha256:${letter.repeat(64)}`;

interface Report {
  readonly kind?: string;
  readonly name?: string;
  readonly container?: string;
  readonly server?: string;
  readonly artifact?: string;
  readonly os?: string;
  /** `id severity score package`. */
  readonly found?: readonly string[];
}

let count = 0;
function report({
  kind = 'ReplicaSet',
  name = 'orders-6d4cf56db6',
  container = 'web',
  server = 'index.docker.io',
  artifact = '{ repository: shop/orders, tag: "2" }',
  os = '{ family: alpine, name: "3.20" }',
  found = [],
}: Report): string {
  const vulnerabilities = found.map((text) => {
    const [id, severity, score, resource] = text.split(' ');
    return `{ vulnerabilityID: ${id}, severity: ${severity}, score: ${score}, resource: ${resource}, installedVersion: "1", fixedVersion: "" }`;
  });
  return `---
apiVersion: aquasecurity.github.io/v1alpha1
kind: VulnerabilityReport
metadata:
  name: report-${(count += 1)}
  namespace: shop
  labels:
    trivy-operator.container.name: ${container}
    trivy-operator.resource.kind: ${kind}
    trivy-operator.resource.name: ${name}
report:
  registry: { server: ${server} }
  artifact: ${artifact}
  os: ${os}
  vulnerabilities: [${vulnerabilities.join(', ')}]
`;
}

async function known(head: string, ...reports: readonly Report[]) {
  const { around } = await judge('test', `${head}${reports.map(report).join('')}`);
  return around.vulnerabilities;
}

describe('vulnerabilities', () => {
  it('counts the report on the ReplicaSet of a Deployment, whatever its hash', async () => {
    const found = await known(workload, { found: ['CVE-2024-1 HIGH 7.5 zipper'] });
    expect([...found.keys()]).to.deep.equal(['shop/orders:2']);
    expect(found.get('shop/orders:2')?.counts.high).to.equal(1);
  });

  it('tells an image that was scanned clean from one that was not scanned', async () => {
    const found = await known(workload, {});
    expect(found.get('shop/orders:2')?.worst).to.deep.equal([]);
    expect(found.has('registry.example/shop/migrate:1.0')).to.be.false;
  });

  it('does not count a report on the image of an earlier revision', async () => {
    const old = { artifact: '{ repository: shop/orders, tag: "1" }', found: ['CVE-2024-1 HIGH 7.5 zipper'] };
    expect([...(await known(workload, old)).keys()]).to.deep.equal([]);
  });

  it('does not count a report on the same repository of another registry', async () => {
    expect([...(await known(workload, { server: 'registry.example' })).keys()]).to.deep.equal([]);
  });

  it('does not count a report on another workload', async () => {
    const others: readonly Report[] = [
      { name: 'orders-worker-6d4cf56db6' },
      { kind: 'StatefulSet', name: 'orders' },
      { kind: 'Pod', name: 'orders-6d4cf56db6' },
    ];
    for (const other of others) expect([...(await known(workload, other)).keys()]).to.deep.equal([]);
  });

  it('compares digests where the container names one, and tags where it does not', async () => {
    const pinned = workload.replace('shop/orders:2', `shop/orders:2@${digest('a')}`);
    const image = `shop/orders:2@${digest('a')}`;
    const of = (letter: string): Report => ({
      artifact: `{ repository: shop/orders, digest: "${digest(letter)}" }`,
    });
    expect((await known(pinned, of('a'))).has(image)).to.be.true;
    expect((await known(pinned, of('b'))).has(image)).to.be.false;
    // beside a tag, the scanner writes the image's own id as its digest
    const byTag = { artifact: `{ repository: shop/orders, tag: "2", digest: "${digest('c')}" }` };
    expect((await known(workload, byTag)).has('shop/orders:2')).to.be.true;
  });

  it('reads the name from the annotation where it is too long for a label', async () => {
    const long = `
apiVersion: batch/v1
kind: CronJob
metadata: { name: orders, namespace: shop }
spec:
  schedule: "* * * * *"
  jobTemplate: { spec: { template: { spec: { containers: [{ name: web, image: 'shop/orders:2' }] } } } }
`;
    const hashed = report({ kind: 'CronJob' })
      .replace(
        'trivy-operator.resource.name: orders-6d4cf56db6',
        'trivy-operator.resource.name-hash: 7c4d8f665',
      )
      .replace('  labels:', '  annotations: { trivy-operator.resource.name: orders }\n  labels:');
    const { around } = await judge('test', `${long}${hashed}`);
    expect(around.vulnerabilities.has('shop/orders:2')).to.be.true;
  });

  it('counts the pods of one series together', async () => {
    const series = `
apiVersion: v1
kind: Pod
metadata: { generateName: probe-, name: probe-x1, namespace: shop }
spec: { containers: [{ name: web, image: 'shop/orders:2' }] }
`;
    expect((await known(series, { kind: 'Pod', name: 'probe-x1' })).has('shop/orders:2')).to.be.true;
  });

  it('counts a vulnerability once, however many packages and containers have it', async () => {
    const found = await known(
      workload,
      { found: ['CVE-2024-1 MEDIUM 5 libz', 'CVE-2024-1 HIGH 7.5 libz-dev', 'CVE-2024-2 LOW 2 libz'] },
      { container: 'other', found: ['CVE-2024-1 HIGH 7.5 libz'] },
    );
    const scan = found.get('shop/orders:2');
    expect(scan?.counts).to.deep.equal({ critical: 0, high: 1, medium: 0, low: 1, unknown: 0 });
    expect(scan?.worst.map(({ id, threat, count: like }) => [id, threat, like])).to.deep.equal([
      ['CVE-2024-1', 'severe', 1],
    ]);
  });

  it('ranks what is exploited before what is likely to be, and that before what is only severe', async () => {
    const head = `# exploited: CVE-2024-3 kev
# exploited: CVE-2024-2 epss=0.6
# exploited: CVE-2024-4 epss=0.9
# exploited: CVE-2024-5 epss=0.4
${workload}`;
    const found = await known(head, {
      found: [
        'CVE-2024-1 CRITICAL 9.8 a',
        'CVE-2024-2 HIGH 7 b',
        'CVE-2024-3 LOW 2 c',
        'CVE-2024-4 HIGH 7 d',
        'CVE-2024-5 HIGH 7 e',
      ],
    });
    expect(
      found.get('shop/orders:2')?.worst.map(({ id, threat, epss, count: like }) => [id, threat, epss, like]),
    ).to.deep.equal([
      ['CVE-2024-3', 'exploited', undefined, 1],
      ['CVE-2024-4', 'probable', 0.9, 2],
      ['CVE-2024-1', 'severe', undefined, 1],
      ['CVE-2024-5', 'severe', 0.4, 1],
    ]);
  });

  it('keeps few of many, and says how many there are', async () => {
    const many = Array.from(
      { length: 500 },
      (_, i) => `CVE-2024-${i} ${i % 2 === 0 ? 'HIGH' : 'CRITICAL'} 7 p${i}`,
    );
    const scan = (await known(workload, { found: many })).get('shop/orders:2');
    expect(scan?.worst.map(({ count: like }) => like)).to.deep.equal([250, 250]);
    expect(JSON.stringify(scan).length).to.be.below(600);
  });

  it('says when the operating system in the image is out of support', async () => {
    const found = await known(workload, { os: '{ family: debian, name: "9.13", eosl: true }' });
    expect(found.get('shop/orders:2')?.endOfLife).to.equal('debian 9.13');
  });
});
