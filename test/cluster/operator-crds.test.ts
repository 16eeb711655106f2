import { expect } from 'chai';
import { apply, eventually, freshNamespace, get, kubectl, sharedControlPlane } from './harness.ts';
import { crdOf, deployment, vulnerabilityCrd, vulnerabilityReport } from './objects.ts';
import { installCrd, report, spawnOperator, startedOperator } from './operator-process.ts';

describe('the operator and a CRD that is not as it should be', function () {
  this.timeout(120_000);

  it('waits unready without the CRD, says what to apply, and goes on when it is there', async () => {
    await sharedControlPlane();
    await kubectl('delete', 'crd', 'riskreports.hexarisk.dev', '--ignore-not-found');
    const operator = await spawnOperator();
    await eventually('advice', () => operator.said('kubectl apply -f crds/riskreport.yaml'));
    expect(await operator.ready()).to.equal(false);
    await installCrd();
    await eventually('all reports', () => operator.said('all reports are written'), { timeoutMs: 60_000 });
    expect(await operator.ready()).to.equal(true);
    expect(await operator.stop()).to.equal(0);
  });

  it('writes nothing to an older CRD, and names a field that it lacks', async () => {
    const crd = await get<{
      spec: {
        versions: [
          {
            schema: { openAPIV3Schema: { properties: { report: { properties: Record<string, unknown> } } } };
          },
        ];
      };
    }>('crd', 'riskreports.hexarisk.dev');
    delete crd.spec.versions[0].schema.openAPIV3Schema.properties.report.properties['podSecurityLevel'];
    await kubectl('delete', 'crd', 'riskreports.hexarisk.dev');
    const older = { ...crd, metadata: { name: 'riskreports.hexarisk.dev' }, status: undefined };
    await apply(JSON.stringify(older));
    const operator = await spawnOperator();
    await eventually('advice', () => operator.said('report.podSecurityLevel'));
    expect(await operator.ready()).to.equal(false);
    expect(operator.said('all reports are written')).to.equal(false);
    await installCrd();
    await eventually('all reports', () => operator.said('all reports are written'), { timeoutMs: 60_000 });
    expect(await operator.stop()).to.equal(0);
  });

  it('takes up VulnerabilityReports when their CRD is installed while it runs, and lets go of them', async () => {
    const operator = await startedOperator();
    const namespace = await freshNamespace();
    await apply(deployment({ namespace, name: 'scanned' }));
    const has = async (check: string) =>
      (await report(namespace, 'deployment-scanned'))?.report.findings.some(
        (finding) => finding.check === check,
      ) ?? false;
    await eventually('the unscanned finding', () => has('image/unscanned'));
    await apply(JSON.stringify(vulnerabilityCrd));
    await eventually(
      'the CRD to be served',
      async () => (await kubectl('get', 'vulnerabilityreports', '-A')) !== undefined,
    );
    const replicaSet = (
      await kubectl('get', 'rs', '-n', namespace, '-o', 'jsonpath={.items[0].metadata.name}')
    ).trim();
    await apply(JSON.stringify(vulnerabilityReport(namespace, replicaSet)));
    await eventually('data to replace it', async () => !(await has('image/unscanned')), {
      timeoutMs: 60_000,
    });
    await kubectl('delete', 'crd', 'vulnerabilityreports.aquasecurity.github.io');
    await eventually('the unscanned finding again', () => has('image/unscanned'), { timeoutMs: 60_000 });
    expect(operator.other).to.deep.equal([]);
    expect(await operator.stop()).to.equal(0);
  });

  it('takes up the Gateway API when it is installed while it runs, in whatever version, and lets go of it', async () => {
    const operator = await startedOperator();
    const namespace = await freshNamespace();
    await apply(deployment({ namespace, name: 'web' }));
    const object = (kind: string, name: string, spec: object, apiVersion = 'v1') =>
      apply(JSON.stringify({ apiVersion, kind, metadata: { name, namespace }, spec }));
    await object('Service', 'web', { selector: { app: 'web' }, ports: [{ port: 80 }] });
    const isExposed = async () =>
      (await report(namespace, 'deployment-web'))?.report.findings.some(
        ({ check }) => check === 'network/exposed-by-gateway',
      ) ?? false;
    await eventually('a report', async () => (await report(namespace, 'deployment-web')) !== undefined);
    expect(await isExposed()).to.equal(false);

    const GROUP = 'gateway.networking.k8s.io';
    const crds = [crdOf('gateways'), crdOf('httproutes', [`${GROUP}/v1beta1`])];
    for (const crd of crds) await apply(JSON.stringify(crd));
    await eventually('the CRDs to be served', async () => {
      // by their paths: kubectl remembers for hours in which version another test has had them
      for (const path of ['v1/gateways', 'v1beta1/httproutes'])
        await kubectl('get', '--raw', `/apis/${GROUP}/${path}`);
      return true;
    });
    const listeners = [{ name: 'web', port: 80, protocol: 'HTTP' }];
    await object('Gateway', 'web', { gatewayClassName: 'any', listeners }, `${GROUP}/v1`);
    const rules = [{ backendRefs: [{ name: 'web', port: 80 }] }];
    await object('HTTPRoute', 'web', { parentRefs: [{ name: 'web' }], rules }, `${GROUP}/v1beta1`);
    await eventually('the way in', isExposed, { timeoutMs: 60_000 });
    await kubectl('delete', 'crd', ...crds.map(({ metadata }) => metadata.name));
    await eventually('the way in to go', async () => !(await isExposed()), { timeoutMs: 60_000 });
    expect(operator.other).to.deep.equal([]);
    expect(await operator.stop()).to.equal(0);
  });
});
