import { mkdtempSync, rmSync } from 'node:fs';
import { createSecureServer, type Http2SecureServer } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
import { expect } from 'chai';
import { ensureCertificates, readPair } from '../../../hack/cluster/certificates.ts';
import { type Relay, startRelay } from '../../../hack/storm-run/relay.ts';
import { connect, type Connection, shareDispatcher } from '../../../src/observe/connection.ts';

describe('the connection to the API server', function () {
  this.timeout(20_000);
  const folder = join(mkdtempSync(join(tmpdir(), 'hexarisk-connection-')), 'certificates');
  let server: Http2SecureServer;
  let relay: Relay;
  let connection: Connection;

  before(async () => {
    await ensureCertificates(folder);
    const { key, cert, ca } = await readPair(folder, 'kube-apiserver');
    server = createSecureServer({ key, cert }, (_, response) => response.end('{}'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    relay = await startRelay((server.address() as AddressInfo).port);
    const config = new KubeConfig();
    const caData = Buffer.from(ca).toString('base64');
    config.loadFromClusterAndUser(
      { name: 'test', server: `https://127.0.0.1:${relay.port}`, caData, skipTLSVerify: false },
      { name: 'nobody' },
    );
    connection = connect(shareDispatcher(config));
  });
  after(async () => {
    await relay.close();
    server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('is one for all calls', async () => {
    await Promise.all(Array.from({ length: 20 }, () => connection.json({ path: '/' })));
    await connection.json({ path: '/' });
    expect(relay.opened()).to.equal(1);
  });

  it('is replaced when it is half-open: no call waits for an answer on it for ever', async () => {
    relay.freeze();
    const begun = performance.now();
    let failed = 0;
    while (relay.opened() < 2) {
      await connection.json({ path: '/', headersTimeout: 1000 }).catch(() => (failed += 1));
      expect(performance.now() - begun, 'milliseconds').to.be.below(10_000);
    }
    expect(failed).to.be.greaterThan(0);
    expect(await connection.json({ path: '/' })).to.deep.equal({});
  });
});
