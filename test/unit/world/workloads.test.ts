import { expect } from 'chai';
import { loadWorld } from '../../../src/observe/files/load.ts';
import type { World } from '../../../src/world/world.ts';
import { type Workload, workloadsLayer } from '../../../src/world/workload/workloads.ts';

interface Owner {
  readonly kind: string;
  readonly name: string;
  readonly apiVersion?: string;
}

interface ObjectOptions {
  readonly owner?: Owner;
  readonly created?: string;
  readonly generateName?: string;
  readonly replicas?: number;
  readonly image?: string;
  readonly status?: unknown;
  readonly spec?: object;
  readonly labels?: Readonly<Record<string, string>>;
}

const metadata = (name: string, { owner, created, generateName, labels }: ObjectOptions) => ({
  name,
  namespace: 'shop',
  uid: `uid-of-${name}`,
  ...(labels === undefined ? {} : { labels }),
  ...(created === undefined ? {} : { creationTimestamp: created }),
  ...(generateName === undefined ? {} : { generateName }),
  ...(owner === undefined
    ? {}
    : {
        ownerReferences: [{ apiVersion: 'apps/v1', uid: `uid-of-${owner.name}`, controller: true, ...owner }],
      }),
});

const podSpec = ({ image = 'registry.example/app:1', spec }: ObjectOptions) => ({
  containers: [{ name: 'main', image }],
  ...spec,
});

const pod = (name: string, options: ObjectOptions = {}) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: metadata(name, options),
  spec: podSpec(options),
  status: options.status ?? { phase: 'Running' },
});

const controller = (apiVersion: string, kind: string, name: string, options: ObjectOptions = {}) => ({
  apiVersion,
  kind,
  metadata: metadata(name, options),
  spec: {
    replicas: options.replicas ?? 1,
    template: { metadata: { labels: options.labels ?? {} }, spec: podSpec(options) },
  },
  status: options.status,
});

const deployment = (name: string, options: ObjectOptions = {}) =>
  controller('apps/v1', 'Deployment', name, options);
const replicaSet = (name: string, options: ObjectOptions = {}) =>
  controller('apps/v1', 'ReplicaSet', name, options);
const job = (name: string, options: ObjectOptions = {}) => controller('batch/v1', 'Job', name, options);

async function worldOf(
  objects: readonly object[],
  now = '2026-01-01T12:00:00Z',
  youngAfter = 60,
): Promise<World> {
  const content = objects.map((object) => JSON.stringify(object)).join('\n---\n');
  const { world, errors } = await loadWorld([{ name: 'test', content }], Date.parse(now) / 60_000);
  expect(errors).to.deep.equal([]);
  return { ...world, youngAfter };
}

const workloadsOf = async (...objects: readonly object[]): Promise<readonly Workload[]> => [
  ...workloadsLayer()(await worldOf(objects)).values(),
];

const named = (workloads: readonly Workload[]) => workloads.map(({ ref }) => `${ref.kind} ${ref.name}`);

