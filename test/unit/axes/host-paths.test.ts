import { expect } from 'chai';
import fc from 'fast-check';
import { defaults, gradeOf as gradeOfCapability, nameOf } from '../../../src/world/node/capabilities.ts';
import { gradeOf, normalise } from '../../../src/world/node/host-paths.ts';
import { TAKES_NODE } from '../../../src/world/node/takeover.ts';
import { findIn, judge } from '../../support/fixture.ts';
import hostPathMount from '../../../src/axes/privileges/host-path-mount.ts';
import hostPathTakeover from '../../../src/axes/privileges/host-path-takeover.ts';

const root = { write: true, root: true };
const reader = { write: false, root: true };
const user = { write: true, root: false };

const podWith = (path: string, mount: object, securityContext: object = {}) =>
  judge(
    'pod',
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'agent', namespace: 'ops' },
      spec: {
        securityContext,
        containers: [{ name: 'agent', volumeMounts: [{ name: 'host', mountPath: '/host', ...mount }] }],
        volumes: [{ name: 'host', hostPath: { path } }],
      },
    }),
  );

describe('paths of the node', () => {
  const sameAs: readonly (readonly [written: string, meant: string])[] = [
    ['/', '/'],
    ['//etc///cron.d/', '/etc/cron.d'],
    ['/tmp/../etc/./cron.d', '/etc/cron.d'],
    ['/../..', '/'],
    ['/var/run/docker.sock', '/run/docker.sock'],
    ['C:\\var\\log', '/var/log'],
    ['\\\\.\\pipe\\docker_engine', '/pipe/docker_engine'],
  ];
  for (const [written, meant] of sameAs) {
    it(`${written} is ${meant}`, () => expect(normalise(written)).to.equal(meant));
  }

  it('a name that only begins alike is another folder', () => {
    expect(gradeOf('/etc/kubernetes-docs', root).known).to.equal(false);
    expect(gradeOf('/run/docker.sock.bak', root).known).to.equal(false);
  });

  it('a folder below a known one gives what that gives; the longest known one counts', () => {
    expect(gradeOf('/usr/bin/runc', root).weight).to.be.at.least(TAKES_NODE);
    expect(gradeOf('/var/lib/kubelet/plugins/csi.example', root).weight).to.be.below(TAKES_NODE);
  });

  it('a runtime socket gives the node wherever it lies, but for that of one user', () => {
    for (const path of [
      '/opt/run/containerd.sock',
      '/var/snap/microk8s/common/run/containerd.sock',
      '/run/k0s/containerd.sock',
      '/data/docker.sock',
    ])
      expect(gradeOf(path, reader).weight, path).to.be.at.least(TAKES_NODE);
    expect(gradeOf('/run/user/1000/docker.sock', reader).weight).to.be.below(TAKES_NODE);
    expect(gradeOf('/data/docker.sock.d', reader).known).to.equal(false);
  });

  it('the keys of people and clouds are such in every folder', () => {
    for (const path of [
      '/.aws',
      '/opt/ci/.kube/config',
      '/srv/.config/gcloud',
      '/mnt/.ssh/id_ed25519',
      '/.azure',
    ])
      expect(gradeOf(path, reader).gives, path).to.equal(gradeOf('/home/ci', reader).gives);
    expect(gradeOf('/srv/.awscli', reader).known).to.equal(false);
    expect(gradeOf('/srv/aws', reader).known).to.equal(false);
  });

  it('the files of a distribution give what those of any cluster do', () => {
    const alike = [
      ['/etc/rancher/k3s/k3s.yaml', '/etc/kubernetes/admin.conf'],
      ['/var/snap/microk8s/current/credentials', '/etc/kubernetes'],
      ['/var/lib/k0s/etcd', '/var/lib/etcd'],
      ['/var/lib/k0s/kubelet', '/var/lib/kubelet'],
    ] as const;
    for (const [path, other] of alike) expect(gradeOf(path, root), path).to.deep.equal(gradeOf(other, root));
  });

  it('a read-only mount of a runtime socket, or of what holds it, still gives the node', () => {
    for (const path of ['/run/containerd/containerd.sock', '/run', '/var/run', '/']) {
      expect(gradeOf(path, reader).weight, path).to.be.at.least(TAKES_NODE);
    }
  });

  it('so it does where another version or distribution has its runtime', () => {
    const sockets = [
      '/var/run/containerd.sock',
      '/var/run/crio.sock',
      '/run/host-containerd/containerd.sock',
      '/run/k0s/containerd.sock',
      '/var/snap/microk8s/common/run/containerd.sock',
    ];
    for (const path of sockets) expect(gradeOf(path, reader).weight, path).to.be.at.least(TAKES_NODE);
  });

  it('the keys of a control plane give the node wherever a distribution keeps them', () => {
    for (const path of ['/etc/rancher/k3s', '/etc/srv/kubernetes', '/var/lib/k0s/pki', '/var/snap/microk8s'])
      expect(gradeOf(path, root).weight, path).to.be.at.least(TAKES_NODE);
  });

  it('a read-only mount of programs or settings does not', () => {
    for (const path of ['/usr', '/lib/modules', '/sys', '/proc', '/boot', '/opt/cni/bin']) {
      expect(gradeOf(path, reader).weight, path).to.be.below(TAKES_NODE);
    }
  });

  it('no path gives the node to a user that is not root', () => {
    for (const path of ['/', '/etc', '/run/docker.sock', '/var/lib/kubelet', '/proc']) {
      expect(gradeOf(path, user).weight, path).to.be.below(TAKES_NODE);
    }
  });

  const segment = fc.constantFrom(
    'etc',
    'var',
    'lib',
    'run',
    'kubelet',
    'log',
    'usr',
    'opt',
    'data',
    'cron.d',
    'pods',
  );
  const path = fc.array(segment, { maxLength: 4 }).map((segments) => `/${segments.join('/')}`);

  it('writing never gives less than reading, nor root less than another user', () => {
    fc.assert(
      fc.property(path, (any) => {
        expect(gradeOf(any, root).weight).to.be.at.least(gradeOf(any, reader).weight);
        expect(gradeOf(any, reader).weight).to.be.at.least(
          gradeOf(any, { write: false, root: false }).weight,
        );
      }),
    );
  });

  it('the same path in other words has the same grade', () => {
    fc.assert(
      fc.property(path, (any) => {
        expect(gradeOf(`${any}/x/..//`, root)).to.deep.equal(gradeOf(any, root));
      }),
    );
  });

  describe('as they are mounted', () => {
    it('only the part that subPath names counts', async () => {
      expect(findIn(hostPathTakeover, await podWith('/', { subPath: 'var/log' }))).to.deep.equal([]);
      expect(findIn(hostPathTakeover, await podWith('/etc', { subPathExpr: 'cron.d/$(NODE)' }))).to.not.be
        .empty;
    });

    it('the worst mount counts', async () => {
      const found = findIn(hostPathTakeover, await podWith('/var/lib/kubelet', { readOnly: true }));
      expect(found.map(({ message }) => message).join()).to.contain('read-only');
    });

    it('a container that cannot be root gets less', async () => {
      const judged = await podWith('/', { readOnly: true }, { runAsNonRoot: true });
      expect(findIn(hostPathTakeover, judged)).to.deep.equal([]);
      expect(findIn(hostPathMount, judged).map(({ weight }) => weight)).to.deep.equal([0.55]);
    });

    it('leads to the node', async () => {
      const [found] = findIn(hostPathTakeover, await podWith('/', {}));
      expect(found?.leadsTo?.consequence).to.equal('node');
      expect(found?.leadsTo?.steps.map(({ from, to }) => `${from} -> ${to}`)).to.deep.equal([
        'ops/pod/agent -> node',
      ]);
    });

    it('of the database of the cluster leads to all Secrets', async () => {
      const [found] = findIn(hostPathTakeover, await podWith('/var/lib/etcd', {}));
      expect(found?.leadsTo?.consequence).to.equal('all-secrets');
    });
  });
});

