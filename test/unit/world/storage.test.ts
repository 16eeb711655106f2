import { expect } from 'chai';
import hostPathMount from '../../../src/axes/privileges/host-path-mount.ts';
import hostPathTakeover from '../../../src/axes/privileges/host-path-takeover.ts';
import { findIn, judge } from '../../support/fixture.ts';

const claim = (name: string, volumeName: string) => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name, namespace: 'shop' },
  spec: { volumeName },
});
const volume = (name: string, spec: object) => ({
  apiVersion: 'v1',
  kind: 'PersistentVolume',
  metadata: { name },
  spec,
});

const workload = (kind: string, volumes: readonly object[], more: object = {}) => ({
  apiVersion: 'apps/v1',
  kind,
  metadata: { name: 'db', namespace: 'shop' },
  spec: {
    selector: { matchLabels: { app: 'db' } },
    template: {
      metadata: { labels: { app: 'db' } },
      spec: {
        containers: [
          {
            name: 'db',
            image: 'registry.example/db:1',
            volumeMounts: [{ name: 'data', mountPath: '/data' }],
          },
        ],
        volumes,
      },
    },
    ...more,
  },
});

const deployment = workload('Deployment', [{ name: 'data', persistentVolumeClaim: { claimName: 'db' } }]);
const statefulSet = workload('StatefulSet', [], { volumeClaimTemplates: [{ metadata: { name: 'data' } }] });

const judged = (...objects: readonly object[]) =>
  judge('storage', objects.map((object) => JSON.stringify(object)).join('\n---\n'));

describe('storage', () => {
  it('a claim leads to the volume that it is bound to', async () => {
    const { around } = await judged(
      deployment,
      claim('db', 'disk'),
      volume('disk', { hostPath: { path: '/d' } }),
    );
    expect(around.storage.claims.get('db')?.hostPath?.path).to.equal('/d');
  });

  it('a claim of another namespace, or one without a volume, leads nowhere', async () => {
    const elsewhere = { ...claim('db', 'disk'), metadata: { name: 'db', namespace: 'other' } };
    const { around } = await judged(deployment, elsewhere, volume('disk', { hostPath: { path: '/d' } }));
    expect(around.storage.claims).to.be.empty;
    expect((await judged(deployment, claim('db', 'gone'))).around.storage.claims).to.be.empty;
  });

  it('claims that a StatefulSet makes are found by their names, the lowest ordinal first', async () => {
    const { around } = await judged(
      statefulSet,
      claim('data-db-10', 'ten'),
      claim('data-db-2', 'two'),
      claim('data-db-x', 'none'),
      volume('ten', { local: { path: '/ten' } }),
      volume('two', { local: { path: '/two' } }),
    );
    expect(around.storage.templated.get('data')?.local?.path).to.equal('/two');
  });

  it('scaling a StatefulSet changes nothing', async () => {
    const disk = volume('two', { hostPath: { path: '/etc' } });
    const one = await judged(statefulSet, claim('data-db-0', 'two'), disk);
    const more = await judged(statefulSet, claim('data-db-0', 'two'), claim('data-db-1', 'two'), disk);
    expect(findIn(hostPathTakeover, one)).to.not.be.empty;
    expect(findIn(hostPathTakeover, more)).to.deep.equal(findIn(hostPathTakeover, one));
  });

  describe('as a way to the node', () => {
    it('a system folder behind a claim counts like a hostPath, with both objects as evidence', async () => {
      const found = findIn(
        hostPathTakeover,
        await judged(deployment, claim('db', 'disk'), volume('disk', { hostPath: { path: '/etc/cron.d' } })),
      );
      expect(
        found.flatMap(({ evidence }) => evidence.map(({ object, path }) => `${object.kind} ${path}`)),
      ).to.deep.equal([
        'Deployment /spec/template/spec/volumes/0/persistentVolumeClaim',
        'PersistentVolume /spec/hostPath',
      ]);
      expect(found[0]?.remediation.patch).to.deep.equal([]);
    });

    it('a folder of its own is what a volume is for', async () => {
      const own = await judged(
        deployment,
        claim('db', 'disk'),
        volume('disk', { hostPath: { path: '/opt/local-path-provisioner/pvc-1' } }),
      );
      expect([...findIn(hostPathTakeover, own), ...findIn(hostPathMount, own)]).to.deep.equal([]);
    });
  });
});
