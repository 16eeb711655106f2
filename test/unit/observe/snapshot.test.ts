import { expect } from 'chai';
import { readCluster } from '../../../src/observe/snapshot.ts';
import type { Resource } from '../../../src/world/world.ts';
import { list, scriptedServer, status, type Step } from '../../support/api-server.ts';

async function read(resource: Resource, ...steps: readonly Step[]) {
  const server = await scriptedServer(...steps);
  try {
    const snapshot = await readCluster(server.connection, [resource], 7);
    return { ...snapshot, requests: server.requests.map(({ pathname }) => pathname) };
  } finally {
    await server.close();
  }
}

const thrown = (doing: Promise<unknown>): Promise<string> =>
  doing.then(
    () => 'nothing was thrown',
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );

describe('a cluster that is read once', () => {
  it('is a world of all pages', async () => {
    const { world, requests, skipped } = await read(
      'namespaces',
      list(['a', 'b'], '1', 'more'),
      list(['c'], '1'),
    );
    expect([...(world.tables.namespaces.get('')?.keys() ?? [])]).to.deep.equal(['a', 'b', 'c']);
    expect(requests).to.deep.equal(['/api/v1/namespaces', '/api/v1/namespaces']);
    expect(world).to.include({ source: 'cluster', nowMinute: 7 });
    expect(skipped).to.deep.equal([]);
  });

  it('lacks what its reader may not list, and says so', async () => {
    const { world } = await read('clusterroles', status(403));
    expect([...world.missing]).to.deep.equal([['clusterroles', 'you may not list clusterroles']]);
  });

  it('misses nothing of what is not installed, where that is normal; else it is none', async () => {
    const { world } = await read('vulnerabilityreports', status(404));
    expect([...world.missing]).to.deep.equal([]);
    expect(world.tables.vulnerabilityreports.size).to.equal(0);
    expect(await thrown(read('roles', status(404)))).to.match(/roles is not installed/);
  });

  it('leaves out an object of another shape, by name', async () => {
    const { world, skipped } = await read('clusterrolebindings', list(['whole'], '1'));
    expect(world.tables.clusterrolebindings.size).to.equal(0);
    expect(skipped).to.deep.equal([
      {
        resource: 'clusterrolebindings',
        name: 'whole',
        problem: '/roleRef: expected an object, found nothing',
      },
    ]);
  });

  it('is none if the credentials are refused, or the server is unwell: in words', async () => {
    expect(await thrown(read('roles', status(401)))).to.equal('listing roles: HTTP 401 scripted 401');
    expect(await thrown(read('roles', status(500)))).to.equal('listing roles: HTTP 500 scripted 500');
  });
});