describe('capabilities', () => {
  const pod = { hostPID: false } as Parameters<typeof gradeOfCapability>[1];

  it('are named in any case, with or without CAP_', () => {
    expect(['sys_admin', 'CAP_SYS_ADMIN', 'cap_Sys_Admin'].map(nameOf)).to.deep.equal(
      Array.from({ length: 3 }, () => 'SYS_ADMIN'),
    );
  });

  it('dropping all and adding some defaults back is never worse than keeping all', () => {
    const all = Math.max(...defaults.map((name) => gradeOfCapability(name, pod).weight));
    expect(all).to.equal(0.15);
  });

  it('SYS_PTRACE takes the node where the pod sees its processes', () => {
    expect(gradeOfCapability('SYS_PTRACE', pod).weight).to.be.below(TAKES_NODE);
    expect(gradeOfCapability('SYS_PTRACE', { ...pod, hostPID: true }).weight).to.be.at.least(TAKES_NODE);
  });

  it('none takes the node from a user namespace', () => {
    expect(gradeOfCapability('ALL', { ...pod, hostUsers: false }).weight).to.be.below(TAKES_NODE);
  });

  it('one that is not known counts', () => {
    expect(gradeOfCapability('FROM_THE_FUTURE', pod).weight).to.equal(0.35);
    expect(gradeOfCapability('constructor', pod).weight).to.equal(0.35);
  });
});
