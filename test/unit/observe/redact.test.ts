import { expect } from 'chai';
import fc from 'fast-check';
import { projector } from '../../../src/observe/project.ts';
import type { Container } from '../../../src/world/objects.ts';
import type { Resource } from '../../../src/world/world.ts';

async function slimOf(resource: Resource, object: unknown): Promise<Record<string, unknown>> {
  const [outcome] = await projector()(resource, [object]);
  if (outcome === undefined || !('object' in outcome))
    throw new Error(outcome?.problem ?? 'nothing came out');
  return outcome.object as unknown as Record<string, unknown>;
}

const podWith = (container: Record<string, unknown>): Record<string, unknown> => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web', namespace: 'shop' },
  spec: { containers: [{ name: 'web', image: 'web:1', ...container }] },
});

const wordsOf = async (args: readonly string[]) => {
  const { spec } = (await slimOf('pods', podWith({ args }))) as { spec: { containers: { args: unknown }[] } };
  return spec.containers[0]?.args;
};

describe('redaction', () => {
  const secret = fc.stringMatching(/^[a-z]{8}[0-9]{4}[A-Z]{8}$/);

  it('lets no value of an environment variable or a ConfigMap through, nor one that a probe or an old copy holds', async () => {
    await fc.assert(
      fc.asyncProperty(secret, fc.stringMatching(/^[A-Z_]{1,12}$/), async (planted, name) => {
        const container = {
          env: [{ name, value: planted }],
          args: [
            `--password=${planted}`,
            '--token',
            planted,
            `DB_PASSWORD=${planted}`,
            `postgres://shop:${planted}@db/shop`,
          ],
          command: ['sh', '-c', `export DB_PASSWORD=${planted}\nexec app`],
          livenessProbe: {
            exec: { command: ['check', planted] },
            httpGet: { httpHeaders: [{ name: 'X', value: planted }] },
          },
          lifecycle: { postStart: { exec: { command: ['init', planted] } } },
        };
        const template = {
          metadata: { labels: { app: 'web' } },
          spec: { containers: [], ephemeralContainers: [], initContainers: [{ name: 'a', ...container }] },
        };
        const metadata = {
          name: 'web',
          namespace: 'shop',
          annotations: { 'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify(container) },
        };
        const objects: readonly (readonly [Resource, unknown])[] = [
          ['pods', { ...podWith(container), metadata }],
          [
            'pods',
            {
              apiVersion: 'v1',
              kind: 'Pod',
              metadata,
              spec: { containers: [], ephemeralContainers: [{ name: 'debug', ...container }] },
            },
          ],
          ['deployments', { apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec: { template } }],
          [
            'cronjobs',
            {
              apiVersion: 'batch/v1',
              kind: 'CronJob',
              metadata,
              spec: { jobTemplate: { spec: { template } } },
            },
          ],
          [
            'configmaps',
            {
              apiVersion: 'v1',
              kind: 'ConfigMap',
              metadata,
              data: { [name]: planted, file: `x: ${planted}` },
              binaryData: { blob: planted },
            },
          ],
        ];
        for (const [resource, object] of objects) {
          expect(JSON.stringify(await slimOf(resource, structuredClone(object))), resource).to.not.include(
            planted,
          );
        }
      }),
      { numRuns: 50 },
    );
  });

  it('keeps that a value was there, and what it looked like', async () => {
    const env = [
      { name: 'DB_PASSWORD', value: 'hunter22' },
      { name: 'GREETING', value: 'hello' },
      { name: 'EMPTY', value: '' },
      { name: 'FROM', valueFrom: { secretKeyRef: { name: 'db', key: 'password' } } },
    ];
    const { spec } = (await slimOf('pods', podWith({ env }))) as { spec: { containers: { env: unknown }[] } };
    expect(spec.containers[0]?.env).to.deep.equal([
      { name: 'DB_PASSWORD', literal: true, credential: { kind: 'password', by: 'name' } },
      { name: 'GREETING', literal: true },
      { name: 'EMPTY', literal: false },
      { name: 'FROM', literal: false, valueFrom: { secretKeyRef: { name: 'db', key: 'password' } } },
    ]);
  });

  it('tells a password that is named after the user, the image or the container', async () => {
    const weakOf = async (container: Record<string, unknown>) => {
      const { spec } = (await slimOf('pods', podWith(container))) as {
        spec: { containers: { env: { credential?: { weak?: boolean } }[] }[] };
      };
      return spec.containers[0]?.env.map(({ credential }) => credential?.weak === true);
    };
    const password = (value: string) => ({ name: 'DB_PASSWORD', value });
    const image = 'registry.example:5000/data/ledger:1.2.3@sha256:0123';
    expect(await weakOf({ env: [password('ledger1')], image })).to.deep.equal([true]);
    expect(await weakOf({ env: [password('ledger1')] })).to.deep.equal([false]);
    expect(await weakOf({ env: [password('warehouse')], name: 'warehouse' })).to.deep.equal([true]);
    // the order of variables does not matter
    const user = { name: 'DB_USER', value: 'clerk' };
    expect(await weakOf({ env: [password('clerk'), user] })).to.deep.equal([true, false]);
    expect(await weakOf({ env: [password('clerk')], args: ['--user', 'clerk'] })).to.deep.equal([true]);
    expect(await weakOf({ env: [password('clerk')] })).to.deep.equal([false]);
  });

  it('says of a probe or a hook that it holds a credential, and believes nobody else who says so', async () => {
    const said = { kind: 'password', by: 'name' };
    const container = {
      livenessProbe: { exec: { command: ['check', '--password=hunter22'] } },
      readinessProbe: { exec: { command: ['check'] }, credential: said },
      startupProbe: { exec: { command: 'check --password=hunter22' } },
      lifecycle: { preStop: { exec: { command: ['curl', '-u', 'shop:hunter22', 'web'] } } },
    };
    const { spec } = (await slimOf('pods', podWith(container))) as { spec: { containers: Container[] } };
    const { livenessProbe, readinessProbe, startupProbe, lifecycle } = spec.containers[0] ?? expect.fail();
    expect(livenessProbe?.credential).to.deep.include(said);
    expect([readinessProbe?.credential, startupProbe?.credential]).to.deep.equal([undefined, undefined]);
    expect(lifecycle?.preStop?.credential?.kind).to.equal('password');
  });

  it('tells the password of a program that takes it by an option without a name', async () => {
    const told = async (...words: readonly string[]) => JSON.stringify(await wordsOf(words));
    const lines = [
      ['mysql', '-uroot', '-pkV9wq4TzL2p', 'shop'],
      ['/usr/bin/mysqladmin', 'ping', '-u', 'root', '-pkV9wq4TzL2p'],
      ['redis-cli', '-a', 'kV9wq4TzL2p', 'ping'],
      ['mongosh', '-u', 'root', '-p', 'kV9wq4TzL2p'],
      ['sshpass', '-p', 'kV9wq4TzL2p', 'ssh', 'host'],
      ['curl', '-s', '-u', 'shop:kV9wq4TzL2p', 'https://shop.example'],
      ['docker', 'login', '-u', 'shop', '-p', 'kV9wq4TzL2p'],
    ];
    for (const words of lines) {
      expect(await told(...words), words.join(' '))
        .to.include('credential')
        .and.not.include('kV9wq4TzL2p');
      const script = await told('sh', '-c', `cd /tmp && ${words.join(' ')}`);
      expect(script, `script ${words.join(' ')}`)
        .to.include('credential')
        .and.not.include('kV9wq4TzL2p');
    }
    const innocent = [
      ['mysql', '-uroot', '-p$(PASSWORD)'],
      ['sh', '-c', 'mysqladmin ping -uroot -p"$MYSQL_ROOT_PASSWORD"'],
      ['sh', '-c', 'mysqladmin ping -p${PASSWORD} && mkdir -pv /data'],
      ['mysqld', '-port', '3306'],
      ['redis-cli', '-h', 'redis', '-p', '6379', 'ping'],
      ['mkdir', '-pm755', '/data'],
      ['curl', '-u', 'shop:$PASSWORD', 'https://shop.example:8443'],
      ['docker', 'run', '-p', '8080:8080'],
    ];
    for (const words of innocent) expect(await told(...words), words.join(' ')).to.not.include('credential');
  });

  it('tells a password in a ConfigMap that is named after the user beside it', async () => {
    const data = { 'db.user': 'clerk', 'db.password': 'clerk', 'mail.password': 'kV9-wq4TzL2p' };
    const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'app' }, data };
    expect((await slimOf('configmaps', object))['credentials']).to.deep.equal({
      'db.password': { kind: 'password', by: 'name', weak: true },
      'mail.password': { kind: 'password', by: 'name' },
    });
  });

  it('masks the word that holds a credential, and only that', async () => {
    const masked = { text: '***', credential: { kind: 'password', by: 'name' } };
    expect(await wordsOf(['--user=shop', '--password=hunter22'])).to.deep.equal([
      { text: '--user=shop' },
      masked,
    ]);
    expect(await wordsOf(['--password', 'hunter22'])).to.deep.equal([{ text: '--password' }, masked]);
    expect(await wordsOf(['--password', '--user'])).to.deep.equal([
      { text: '--password' },
      { text: '--user' },
    ]);
    expect(await wordsOf(['--password-file', '/run/db'])).to.deep.equal([
      { text: '--password-file' },
      { text: '/run/db' },
    ]);
  });

  it('is not fooled by an object that claims to be redacted already', async () => {
    const env = [
      { name: 'GREETING', value: 'hello', literal: false, credential: { kind: 'hunter22', by: 'name' } },
    ];
    const { spec } = (await slimOf('pods', podWith({ env }))) as { spec: { containers: { env: unknown }[] } };
    expect(spec.containers[0]?.env).to.deep.equal([{ name: 'GREETING', literal: true }]);
  });

  it('says of a ConfigMap which keys it has, and which of them hold a credential', async () => {
    const data = { 'app.properties': 'db.password=hunter22\n', theme: 'dark' };
    const object = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'app' },
      data,
      binaryData: { logo: 'AAAA' },
    };
    const { keys, credentials } = await slimOf('configmaps', object);
    expect(keys).to.deep.equal(['app.properties', 'logo', 'theme']);
    expect(credentials).to.deep.equal({ 'app.properties': { kind: 'password', by: 'name' } });
  });
});
