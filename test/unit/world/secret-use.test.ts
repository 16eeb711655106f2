import { expect } from 'chai';
import fc from 'fast-check';
import { loadWorld } from '../../../src/observe/files/load.ts';
import { defaultPolicy } from '../../../src/policy/policy.ts';
import { surroundingsLayer } from '../../../src/world/surroundings/layer.ts';
import { workloadsLayer } from '../../../src/world/workload/workloads.ts';

type Raw = Record<string, unknown>;

const fromEnv = (...secrets: readonly string[]) => ({
  containers: [
    {
      name: 'main',
      env: secrets.map((name, index) => ({
        name: `V${index}`,
        valueFrom: { secretKeyRef: { name, key: 'k' } },
      })),
    },
  ],
});
const fromAll = (name: string) => ({ containers: [{ name: 'main', envFrom: [{ secretRef: { name } }] }] });
const fromVolume = (volume: Raw, mounts: readonly string[] = ['v']) => ({
  volumes: [{ name: 'v', ...volume }],
  containers: [{ name: 'main', volumeMounts: mounts.map((name) => ({ name, mountPath: `/${name}` })) }],
});

const deployment = (name: string, spec: Raw, namespace = 'shop') => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, namespace },
  spec: { template: { spec } },
});
const pod = (name: string, spec: Raw, metadata: Raw = {}, more: Raw = {}) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'shop', ...metadata },
  spec,
  ...more,
});

async function worldOf(documents: readonly object[]) {
  const content = documents.map((document) => JSON.stringify(document)).join('\n---\n');
  return (await loadWorld([{ name: 'test', content }], 0)).world;
}

/** `secret: others` of the workload that is named `web`. */
async function sharedBy(...documents: readonly object[]): Promise<readonly string[]> {
  const world = await worldOf(documents);
  const web = [...workloadsLayer()(world).values()].find(({ ref }) => ref.name === 'web');
  if (web === undefined) throw new Error('no workload web');
  const { sharedSecrets } = surroundingsLayer().of(web, world, defaultPolicy);
  return sharedSecrets.map(({ secret, others }) => `${secret}: ${others.map(({ name }) => name).join(' ')}`);
}

describe('secret use', () => {
  const web = deployment('web', fromEnv('db'));

  for (const [how, spec] of Object.entries({
    'a variable': fromEnv('db'),
    envFrom: fromAll('db'),
    'a volume': fromVolume({ secret: { secretName: 'db' } }),
    'a projected volume': fromVolume({ projected: { sources: [{ secret: { name: 'db' } }] } }),
    'an init container': { containers: [], initContainers: fromEnv('db').containers },
  })) {
    it(`finds another workload that gets the Secret by ${how}`, async () => {
      expect(await sharedBy(web, deployment('worker', spec))).to.deep.equal(['db: worker']);
    });
  }

  it('does not count a volume that no container mounts, nor a pull secret', async () => {
    const unmounted = deployment('worker', fromVolume({ secret: { secretName: 'db' } }, []));
    const pulling = deployment('cron', { containers: [], imagePullSecrets: [{ name: 'db' }] });
    expect(await sharedBy(web, unmounted, pulling)).to.be.empty;
  });

  it('does not count a token of an account', async () => {
    const account = {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: 'default', namespace: 'shop' },
    };
    const objects = [web, deployment('worker', fromEnv('db'))];
    expect(await sharedBy(...objects, { ...account, secrets: [{ name: 'db' }] })).to.be.empty;
    expect(await sharedBy(...objects, { ...account, secrets: [{ name: 'other' }] })).to.have.length(1);
  });

  it('does not look into other namespaces', async () => {
    expect(await sharedBy(web, deployment('worker', fromEnv('db'), 'bank'))).to.be.empty;
  });

  it('does not count the workload itself, however often it names the Secret and whatever it owns', async () => {
    const owned = {
      ownerReferences: [
        { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web', uid: 'u', controller: true },
      ],
    };
    expect(await sharedBy(deployment('web', fromEnv('db', 'db')), pod('web-1', fromEnv('db'), owned))).to.be
      .empty;
  });

  it('takes bare pods of one generateName for one workload', async () => {
    const series = (name: string, of: string) => pod(name, fromEnv('db'), { generateName: of });
    expect(await sharedBy(series('web-a', 'web-'), series('web-b', 'web-'))).to.be.empty;
    expect(
      await sharedBy(series('web-a', 'web-'), series('web-b', 'web-'), series('job-c', 'job-')),
    ).to.deep.equal(['db: job']);
  });

  it('passes over pods and Jobs that have ended', async () => {
    const ended = pod('worker', fromEnv('db'), {}, { status: { phase: 'Succeeded' } });
    expect(await sharedBy(web, ended)).to.be.empty;
  });

  it('names at most five others, by kind and name', async () => {
    const others = ['g', 'f', 'e', 'd', 'c', 'b'].map((name) => deployment(name, fromEnv('db')));
    expect(await sharedBy(...others, web)).to.deep.equal(['db: b c d e f']);
  });

  it('is mutual, and does not depend on the order of objects', async () => {
    const secrets = fc.array(fc.constantFrom('db', 'api', 'mail'), { maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(fc.array(secrets, { minLength: 2, maxLength: 4 }), async (each) => {
        const objects = each.map((names, index) =>
          deployment(index === 0 ? 'web' : `w${index}`, fromEnv(...names)),
        );
        const expected = [...new Set(each[0])].toSorted().flatMap((secret) => {
          const others = each.flatMap((names, index) =>
            index > 0 && names.includes(secret) ? `w${index}` : [],
          );
          return others.length === 0 ? [] : `${secret}: ${others.join(' ')}`;
        });
        expect(await sharedBy(...objects)).to.deep.equal(expected);
        expect(await sharedBy(...objects.toReversed())).to.deep.equal(expected);
      }),
      { numRuns: 50 },
    );
  });

  it('keeps what surrounds a workload the same object while a neighbour changes something else', async () => {
    const before = await worldOf([web, deployment('worker', fromEnv('db'))]);
    const after = await worldOf([web, deployment('worker', fromEnv('db', 'api'))]);
    const surroundings = surroundingsLayer();
    const [workload] = [...workloadsLayer()(before).values()];
    if (workload === undefined) throw new Error('no workload');
    const first = surroundings.of(workload, before, defaultPolicy);
    const { tables } = before;
    const changed = { ...before, tables: { ...tables, deployments: after.tables.deployments } };
    expect(surroundings.of(workload, changed, defaultPolicy)).to.equal(first);
  });
});
