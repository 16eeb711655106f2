import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { ApiClient } from './api-client.ts';
import { resolveBinaries } from './binaries.ts';
import { ensureCertificates, readPair } from './certificates.ts';
import { lastLines } from './children.ts';
import { type ComponentName, componentsOf, portNames } from './components.ts';
import { writeConfigFiles } from './config-files.ts';
import { kwokRole } from './kwok.ts';
import { layoutOf } from './layout.ts';
import { ensureNodes, readyNodes } from './nodes.ts';
import { freePorts } from './ports.ts';
import { Problem } from './problem.ts';
import { elapsed, type Log } from './progress.ts';
import { claim } from './state.ts';
import { ComponentFailed, type OnFailure, Supervisor } from './supervisor.ts';
import { waitFor } from './wait.ts';

export interface ControlPlaneOptions {
  /** Where to keep everything; kept after stop. Without it: a new temporary folder, removed by stop. */
  readonly dir?: string;
  /** Remove `dir`, too, when it stops. */
  readonly temporary?: boolean;
  readonly nodes?: number;
  readonly podsPerNode?: number;
  readonly audit?: boolean;
  readonly log: Log;
  /** Ends a start that is under way; what was started by then is ended. */
  readonly signal?: AbortSignal;
  readonly onFailure?: OnFailure;
}

export interface ControlPlane {
  readonly dir: string;
  readonly kubeconfig: string;
  /** https://127.0.0.1:PORT */
  readonly server: string;
  readonly kubectl: string;
  readonly auditLog?: string;
  readonly processes: () => readonly { readonly name: ComponentName; readonly pid: number }[];
  /** Ends one component and leaves it down; SIGKILL unless told otherwise. */
  readonly kill: (name: ComponentName, signal?: NodeJS.Signals) => Promise<void>;
  /** Starts it again on the same port with the same certificates, and waits until it is healthy. */
  readonly restart: (name: ComponentName) => Promise<void>;
  /** Ends everything and returns when nothing is left. May be called twice. */
  readonly stop: () => Promise<void>;
}

const STARTS = 3;

/**
 * Starts etcd, API server, controller manager, scheduler and KWOK, and returns when they can be used: the API
 * server is ready, every Node is Ready, and the default service account exists.
 * @throws Problem with the failing component's last lines; nothing is left running then
 */
export async function startControlPlane(options: ControlPlaneOptions): Promise<ControlPlane> {
  const binaries = await resolveBinaries({ log: options.log, signal: options.signal });
  const temporary = options.temporary ?? options.dir === undefined;
  const dir = resolve(options.dir ?? mkdtempSync(join(tmpdir(), 'hexarisk-control-plane-')));
  for (let left = STARTS - 1; ; left--) {
    await claim(dir);
    const supervisor = new Supervisor({
      layout: layoutOf(dir),
      binaries,
      temporary,
      onFailure: options.onFailure,
    });
    try {
      return await startOnce(supervisor, options);
    } catch (error) {
      const again = left > 0 && isPortTaken(error);
      const logGoes = !again && temporary && error instanceof ComponentFailed;
      const reported = logGoes ? error.withLogKept() : error;
      await supervisor.stop({ keepFolder: again });
      if (!again) throw reported;
      options.log('a port was taken meanwhile; trying others');
    }
  }
}

async function startOnce(supervisor: Supervisor, options: ControlPlaneOptions): Promise<ControlPlane> {
  const { layout, binaries } = supervisor;
  const { nodes = 3, podsPerNode = 110, audit = false, log, signal } = options;
  const begin = Date.now();
  await ensureCertificates(layout.certificates);
  const ports = await freePorts(portNames);
  await writeConfigFiles({ layout, ports, audit });
  const api = new ApiClient(await readPair(layout.certificates, 'admin'));
  supervisor.use(componentsOf({ layout, ports, audit }), api);
  const server = `https://127.0.0.1:${ports['kube-apiserver']}`;

  await supervisor.start('etcd', signal);
  await supervisor.start('kube-apiserver', signal);
  const kwokAndNodes = async () => {
    await createRole(api, server);
    await ensureNodes(api, server, { count: nodes, podsPerNode, kubeletPort: ports.kwok });
    await supervisor.start('kwok', signal);
  };
  await Promise.all([
    supervisor.start('kube-controller-manager', signal),
    supervisor.start('kube-scheduler', signal),
    kwokAndNodes(),
  ]);
  await waitUntilUsable(api, server, nodes, signal);
  supervisor.ready(server);
  log(`control plane ready in ${elapsed(begin)}: ${nodes} nodes, ${server}`);
  return {
    dir: layout.dir,
    kubeconfig: layout.kubeconfig,
    server,
    kubectl: binaries.kubectl,
    ...(audit ? { auditLog: layout.auditLog } : {}),
    processes: () => supervisor.processes(),
    kill: (name, killSignal) => supervisor.kill(name, killSignal),
    restart: (name) => supervisor.restart(name),
    stop: () => supervisor.stop(),
  };
}

async function createRole(api: ApiClient, server: string): Promise<void> {
  for (const { path, object } of kwokRole) {
    const { status, text } = await api.send('POST', server + path, object);
    if (status !== 201 && status !== 409) throw new Problem(`creating ${object.metadata.name}: ${text}`);
  }
}

async function waitUntilUsable(
  api: ApiClient,
  server: string,
  nodes: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  const account = `${server}/api/v1/namespaces/default/serviceaccounts/default`;
  await waitFor(
    async () => {
      const ready = await readyNodes(api, server);
      if (ready !== nodes) throw new Error(`${ready} are Ready`);
      return true;
    },
    { what: `${nodes} Nodes to be Ready`, timeoutMs: 60_000, everyMs: 100, signal },
  );
  await waitFor(async () => ((await api.isHealthy(account)) ? true : undefined), {
    what: 'the default service account',
    timeoutMs: 60_000,
    signal,
  });
}

const isPortTaken = (error: unknown): boolean =>
  error instanceof ComponentFailed && /address already in use/.test(lastLines(error.log, 50));
