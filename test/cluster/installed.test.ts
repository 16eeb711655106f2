import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { get as getOver } from 'node:https';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect } from 'chai';
import { dump, load, loadAll } from 'js-yaml';
import { bundle, ENTRY } from '../../hack/build-run/bundle.ts';
import { demoFolder, workloadsOf } from '../../hack/demo-run/manifests.ts';
import { apply, eventually, get, kubectl, sharedControlPlane, START_TIMEOUT_MS } from './harness.ts';
import { optionalCrds } from './objects.ts';
import { report } from './operator-process.ts';

const root = join(import.meta.dirname, '../..');
const manifests = join(root, 'manifests');
const USER = 'system:serviceaccount:hexarisk:hexarisk';

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly rules?: readonly Rule[];
}

interface Container {
  readonly args: readonly string[];
  readonly env: readonly { readonly name: string; readonly value: string }[];
  readonly resources: { readonly requests: { readonly memory: string } };
}

interface Deployment {
  readonly spec: { readonly template: { readonly spec: { readonly containers: readonly [Container] } } };
}

interface AuditEvent {
  readonly verb: string;
  readonly requestURI: string;
  readonly stage: string;
  readonly user: { readonly username: string };
  readonly objectRef?: {
    readonly resource?: string;
    readonly apiGroup?: string;
    readonly subresource?: string;
  };
  readonly responseStatus?: { readonly code?: number };
  readonly annotations?: Readonly<Record<string, string>>;
}

/** What the Deployment runs, on loopback and on ports that are free. */
interface Installed {
  /** Lines of the log, as they were written. */
  readonly log: readonly string[];
  readonly pid: number;
  said(text: string): boolean;
  ready(): Promise<boolean>;
  /** The status with which /metrics answers. */
  metrics(token?: string): Promise<number>;
  stop(): Promise<number | null>;
}

