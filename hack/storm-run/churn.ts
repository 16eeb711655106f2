/** What goes on in a cluster meanwhile: things come, change and go, some of them by the hand of somebody careless. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Deployment, KubeObject } from '../bench-run/objects.ts';
import type { Random } from '../bench-run/random.ts';
import { defaultDeny, namespaceObject } from '../bench-run/surroundings.ts';
import { type Api, ask, create, itemsOf, patch, remove } from './api.ts';
import { vulnerabilityReport, type StormWorld } from './world.ts';

export interface Churn {
  /** How many changes there were. */
  stop(): Promise<number>;
}

interface Means {
  readonly api: Api;
  readonly world: StormWorld;
  readonly random: Random;
}

type Operation = (means: Means) => Promise<unknown>;

const EVERY_MS = 150;
/** Several of each, so that the world stays about as large as it is. */
const EXTRAS = 8;

export function startChurn(means: Means): Churn {
  const over = new AbortController();
  const run = async () => {
    let count = 0;
    for (; !over.signal.aborted; count += 1) {
      await means.random.pick(operations)(means);
      await sleep(EVERY_MS, undefined, { signal: over.signal }).catch(() => undefined);
    }
    return count;
  };
  const running = run();
  // its failure is told by `stop`
  running.catch(() => undefined);
  return {
    stop: () => {
      over.abort();
      return running;
    },
  };
}

/** There or not, as chance has it. */
const mayBe = ({ api, random }: Means, object: KubeObject): Promise<unknown> =>
  random.chance(0.5) ? create(api, object) : remove(api, object);

const anyDeployment = ({ random, world }: Means): Deployment => random.pick(world.load.changeable);
const anyNamespace = (means: Means): string => anyDeployment(means).metadata.namespace;

/** Its score goes up or down by much. */
export function turnPrivileged(api: Api, deployment: Deployment, isPrivileged: boolean): Promise<unknown> {
  const securityContext = {
    privileged: isPrivileged,
    ...(isPrivileged ? { allowPrivilegeEscalation: true } : {}),
  };
  const containers = [{ name: 'app', securityContext }];
  const change = { spec: { template: { spec: { containers } } } };
  return patch(api, deployment, change, 'application/strategic-merge-patch+json');
}

const extraDeployment = (means: Means): Deployment => {
  const { spec } = anyDeployment(means);
  const name = `extra-${means.random.int(EXTRAS)}`;
  const metadata = { name, namespace: anyNamespace(means) };
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec };
};

const barePod = (means: Means): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: `bare-${means.random.int(EXTRAS)}`, namespace: anyNamespace(means) },
  spec: { containers: [{ name: 'main', image: 'example/bare:1' }] },
});

const adminBinding = (means: Means): KubeObject => ({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRoleBinding',
  metadata: { name: `storm-${means.random.int(EXTRAS)}` },
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
  subjects: [{ kind: 'ServiceAccount', name: 'default', namespace: anyNamespace(means) }],
});

const wayIn = (means: Means): KubeObject => {
  const { metadata, spec } = anyDeployment(means);
  const { selector } = spec as { readonly selector: { readonly matchLabels: object } };
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: `way-in-${metadata.name}`, namespace: metadata.namespace },
    spec: { type: 'NodePort', selector: selector.matchLabels, ports: [{ port: 80, targetPort: 8080 }] },
  };
};

async function scanned(means: Means): Promise<unknown> {
  const namespace = anyNamespace(means);
  const replicaSets = await itemsOf(means.api, `/apis/apps/v1/namespaces/${namespace}/replicasets`);
  if (replicaSets.length === 0) return undefined;
  return mayBe(means, vulnerabilityReport(namespace, means.random.pick(replicaSets).metadata.name));
}

/** A report that somebody edits or deletes by hand. */
async function meddled({ api, random }: Means): Promise<unknown> {
  const reports = await itemsOf(api, '/apis/hexarisk.dev/v1alpha1/riskreports');
  if (reports.length === 0) return undefined;
  const report = random.pick(reports);
  if (random.chance(0.5)) return remove(api, report);
  return patch(api, report, { report: { score: random.int(100), owner: { team: 'nobody' } } });
}

/** A namespace that goes with all that is in it. */
async function guest(means: Means): Promise<unknown> {
  const namespace = namespaceObject('guest', 'guests', false);
  if (means.random.chance(0.5)) return remove(means.api, namespace);
  await create(means.api, namespace);
  const { spec } = anyDeployment(means);
  const metadata = { name: 'visitor', namespace: 'guest' };
  const path = '/apis/apps/v1/namespaces/guest/deployments';
  const body = JSON.stringify({ apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec });
  // refused while the namespace goes
  return ask(means.api, { method: 'POST', path, body }).catch(() => undefined);
}

const operations: readonly Operation[] = [
  (means) => turnPrivileged(means.api, anyDeployment(means), means.random.chance(0.5)),
  (means) => turnPrivileged(means.api, anyDeployment(means), means.random.chance(0.5)),
  (means) => patch(means.api, anyDeployment(means), { spec: { replicas: means.random.int(3) } }),
  (means) => mayBe(means, extraDeployment(means)),
  (means) => mayBe(means, barePod(means)),
  (means) => mayBe(means, adminBinding(means)),
  (means) => mayBe(means, wayIn(means)),
  (means) => mayBe(means, defaultDeny(anyNamespace(means))),
  (means) =>
    patch(means.api, namespaceObject(anyNamespace(means), '', false), {
      metadata: { labels: { team: means.random.pick(['payments', 'search', 'data']) } },
    }),
  scanned,
  meddled,
  guest,
];
