import { expect } from 'chai';
import { faultOf } from '../../../src/observe/fault.ts';
import { resourceInfos } from '../../../src/observe/resources.ts';
import { locate } from '../../../src/observe/served.ts';
import type { Resource } from '../../../src/world/world.ts';
import { answer, scriptedServer, status, type Step } from '../../support/api-server.ts';

const group = (...versions: readonly string[]) =>
  answer({ versions: versions.map((version) => ({ groupVersion: `gateway.networking.k8s.io/${version}` })) });
const resources = (...names: readonly string[]) => answer({ resources: names.map((name) => ({ name })) });

/** Where the resource is, or the fault; and what the server was asked. */
async function found(resource: Resource, ...steps: readonly Step[]) {
  const server = await scriptedServer(...steps);
  const { signal } = new AbortController();
  const outcome = await locate(server.connection, resource, resourceInfos[resource], signal).catch(
    (error: unknown) => faultOf(error, resource),
  );
  await server.close();
  return { outcome, asked: server.requests.map(({ pathname }) => pathname) };
}

describe('where a resource is served', () => {
  it('what every cluster has is where it always is: nobody is asked', async () => {
    expect(await found('services')).to.deep.equal({ outcome: '/api/v1/services', asked: [] });
    expect((await found('ingresses')).outcome).to.equal('/apis/networking.k8s.io/v1/ingresses');
  });

  it('what comes with a CRD is in the best version that is served', async () => {
    const { outcome, asked } = await found(
      'tlsroutes',
      group('v1alpha2', 'v1'),
      resources('gateways'),
      resources('gateways', 'tlsroutes'),
    );
    expect(outcome).to.equal('/apis/gateway.networking.k8s.io/v1alpha2/tlsroutes');
    expect(asked).to.deep.equal([
      '/apis/gateway.networking.k8s.io',
      '/apis/gateway.networking.k8s.io/v1',
      '/apis/gateway.networking.k8s.io/v1alpha2',
    ]);
  });

  it('is absent where the group is, or has no such resource', async () => {
    const absent = { kind: 'missing', why: 'gateways is not installed', absent: true };
    expect((await found('gateways', status(404))).outcome).to.deep.equal(absent);
    expect((await found('gateways', group('v1'), resources('httproutes'))).outcome).to.deep.equal(absent);
  });

  it('is missing, which is not absent, where only unknown versions are served', async () => {
    const { outcome } = await found('gateways', group('v7'), resources('gateways'));
    expect(outcome).to.deep.equal({
      kind: 'missing',
      why: 'gateways is served only as gateway.networking.k8s.io/v7, which this version of Hexarisk does not know',
    });
  });

  it('is asked for again later when the server is unwell', async () => {
    expect((await found('gateways', status(503))).outcome).to.have.property('kind', 'retry');
  });
});