describe('the operator as it is installed', function () {
  this.timeout(180_000);
  let folder = '';
  let kubeconfig = '';
  let operator: Installed | undefined;
  const children = new Set<ChildProcess>();

  before(async function () {
    this.timeout(START_TIMEOUT_MS);
    const plane = await sharedControlPlane();
    folder = mkdtempSync(join(tmpdir(), 'hexarisk-installed-'));
    kubeconfig = join(folder, 'kubeconfig');
    await bundle(join(folder, 'app'));
    // so that the rules for them are used too
    for (const crd of optionalCrds) await apply(JSON.stringify(crd));
    await apply(join(root, 'crds')); // an upgrade begins so: what kustomize needs there must not be in the way
    await kubectl('apply', '-k', manifests);
    await apply(demoFolder);
    writeKubeconfig(plane.kubeconfig, kubeconfig, await tokenOf('hexarisk'));
    operator = await start();
    await eventually('all reports to be written', () => operator?.said('all reports are written'), {
      timeoutMs: 60_000,
    });
  });

  after(async function () {
    for (const child of children) child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
    // a namespace that goes would hold up the operators of other tests
    const gone = ['--ignore-not-found', '--wait=false'];
    await kubectl('delete', '-f', demoFolder, ...gone);
    const own = 'namespaces,clusterroles,clusterrolebindings';
    await kubectl('delete', own, '-l', 'app.kubernetes.io/part-of=hexarisk', ...gone);
    await kubectl('delete', 'crd', ...optionalCrds.map(({ metadata }) => metadata.name), ...gone);
    const remaining = () =>
      kubectl('get', 'namespaces', '--field-selector=status.phase=Terminating', '-o=name');
    await eventually('the namespaces to go', async () => (await remaining()) === '', { timeoutMs: 150_000 });
  });

  async function container(): Promise<Container> {
    const deployment = await get<Deployment>('deployment', '-n', 'hexarisk', 'hexarisk');
    return deployment.spec.template.spec.containers[0];
  }

  /** As the kubelet would start it, with the account's token instead of the one in its pod. */
  async function start(): Promise<Installed> {
    const { args, env } = await container();
    const child = spawn(
      process.execPath,
      [join(folder, 'app', ENTRY), ...args.map(onLoopback), '--metrics-auth', `--kubeconfig=${kubeconfig}`],
      {
        cwd: folder,
        stdio: ['ignore', 'ignore', 'pipe'],
        env: {
          HOME: folder,
          PATH: process.env['PATH'],
          ...Object.fromEntries(env.map(({ name, value }) => [name, value])),
        },
      },
    );
    children.add(child);
    const log: string[] = [];
    createInterface({ input: child.stderr }).on('line', (line) => log.push(line));
    const ended = once(child, 'close').then(([code]) => {
      children.delete(child);
      return code as number | null;
    });
    const said = (text: string) => log.some((line) => line.includes(text));
    await eventually('the operator to listen', () => said('"listening"'));
    const listening = JSON.parse(log.find((line) => line.includes('"listening"')) ?? '{}') as {
      readonly metrics: string;
      readonly health: string;
    };
    return {
      log,
      pid: child.pid ?? 0,
      said,
      ready: async () => (await fetch(listening.health)).ok,
      metrics: (token) => statusOf(listening.metrics, token),
      stop: async () => {
        child.kill('SIGTERM');
        return ended;
      },
    };
  }

  const onLoopback = (arg: string): string => arg.replace(/=:\d+$/, '=127.0.0.1:0');
  const tokenOf = async (account: string) =>
    (await kubectl('-n', 'hexarisk', 'create', 'token', account, '--duration=1h')).trim();

  it('is admitted to its namespace, which enforces the level restricted', async () => {
    await kubectl('-n', 'hexarisk', 'rollout', 'status', 'deployment/hexarisk', '--timeout=50s');
  });

  it('reports on every workload of the demo', async () => {
    const expected = await workloadsOf(new AbortController().signal);
    const { items } = await get<{
      readonly items: readonly {
        readonly metadata: { readonly namespace: string };
        readonly workload: { readonly kind: string; readonly name: string };
      }[];
    }>('riskreports', '-A');
    expect(
      items.map(({ metadata, workload }) => `${metadata.namespace}/${workload.kind}/${workload.name}`),
    ).to.include.members([...expected]);
  });

  it('is itself among the lowest: Low', async () => {
    const own = await eventually('its own report', () => report('hexarisk', 'deployment-hexarisk'));
    console.log(`        score ${own.report.score}`);
    expect(own.report.level).to.equal('Low');
    expect(own.report.score).to.be.below(20);
  });

  it('is ready, and says nothing but what it should', async () => {
    expect(await operator?.ready()).to.equal(true);
    const troubles = operator?.log.filter(
      (line) => !line.startsWith('{"') || /"level":"(warn|error)"/.test(line),
    );
    expect(troubles).to.deep.equal([]);
  });

  it('needs no more memory than it requests', async () => {
    const { requests } = (await container()).resources;
    const status = readFileSync(`/proc/${operator?.pid}/status`, 'utf8');
    const used = Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024;
    console.log(`        highest ${used.toFixed(0)} MiB of ${requests.memory}`);
    expect(requests.memory).to.match(/^\d+Mi$/);
    expect(used).to.be.within(1, Number.parseInt(requests.memory, 10));
  });

  it('gives its metrics to whom hexarisk-metrics-reader is bound, and to nobody else', async () => {
    await kubectl('-n', 'hexarisk', 'create', 'serviceaccount', 'scraper');
    const scraper = await tokenOf('scraper');
    expect(await operator?.metrics()).to.equal(401);
    expect(await operator?.metrics(scraper)).to.equal(403);
    const binding = {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name: 'hexarisk-scraper', labels: { 'app.kubernetes.io/part-of': 'hexarisk' } },
      roleRef: {
        apiGroup: 'rbac.authorization.k8s.io',
        kind: 'ClusterRole',
        name: 'hexarisk-metrics-reader',
      },
      subjects: [{ kind: 'ServiceAccount', namespace: 'hexarisk', name: 'scraper' }],
    };
    await apply(JSON.stringify(binding));
    // a refusal is remembered for a while, but for this token only
    const another = await tokenOf('scraper');
    await eventually('the binding to count', async () => (await operator?.metrics(another)) === 200, {
      timeoutMs: 60_000,
    });
  });

  it('writes an Event when a level changes, and deletes a report that no workload has', async () => {
    const before = await report('shop', 'deployment-cart');
    const container = { name: 'cart', securityContext: { privileged: true } };
    const patch = JSON.stringify({ spec: { template: { spec: { containers: [container] } } } });
    await kubectl('-n', 'shop', 'patch', 'deployment', 'cart', '--type=strategic', '-p', patch);
    const raised = await eventually('the level to rise', async () => {
      const found = await report('shop', 'deployment-cart');
      return found?.report.level === before?.report.level ? undefined : found;
    });
    expect(raised.report.score).to.be.greaterThan(before?.report.score ?? 100);
    await eventually('its Event', async () =>
      (await kubectl('-n', 'shop', 'get', 'events.events.k8s.io', '-o=json')).includes('RiskRaised'),
    );

    const stray = { ...raised, metadata: { name: 'deployment-stray', namespace: 'shop' } };
    await apply(JSON.stringify(stray));
    const isGone = async (name: string) => (await report('shop', name)) === undefined;
    await eventually('the report without a workload to go', () => isGone('deployment-stray'));
    await kubectl('-n', 'shop', 'delete', 'deployment', 'catalog', '--wait=false');
    await eventually('the report of a deleted workload to go', () => isGone('deployment-catalog'));
  });

  it('goes on after a restart', async () => {
    expect(await operator?.stop()).to.equal(0);
    operator = await start();
    await eventually('it to be ready', () => operator?.ready());
  });

  describe('its rights, by the audit log of the API server', () => {
    let events: readonly AuditEvent[] = [];
    let granted: ReadonlySet<string> = new Set();

    before(async () => {
      expect(await operator?.stop()).to.equal(0);
      events = await auditOf((await sharedControlPlane()).auditLog ?? '', USER);
      granted = await grantedRights();
    });

    it('were enough: nothing was denied', () => {
      expect(events.length).to.be.greaterThan(50);
      const denied = events.filter(
        ({ responseStatus, annotations }) =>
          responseStatus?.code === 403 ||
          responseStatus?.code === 401 ||
          annotations?.['authorization.k8s.io/decision'] === 'forbid',
      );
      expect(denied.map(({ verb, requestURI }) => `${verb} ${requestURI}`)).to.deep.equal([]);
    });

    it('were all used: there is none that could be taken away', () => {
      const used = new Set(events.flatMap(rightsUsed));
      const unused = [...granted].filter((right) => !used.has(right));
      expect(unused).to.deep.equal([]);
    });

    it('did not come from elsewhere', () => {
      const used = new Set(events.flatMap(rightsUsed));
      expect([...used].filter((right) => !granted.has(right))).to.deep.equal([]);
    });
  });
});

