import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { type ControlPlane, startControlPlane } from '../../hack/cluster/control-plane.ts';
import { identityOf } from '../../hack/cluster/process-identity.ts';
import { processesOf, readState } from '../../hack/cluster/state.ts';
import {
  apply,
  eventually,
  freshNamespace,
  get,
  kubectl,
  kubectlOn,
  START_TIMEOUT_MS,
  sharedControlPlane,
} from './harness.ts';

interface Listed<Item> {
  readonly items: readonly Item[];
}
interface Node {
  readonly metadata: { readonly name: string; readonly labels: Readonly<Record<string, string>> };
  readonly spec: { readonly podCIDR: string };
  readonly status: {
    readonly conditions: readonly { readonly type: string; readonly status: string }[];
    readonly nodeInfo: { readonly kubeletVersion: string };
  };
}
interface Pod {
  readonly metadata: { readonly name: string };
  readonly spec: { readonly nodeName?: string };
  readonly status: {
    readonly phase: string;
    readonly podIP?: string;
    readonly containerStatuses?: readonly { readonly imageID: string; readonly ready: boolean }[];
  };
}
interface Service {
  readonly status: { readonly loadBalancer: { readonly ingress?: readonly { readonly ip: string }[] } };
}

const silent = () => undefined;
const isGone = (pid: number): boolean => identityOf(pid) === undefined;

/** What a workload's pods have in common; `kind` and `spec` make it one of the kinds. */
function workload(kind: string, name: string, spec: object = {}): object {
  const labels = { app: name };
  return {
    apiVersion: 'apps/v1',
    kind,
    metadata: { name },
    spec: {
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: { containers: [{ name: 'main', image: 'registry.example:5000/app:1.2' }] },
      },
      ...spec,
    },
  };
}

const list = (...items: object[]): string => JSON.stringify({ apiVersion: 'v1', kind: 'List', items });

describe('control plane', function () {
  this.timeout(120_000);

  before(async function () {
    this.timeout(START_TIMEOUT_MS);
    await sharedControlPlane();
  });

  it('has three Nodes, Ready, each with a pod range of its own', async () => {
    const { items } = await get<Listed<Node>>('nodes');
    expect(items.map((node) => node.metadata.name)).to.deep.equal(['node-1', 'node-2', 'node-3']);
    for (const node of items) {
      expect(node.status.conditions.find((c) => c.type === 'Ready')?.status).to.equal('True');
      expect(node.status.nodeInfo.kubeletVersion).to.equal('v1.37.2');
    }
    expect(new Set(items.map((node) => node.spec.podCIDR)).size).to.equal(3);
  });

  it('runs a Deployment, a StatefulSet and a DaemonSet with node, address and image id', async () => {
    const namespace = await freshNamespace();
    await apply(
      list(
        workload('Deployment', 'deployment', { replicas: 2 }),
        workload('StatefulSet', 'stateful', { replicas: 2, serviceName: 'stateful' }),
        workload('DaemonSet', 'daemon'),
      ),
      '-n',
      namespace,
    );
    const pods = await eventually('7 running pods', async () => {
      const { items } = await get<Listed<Pod>>('pods', '-n', namespace);
      return items.length === 7 && items.every((pod) => pod.status.phase === 'Running') ? items : undefined;
    });
    expect(new Set(pods.map((pod) => pod.status.podIP)).size, 'distinct addresses').to.equal(7);
    for (const pod of pods) {
      expect(pod.spec.nodeName).to.match(/^node-[123]$/);
      const [status] = pod.status.containerStatuses ?? [];
      expect(status?.ready).to.equal(true);
      expect(status?.imageID).to.match(/^registry\.example:5000\/app@sha256:[0-9a-f]{64}$/);
    }
    const ofDaemonSet = pods.filter((pod) => pod.metadata.name.startsWith('daemon-'));
    const nodes = ofDaemonSet.map((pod) => pod.spec.nodeName);
    expect(nodes).to.have.members(['node-1', 'node-2', 'node-3']);
  });

  it('completes a Job', async () => {
    const namespace = await freshNamespace();
    await kubectl('create', 'job', 'once', '--image=busybox', '-n', namespace);
    await kubectl('wait', '--for=condition=complete', 'job/once', '--timeout=30s', '-n', namespace);
  });

  it('gives a Service of type LoadBalancer an address, and takes it back with the type', async () => {
    const namespace = await freshNamespace();
    const addressOf = async (name: string) => {
      const service = await get<Service>('service', name, '-n', namespace);
      return service.status.loadBalancer.ingress?.[0]?.ip;
    };
    for (const name of ['one', 'two']) {
      await kubectl('create', 'service', 'loadbalancer', name, '--tcp=80:80', '-n', namespace);
    }
    const one = await eventually('an address', () => addressOf('one'));
    const two = await eventually('another address', () => addressOf('two'));
    expect(one)
      .to.match(/^198\.1[89]\.\d+\.\d+$/)
      .and.not.equal(two);
    await kubectl('patch', 'service', 'one', '-n', namespace, '-p', '{"spec":{"type":"ClusterIP"}}');
    expect(await addressOf('one')).to.equal(undefined);
  });

  it('refuses a privileged pod where Pod Security enforces restricted', async () => {
    const namespace = await freshNamespace({ 'pod-security.kubernetes.io/enforce': 'restricted' });
    const refused = await kubectl('run', 'evil', '--image=busybox', '--privileged', '-n', namespace).catch(
      (error: Error) => error.message,
    );
    expect(refused).to.contain('violates PodSecurity "restricted');
  });

  it('authorizes by RBAC: a service account may do nothing that nobody granted', async () => {
    const namespace = await freshNamespace();
    const user = `--as=system:serviceaccount:${namespace}:default`;
    const refused = await kubectl('get', 'secrets', user, '-n', namespace).catch(
      (error: Error) => error.message,
    );
    expect(refused).to.contain('Forbidden').and.to.contain('cannot list resource "secrets"');
  });

  it('writes who did what to the audit log', async () => {
    const { auditLog } = await sharedControlPlane();
    const namespace = await freshNamespace();
    await eventually('the creation in the audit log', () =>
      readFileSync(String(auditLog), 'utf8').includes(namespace),
    );
  });

  it('comes back on the same address when the API server was killed', async () => {
    const plane = await sharedControlPlane();
    await plane.kill('kube-apiserver');
    const down = await kubectl('get', 'nodes').catch((error: Error) => error.message);
    expect(down).to.match(/refused/);
    await plane.restart('kube-apiserver');
    expect((await get<Listed<Node>>('nodes')).items).to.have.length(3);
    const namespace = await freshNamespace();
    await apply(list(workload('Deployment', 'after', { replicas: 1 })), '-n', namespace);
    await kubectl('rollout', 'status', 'deployment/after', '--timeout=60s', '-n', namespace);
  });
});

