/**
 * Measures the network layers in a process of its own: run with --expose-gc as `measure.ts WORKLOADS SEED`, it prints
 * the figures as JSON. Objects are projected and stored as the operator does it; that is not part of what is measured.
 */
import { readFileSync } from 'node:fs';
import { checks } from '../../../src/axes/index.ts';
import { projector } from '../../../src/observe/project.ts';
import { createStore, type Store } from '../../../src/observe/store.ts';
import { defaultPolicy } from '../../../src/policy/policy.ts';
import { type Assessor, assessor } from '../../../src/score/assessor.ts';
import { type Network, networkLayer } from '../../../src/world/exposure/network.ts';
import { keyedLayer } from '../../../src/world/layer.ts';
import { declaredOf, declaringIn } from '../../../src/world/selection.ts';
import { selects } from '../../../src/world/selector.ts';
import { type Resource, resources, type World } from '../../../src/world/world.ts';
import { type Workload, workloadsLayer } from '../../../src/world/workloads.ts';
import { median, rounded } from '../statistics.ts';
import { generate, loadOf, type NetworkLoad, type Raw } from './generate.ts';

const CHANGES = 20;
const MB = 1e6;

const heap = (): number => {
  (globalThis as { gc?: () => void }).gc?.();
  return process.memoryUsage().heapUsed;
};
const peakRss = (): number =>
  Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) * 1024;
const ms = (begun: number): number => rounded(performance.now() - begun, 1);

type Project = (resource: Resource, raw: Raw) => Promise<void>;

/** Puts objects into the store as a reflector would. */
function into(store: Store): Project {
  const projects = projector();
  return async (resource, raw) => {
    for (const outcome of await projects(resource, [structuredClone(raw)])) {
      if (!('object' in outcome)) throw new Error(`${outcome.name}: ${outcome.problem}`);
      store.put(resource, outcome.object);
    }
  };
}

/** All workloads' networks, as the surroundings derive them. */
function deriving(): (
  world: World,
  workloads: ReadonlyMap<string, Workload>,
) => ReadonlyMap<string, Network> {
  const network = networkLayer();
  const declared = keyedLayer(declaredOf);
  return (world, workloads) => {
    const found = new Map<string, Network>();
    for (const [key, workload] of workloads) {
      const { namespace } = workload.ref;
      const here = declared.get(namespace, ...declaringIn(world.tables, namespace));
      found.set(key, network.of(workload, world, here));
    }
    network.sweep();
    declared.sweep();
    return found;
  };
}

interface Changed {
  readonly milliseconds: number;
  /** How many workloads have another network, and how many of them the policy selects. */
  readonly networks: number;
  readonly selected: number;
}

const policySpec = (raw: Raw) =>
  raw['spec'] as { readonly podSelector: object; readonly ingress?: readonly object[] };

/** Adds a rule to a policy of the kind that is no default. */
function widened(raw: Raw, round: number): Raw {
  const spec = policySpec(raw);
  const from = [{ podSelector: { matchLabels: { added: `round-${round}` } } }];
  return { ...raw, spec: { ...spec, ingress: [...(spec.ingress ?? []), { from }] } };
}

async function changes(
  load: NetworkLoad,
  policies: readonly Raw[],
  put: Project,
  store: Store,
): Promise<readonly Changed[]> {
  const workloadsOf = workloadsLayer();
  const derive = deriving();
  let before = derive(store.world(0, 0), workloadsOf(store.world(0, 0)));
  const found: Changed[] = [];
  for (let round = 0; round < CHANGES; round += 1) {
    const raw = policies[load.namespaces + round * 7];
    if (raw === undefined) break;
    await put('networkpolicies', widened(raw, round));
    const world = store.world(0, 0);
    const workloads = workloadsOf(world);
    const begun = performance.now();
    const after = derive(world, workloads);
    const milliseconds = ms(begun);
    const { namespace, name } = raw['metadata'] as { namespace: string; name: string };
    const selector = world.tables.networkpolicies.get(namespace)?.get(name)?.podSelector;
    const differ = [...after].filter(([key, network]) => before.get(key) !== network);
    const selected = differ.filter(([key]) => {
      const workload = workloads.get(key);
      return (
        workload?.ref.namespace === namespace &&
        selector !== undefined &&
        workload.variants.some(({ labels }) => selects(selector, labels))
      );
    });
    found.push({ milliseconds, networks: differ.length, selected: selected.length });
    before = after;
  }
  return found;
}

/** The same change through the whole assessment: how long a sweep takes, and how many reports it gives anew. */
async function sweeps(by: Assessor, load: NetworkLoad, policies: readonly Raw[], put: Project, store: Store) {
  const sweep = () => {
    let changed = 0;
    const begun = performance.now();
    for (const one of by.each(store.world(0, 0), defaultPolicy)) if (one.changed) changed += 1;
    return { milliseconds: ms(begun), changed };
  };
  const first = sweep();
  const raw = policies[load.namespaces + 3];
  if (raw !== undefined) await put('networkpolicies', widened(raw, CHANGES));
  return { first, change: sweep() };
}

async function measure(workloads: number, seed: number): Promise<object> {
  const load = loadOf(workloads, seed);
  const store = createStore();
  const put = into(store);
  let policies: readonly Raw[] = [];
  let objects = 0;
  {
    const generated = generate(load);
    policies = generated.get('networkpolicies') ?? [];
    for (const resource of resources) {
      for (const raw of generated.get(resource) ?? []) {
        await put(resource, raw);
        objects += 1;
      }
    }
  }
  const world = store.world(0, 0);
  const present = workloadsLayer()(world);
  const before = heap();
  const derive = deriving();
  const begun = performance.now();
  const networks = derive(world, present);
  const fromNothing = ms(begun);
  const peakHeap = process.memoryUsage().heapUsed - before;
  const kept = heap() - before;
  const touched = await changes(load, policies, put, store);
  const whole = await sweeps(assessor(checks), load, policies, put, store);
  return {
    load,
    objects,
    exposed: [...networks.values()].filter(({ exposure }) => exposure.level === 'internet').length,
    fromNothingMs: fromNothing,
    heapOfWorldMB: rounded(before / MB),
    heapDuringMB: rounded(peakHeap / MB),
    heapKeptMB: rounded(kept / MB),
    peakRssMB: rounded(peakRss() / MB),
    policyChangeMs: {
      median: median(touched.map(({ milliseconds }) => milliseconds)),
      most: Math.max(...touched.map(({ milliseconds }) => milliseconds)),
    },
    networksChanged: touched.reduce((sum, { networks: count }) => sum + count, 0),
    ofThemSelected: touched.reduce((sum, { selected }) => sum + selected, 0),
    wholeSweep: whole,
  };
}

const [workloads = '10000', seed = '1'] = process.argv.slice(2);
process.stdout.write(`${JSON.stringify(await measure(Number(workloads), Number(seed)))}\n`);