describe('workloads', () => {
  it('are the top-level controllers: a Deployment, not its ReplicaSet or its pods', async () => {
    const found = await workloadsOf(
      deployment('web', { replicas: 2 }),
      replicaSet('web-1', { owner: { kind: 'Deployment', name: 'web' } }),
      pod('web-1-a', { owner: { kind: 'ReplicaSet', name: 'web-1' } }),
      pod('web-1-b', { owner: { kind: 'ReplicaSet', name: 'web-1' } }),
    );
    expect(named(found)).to.deep.equal(['Deployment web']);
    expect(found[0]).to.deep.include({ running: 2, uid: 'uid-of-web', owned: ['web-1'] });
  });

  it('do not count the surge of a rollout as running', async () => {
    const live = (name: string) => pod(name, { owner: { kind: 'ReplicaSet', name: 'web-1' } });
    const owned = replicaSet('web-1', { owner: { kind: 'Deployment', name: 'web' } });
    const [web] = await workloadsOf(
      deployment('web', { replicas: 2 }),
      owned,
      live('a'),
      live('b'),
      live('c'),
    );
    expect(web?.running).to.equal(2);
  });

  it('leave old ReplicaSets without replicas out, and count a ReplicaSet without owner', async () => {
    const found = await workloadsOf(
      deployment('web'),
      replicaSet('web-0', { owner: { kind: 'Deployment', name: 'web' }, replicas: 0 }),
      replicaSet('lone', { replicas: 0 }),
    );
    expect(named(found).sort()).to.deep.equal(['Deployment web', 'ReplicaSet lone']);
    expect(found.find(({ ref }) => ref.name === 'web')?.owned).to.deep.equal([]);
  });

  it('take the Job of a CronJob to the CronJob', async () => {
    const cronJob = {
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      metadata: metadata('nightly', {}),
      spec: { jobTemplate: { spec: { template: { spec: podSpec({}) } } } },
    };
    const found = await workloadsOf(
      cronJob,
      job('nightly-1', { owner: { apiVersion: 'batch/v1', kind: 'CronJob', name: 'nightly' } }),
      pod('nightly-1-x', { owner: { apiVersion: 'batch/v1', kind: 'Job', name: 'nightly-1' } }),
    );
    expect(named(found)).to.deep.equal(['CronJob nightly']);
    expect(found[0]?.variants[0]?.at('containers', 0)).to.equal(
      '/spec/jobTemplate/spec/template/spec/containers/0',
    );
  });

  describe('of custom controllers', () => {
    const rollout = { apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', name: 'web' };

    it('are named by the owner above a ReplicaSet, a Job or a Pod', async () => {
      const found = await workloadsOf(
        replicaSet('web-1', { owner: rollout }),
        pod('web-1-a', { owner: { kind: 'ReplicaSet', name: 'web-1' } }),
      );
      expect(named(found)).to.deep.equal(['Rollout web']);
      expect(found[0]).to.deep.include({ running: 1, uid: 'uid-of-web' });
      // what declares the pods is not in the world: evidence is said of the pods
      expect(found[0]?.variants.map(({ ref, drifted }) => [ref.kind, ref.name, drifted])).to.deep.equal([
        ['Pod', 'web-*', false],
      ]);
    });

    it('are named by the owner above the ReplicationController of a revision', async () => {
      const config = { apiVersion: 'apps.openshift.io/v1', kind: 'DeploymentConfig', name: 'web' };
      const found = await workloadsOf(
        controller('v1', 'ReplicationController', 'web-1', { owner: config, replicas: 0, image: 'old:1' }),
        controller('v1', 'ReplicationController', 'web-2', { owner: config }),
        pod('web-2-a', { owner: { apiVersion: 'v1', kind: 'ReplicationController', name: 'web-2' } }),
      );
      expect(named(found)).to.deep.equal(['DeploymentConfig web']);
      expect(found[0]?.variants).to.have.length(1);
    });

    it('stop at a StatefulSet or DaemonSet: one Kafka resource owns unlike pods', async () => {
      const kafka = { apiVersion: 'kafka.strimzi.io/v1beta2', kind: 'Kafka', name: 'events' };
      const found = await workloadsOf(controller('apps/v1', 'StatefulSet', 'events-kafka', { owner: kafka }));
      expect(named(found)).to.deep.equal(['StatefulSet events-kafka']);
    });

    it('keep the group apart: another StatefulSet is another workload', async () => {
      const kruise = { apiVersion: 'apps.kruise.io/v1beta1', kind: 'StatefulSet', name: 'db' };
      const found = await workloadsOf(
        controller('apps/v1', 'StatefulSet', 'db'),
        pod('db-0', { owner: kruise }),
      );
      expect(found.map(({ key }) => key).sort()).to.deep.equal([
        'apps.kruise.io/StatefulSet/shop/db',
        'apps/StatefulSet/shop/db',
      ]);
    });
  });

  it('are named by an owner that is not in the world', async () => {
    const found = await workloadsOf(pod('db-0', { owner: { kind: 'StatefulSet', name: 'db' } }));
    expect(named(found)).to.deep.equal(['StatefulSet db']);
  });

  it('end at owners that own each other', async () => {
    const found = await workloadsOf(
      job('a', { owner: { apiVersion: 'batch/v1', kind: 'Job', name: 'b' } }),
      job('b', { owner: { apiVersion: 'batch/v1', kind: 'Job', name: 'a' } }),
    );
    expect(found).to.have.length.within(1, 2);
  });

  describe('that are pods', () => {
    it('of a node are one workload per name without the node, with no single object', async () => {
      const onNode = (node: string) =>
        pod(`etcd-${node}`, { owner: { apiVersion: 'v1', kind: 'Node', name: node } });
      const found = await workloadsOf(onNode('node-1'), onNode('node-2'));
      expect(named(found)).to.deep.equal(['Pod etcd']);
      expect(found[0]).to.deep.include({ uid: '', running: 2 });
    });

    it('of one generateName are one workload, named without the trailing hyphen', async () => {
      const found = await workloadsOf(
        pod('run-x1', { generateName: 'run-' }),
        pod('run-x2', { generateName: 'run-' }),
      );
      expect(named(found)).to.deep.equal(['Pod run']);
      expect(found[0]?.uid).to.equal('');
    });

    it('are reported from 60 seconds of life on, as lone Jobs are', async () => {
      const objects = [
        pod('old', { created: '2026-01-01T11:59:00Z' }),
        pod('young', { created: '2026-01-01T11:59:01Z' }),
        job('old-job', { created: '2026-01-01T11:59:00Z' }),
        job('young-job', { created: '2026-01-01T11:59:01Z' }),
      ];
      const layer = workloadsLayer();
      const names = async (now: string, youngAfter = 60) =>
        named([...layer(await worldOf(objects, now, youngAfter)).values()]).sort();
      expect(await names('2026-01-01T12:00:00Z')).to.deep.equal(['Job old-job', 'Pod old']);
      expect(await names('2026-01-01T12:01:00Z')).to.have.length(4);
      expect(await names('2026-01-01T12:00:00Z', 0), 'files: at once').to.have.length(4);
    });

    it('are reported once they are old enough, though nothing but the time has changed', async () => {
      const world = await worldOf(
        [pod('young', { created: '2026-01-01T11:59:01Z' })],
        '2026-01-01T12:00:00Z',
        60,
      );
      const layer = workloadsLayer();
      const after = (minutes: number) => layer({ ...world, nowMinute: world.nowMinute + minutes });
      expect(after(0).size).to.equal(0);
      const then = after(1);
      expect(then.size).to.equal(1);
      expect(after(2), 'time does not matter any more').to.equal(then);
    });

    it('count no longer once they have finished', async () => {
      expect(await workloadsOf(pod('done', { status: { phase: 'Succeeded' } }))).to.deep.equal([]);
    });
  });

  it('that have finished stay until they are deleted, with nothing running', async () => {
    const complete = { conditions: [{ type: 'Complete', status: 'True' }] };
    const found = await workloadsOf(job('migrate', { status: complete }));
    expect(found[0]).to.deep.include({ running: 0 });
  });

  describe('and what runs of them', () => {
    const live = (name: string, options: ObjectOptions = {}) =>
      pod(name, { owner: { kind: 'ReplicaSet', name: 'web-1' }, ...options });
    const web = [deployment('web'), replicaSet('web-1', { owner: { kind: 'Deployment', name: 'web' } })];
    const variantsOf = async (...pods: readonly object[]) =>
      (await workloadsOf(...web, ...pods))[0]?.variants ?? [];

    it('is one variant while pods are as declared', async () => {
      const admitted = {
        serviceAccountName: 'default',
        tolerations: [{ key: 'node.kubernetes.io/not-ready', operator: 'Exists' }],
        volumes: [
          {
            name: 'kube-api-access-ab1cd',
            projected: { sources: [{ serviceAccountToken: { path: 'token' } }] },
          },
        ],
        containers: [
          {
            name: 'main',
            image: 'registry.example/app:1',
            volumeMounts: [
              { name: 'kube-api-access-ab1cd', mountPath: '/var/run/secrets/kubernetes.io/serviceaccount' },
            ],
          },
        ],
      };
      expect(await variantsOf(live('web-1-a', { spec: admitted }), live('web-1-b'))).to.have.length(1);
    });

    it('is another variant for an injected sidecar, an ephemeral container or another image', async () => {
      const sidecar = {
        containers: [
          { name: 'main', image: 'registry.example/app:1' },
          { name: 'proxy', image: 'p:1' },
        ],
      };
      const debug = { ephemeralContainers: [{ name: 'debugger', image: 'busybox' }] };
      const found = await variantsOf(
        live('web-1-a', { spec: sidecar }),
        live('web-1-b', { spec: debug }),
        live('web-1-c', { image: 'registry.example/app:2' }),
        live('web-1-d', { image: 'registry.example/app:2' }),
      );
      expect(found.map(({ ref, drifted }) => [ref.kind, ref.name, drifted])).to.deep.equal([
        ['Deployment', 'web', false],
        ['Pod', 'web-*', true],
        ['Pod', 'web-*', true],
        ['Pod', 'web-*', true],
      ]);
    });

    it('of an earlier revision during a rollout is a variant that nobody has changed', async () => {
      const owner = { kind: 'Deployment', name: 'web' };
      const [workload] = await workloadsOf(
        deployment('web', { image: 'registry.example/app:2' }),
        replicaSet('web-1', { owner, image: 'registry.example/app:1' }),
        replicaSet('web-2', { owner, image: 'registry.example/app:2' }),
        live('web-1-a', { image: 'registry.example/app:1' }),
      );
      expect(workload?.variants.map(({ ref, drifted }) => [ref.kind, drifted])).to.deep.equal([
        ['Deployment', false],
        ['Pod', false],
      ]);
    });

    it('does not see the claims of a StatefulSet, nor defaulted host ports, as a change', async () => {
      const set = {
        ...controller('apps/v1', 'StatefulSet', 'db', {
          spec: { hostNetwork: true, containers: [{ name: 'main', ports: [{ containerPort: 80 }] }] },
        }),
      };
      const claims = {
        ...set,
        spec: { ...set.spec, volumeClaimTemplates: [{ metadata: { name: 'data' } }] },
      };
      const running = pod('db-0', {
        owner: { kind: 'StatefulSet', name: 'db' },
        spec: {
          hostNetwork: true,
          containers: [{ name: 'main', ports: [{ containerPort: 80, hostPort: 80 }] }],
          volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data-db-0' } }],
        },
      });
      const [workload] = await workloadsOf(claims, running);
      expect(workload?.variants.map(({ drifted }) => drifted)).to.deep.equal([false]);
    });

    it('is the same in whatever order the pods come', async () => {
      const pods = [live('web-1-a', { image: 'a:1' }), live('web-1-b', { image: 'b:1' })];
      const images = async (...given: readonly object[]) =>
        (await variantsOf(...given)).map(({ pod: spec }) => spec.containers[0]?.image);
      expect(await images(...pods.toReversed())).to.deep.equal(await images(...pods));
    });
  });

  it('keep their reference while nothing of theirs changes', async () => {
    const layer = workloadsLayer();
    const world = await worldOf([deployment('web'), deployment('api')]);
    const before = layer(world);
    expect(layer({ ...world, nowMinute: world.nowMinute + 1 })).to.equal(before);
    const deployments = new Map(world.tables.deployments.get('shop'));
    const web = deployments.get('web');
    if (web !== undefined)
      deployments.set('web', { ...web, metadata: { ...web.metadata, managers: ['kubectl-edit'] } });
    const tables = { ...world.tables, deployments: new Map([['shop', deployments]]) };
    const after = layer({ ...world, tables });
    expect(after.get('apps/Deployment/shop/api')).to.equal(before.get('apps/Deployment/shop/api'));
    expect(after.get('apps/Deployment/shop/web')).to.not.equal(before.get('apps/Deployment/shop/web'));
  });
});