describe('a control plane of its own', function () {
  this.timeout(180_000);
  let plane: ControlPlane | undefined;
  let supervisor: ChildProcess | undefined;
  const folders: string[] = [];
  const folder = (): string => {
    const made = mkdtempSync(join(tmpdir(), 'hexarisk-test-'));
    folders.push(made);
    return made;
  };

  afterEach(async () => {
    await plane?.stop();
    plane = undefined;
    supervisor?.kill('SIGKILL');
    supervisor = undefined;
    for (const made of folders.splice(0)) rmSync(made, { recursive: true, force: true });
  });

  it('runs beside another, with as many nodes as asked, and stop leaves neither process nor folder', async () => {
    const other = await sharedControlPlane();
    plane = await startControlPlane({ nodes: 1, log: silent });
    expect(plane.server).to.not.equal(other.server);
    expect(JSON.parse(await kubectlOn(plane, ['get', 'nodes', '-o', 'json'])))
      .to.have.property('items')
      .with.length(1);
    expect((await get<Listed<Node>>('nodes')).items).to.have.length(3);
    const pids = plane.processes().map(({ pid }) => pid);
    expect(pids).to.have.length(5);
    const begin = Date.now();
    await plane.stop();
    expect(Date.now() - begin, 'ms to stop').to.be.below(10_000);
    expect(pids.filter((pid) => !isGone(pid))).to.deep.equal([]);
    expect(existsSync(plane.dir)).to.equal(false);
  });

  it('goes on with the same data when it is started again in the same folder', async () => {
    const dir = folder();
    plane = await startControlPlane({ dir, nodes: 2, log: silent });
    await kubectlOn(plane, ['create', 'namespace', 'kept']);
    await plane.stop();
    plane = await startControlPlane({ dir, nodes: 1, log: silent });
    expect(await kubectlOn(plane, ['get', 'namespace', 'kept', '-o', 'name'])).to.equal('namespace/kept\n');
    expect(await kubectlOn(plane, ['get', 'nodes', '-o', 'name'])).to.equal('node/node-1\n');
  });

  it('reports a component that ends by itself, with the end of its log', async () => {
    const failure = Promise.withResolvers<Error>();
    plane = await startControlPlane({ nodes: 1, log: silent, onFailure: failure.resolve });
    const scheduler = plane.processes().find(({ name }) => name === 'kube-scheduler');
    process.kill(Number(scheduler?.pid), 'SIGKILL');
    expect((await failure.promise).message).to.match(/^kube-scheduler ended by itself: ended by SIGKILL/);
  });

  for (const { signal, says } of [
    { signal: 'SIGINT', says: 'Ctrl-C' },
    { signal: 'SIGKILL', says: 'SIGKILL' },
  ] as const) {
    it(`leaves no process when its supervisor gets ${says}`, async () => {
      const dir = folder();
      const main = join(import.meta.dirname, '../../hack/cluster/main.ts');
      let said = '';
      const started = spawn(process.execPath, [main, 'start', '--dir', dir, '--nodes=1'], {
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      started.stderr.on('data', (text) => (said += text));
      supervisor = started;
      const state = await eventually(
        'the control plane',
        () => (readState(dir)?.ready ? readState(dir) : undefined),
        { timeoutMs: 90_000 },
      ).catch((error: unknown) => {
        throw new Error(`it said: ${said}`, { cause: error });
      });
      const status = await promisify(execFile)(process.execPath, [main, 'status', '--dir', dir]);
      expect(status.stdout).to.match(/^kube-apiserver +healthy/m);
      const pids = processesOf(state).map(({ pid }) => pid);
      expect(pids).to.have.length(7);
      supervisor.kill(signal);
      await eventually('every process to end', () => pids.every(isGone), { timeoutMs: 20_000 });
    });
  }
});
