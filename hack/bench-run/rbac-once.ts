/** One size of `hack/bench rbac`, in a process of its own, so that memory is its own: prints one line of JSON. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { projector } from '../../src/observe/project.ts';
import { accessLayer, grantsLayer } from '../../src/world/access/layer.ts';
import { accountOf } from '../../src/world/surroundings/account.ts';
import { worldEscalation } from '../../src/world/escalation/layer.ts';
import { inNamespace, type World } from '../../src/world/world.ts';
import { workloadsByNamespaceLayer, workloadsLayer } from '../../src/world/workload/workloads.ts';
import { POD_CREATOR, rbacStore } from './rbac-objects.ts';
import { median, rounded } from './statistics.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** The first of them are slower: the code that they take is not compiled yet. */
const CHANGES = 30;

/** The layers of the surroundings that permissions decide. Workloads and their accounts are no matter of permissions. */
function layers(world: World) {
  const grants = grantsLayer();
  const access = accessLayer(grants);
  const workloads = workloadsByNamespaceLayer();
  const present = [...workloadsLayer(workloads)(world).values()];
  const asked = present.map((workload) => ({
    workload,
    account: accountOf(workload, inNamespace(world.tables.serviceaccounts, workload.ref.namespace)),
  }));
  const escalation = worldEscalation({ workloads, grants });
  return {
    size: present.length,
    /** @returns access and escalation of each workload, in order */
    derive: (changed: World): readonly unknown[] => {
      const results: unknown[] = [];
      for (const { workload, account } of asked)
        results.push(access(account, changed), escalation.of(workload, changed));
      return results;
    },
  };
}
const heapMb = (): number => {
  collect();
  return process.memoryUsage().heapUsed / 2 ** 20;
};

const peakMb = (): number => process.resourceUsage().maxRSS / 1024;

/** Milliseconds; CPU time counts on a busy machine, and has the garbage collector's threads in it. */
interface Cost {
  readonly wall: number;
  readonly cpu: number;
}

function timed<T>(run: () => T): readonly [Cost, T] {
  const [begun, before] = [performance.now(), process.cpuUsage()];
  const result = run();
  const { user, system } = process.cpuUsage(before);
  return [{ wall: performance.now() - begun, cpu: (user + system) / 1000 }, result];
}

async function measure(accounts: number, seed: number) {
  const [empty, emptyProcess] = [heapMb(), process.memoryUsage().rss / 2 ** 20];
  const store = await rbacStore(accounts, seed);
  const world = store.world(0, 0);
  const { size, derive } = layers(world);
  const before = heapMb();
  const [first, started] = timed(() => derive(world));
  let results = started;
  const peak = peakMb();
  const held = heapMb() - before;

  const projects = projector();
  const times: Cost[] = [];
  let touched = 0;
  for (let index = 0; index < CHANGES; index += 1) {
    const [added] = await projects('rolebindings', [bindingTo(index)]);
    if (added === undefined || !('object' in added)) throw new Error('the binding was not read');
    store.put('rolebindings', added.object);
    const changed = store.world(0, 0);
    const [cost, next] = timed(() => derive(changed));
    times.push(cost);
    touched = next.filter((result, place) => result !== results[place]).length;
    results = next;
  }
  return {
    accounts,
    workloads: size,
    firstMs: rounded(first.wall),
    firstCpuMs: rounded(first.cpu),
    changeMs: rounded(median(times.map(({ wall }) => wall)), 1),
    changeCpuMs: rounded(median(times.map(({ cpu }) => cpu)), 1),
    bestChangeMs: rounded(Math.min(...times.map(({ wall }) => wall)), 1),
    resultsTouched: touched,
    worldMb: rounded(before - empty, 1),
    heapMb: rounded(held, 1),
    emptyMb: rounded(emptyProcess),
    firstMb: rounded(peak),
    processMb: rounded(peakMb()),
  };
}

/** Lets one more account create pods in its namespace. */
const bindingTo = (index: number) => ({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'RoleBinding',
  metadata: { name: `added-${index}`, namespace: `ns-${index}` },
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: POD_CREATOR.metadata.name },
  subjects: [{ kind: 'ServiceAccount', name: `sa-${index * 20}`, namespace: `ns-${index}` }],
});

const [accounts = '1000', seed = '1'] = process.argv.slice(2);
process.stdout.write(`${JSON.stringify(await measure(Number(accounts), Number(seed)))}\n`);