/** Its certificate is self-signed, as long as no other is mounted. */
function statusOf(url: string, token?: string): Promise<number> {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  return new Promise((done, fail) => {
    getOver(url, { headers, rejectUnauthorized: false, agent: false }, (response) => {
      response.resume();
      done(response.statusCode ?? 0);
    }).once('error', fail);
  });
}

function writeKubeconfig(admin: string, to: string, token: string): void {
  const config = load(readFileSync(admin, 'utf8')) as Record<string, unknown>;
  const users = [{ name: 'hexarisk', user: { token } }];
  const [{ cluster }] = config['clusters'] as [{ cluster: unknown }];
  const context = { cluster: 'hexarisk', user: 'hexarisk', namespace: 'hexarisk' }; // as in the pod
  const contexts = [{ name: 'hexarisk', context }];
  const clusters = [{ name: 'hexarisk', cluster }];
  writeFileSync(to, dump({ ...config, clusters, users, contexts, 'current-context': 'hexarisk' }), {
    mode: 0o600,
  });
}

/** What a user has asked for, whatever the answer. */
async function auditOf(auditLog: string, username: string): Promise<readonly AuditEvent[]> {
  const found: AuditEvent[] = [];
  for (const name of readdirSync(dirname(auditLog))) {
    if (!/^audit.*\.log$/.test(name)) continue;
    for await (const line of createInterface({ input: createReadStream(join(dirname(auditLog), name)) })) {
      if (!line.includes(username)) continue;
      const event = JSON.parse(line) as AuditEvent;
      if (event.user.username === username) found.push(event);
    }
  }
  return found;
}

/** `verb group/resource`; server-side apply is `patch`, and `create` as well where the object was not there. */
function rightsUsed({ verb, objectRef, responseStatus }: AuditEvent): readonly string[] {
  if (objectRef?.resource === undefined) return []; // /version, which everyone may ask for
  const { resource, apiGroup = '', subresource } = objectRef;
  const what = `${apiGroup}/${resource}${subresource === undefined ? '' : `/${subresource}`}`;
  const created = verb === 'patch' && responseStatus?.code === 201;
  return created ? [`patch ${what}`, `create ${what}`] : [`${verb} ${what}`];
}

/** As the files have it, not the cluster. */
async function grantedRights(): Promise<ReadonlySet<string>> {
  const files = ['cluster-role.yaml', 'role.yaml'].map((name) => readFileSync(join(manifests, name), 'utf8'));
  const rules = (files.flatMap((text) => loadAll(text)) as readonly Manifest[]).flatMap(
    (manifest) => manifest.rules ?? [],
  );
  return new Set(
    rules.flatMap(({ apiGroups, resources, verbs }) =>
      apiGroups.flatMap((group) =>
        resources.flatMap((resource) => verbs.map((verb) => `${verb} ${group}/${resource}`)),
      ),
    ),
  );
}
