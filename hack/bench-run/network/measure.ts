/**
 * Measures the network layers in a process of its own: run with --expose-gc as `measure.ts WORKLOADS SEED`, it prints
 * the figures as JSON. Objects are projected and stored as the operator does it; that is not part of what is measured.
 */
import { readFileSync } from 'node:fs';
import { checks } from '../../../src/axes/index.ts';
import { projector } from '../../../src/observe/project.ts';
import { createStore, type Store } from '../../../src/observe/store.ts';
import { defaultPolicy } from '../../../src/policy/policy.ts';
import { assessor } from '../../../src/score/assessor.ts';
import { type Network, networkLayer } from '../../../src/world/exposure/network.ts';
import { footholdOf } from '../../../src/world/lateral/foothold.ts';
import { lateralLayer } from '../../../src/world/lateral/layer.ts';
import { keyedLayer } from '../../../src/world/layer.ts';
import { declaredOf, declaringIn } from '../../../src/world/surroundings/selection.ts';
import type { Resource, World } from '../../../src/world/world.ts';
import { workloadsByNamespaceLayer, workloadsLayer } from '../../../src/world/workload/workloads.ts';
import { median, rounded } from '../statistics.ts';
import { generate, loadOf, type NetworkLoad, policyAt, type Raw } from './generate.ts';

const CHANGES = 20;

/** Milliseconds by the clock, and of CPU by all threads of this process: what others do matters less to that. */
interface Took {
  readonly ms: number;
  readonly cpuMs: number;
}

function timed<T>(work: () => T): { readonly result: T; readonly took: Took } {
  const begun = performance.now();
  const before = process.cpuUsage();
  const result = work();
  const { user, system } = process.cpuUsage(before);
  const ms = rounded(performance.now() - begun, 1);
  return { result, took: { ms, cpuMs: rounded((user + system) / 1000, 1) } };
}

/** Bytes that are alive, after a collection. */
function alive(): number {
  (globalThis as { gc?: () => void }).gc?.();
  return process.memoryUsage().heapUsed;
}

const inMB = (bytes: number): number => rounded(bytes / 1e6);
const peakMB = (): number =>
  inMB(Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) * 1024);

type Put = (resource: Resource, raw: Raw) => Promise<void>;

/** Puts objects into the store as a reflector would. */
function putting(store: Store): Put {
  const projects = projector();
  return async (resource, raw) => {
    for (const outcome of await projects(resource, [raw])) {
      if (!('object' in outcome)) throw new Error(`${outcome.name}: ${outcome.problem}`);
      store.put(resource, outcome.object);
    }
  };
}

/** The networks of all workloads, as the surroundings derive them. */
function deriving(): (world: World) => ReadonlyMap<string, Network> {
  const workloads = workloadsByNamespaceLayer();
  const network = networkLayer();
  const declared = keyedLayer(declaredOf);
  return (world) => {
    const found = new Map<string, Network>();
    for (const [namespace, here] of workloads(world)) {
      const own = declared.get(namespace, ...declaringIn(world.tables, namespace));
      const ground = network.groundOf(namespace, world, own);
      for (const [key, workload] of here) found.set(key, network.of(workload, ground));
    }
    return found;
  };
}

/** Lateral movement over the networks that were derived: of the whole graph at once. */
function spreading(world: World, networks: ReadonlyMap<string, Network>) {
  const layer = lateralLayer();
  const workloads = [...workloadsLayer()(world).values()];
  const { result, took } = timed(() => {
    const footholds = workloads.flatMap((workload) => {
      const network = networks.get(workload.key);
      return network === undefined ? [] : [footholdOf(workload, network.exposure, new Map(), new Map())];
    });
    for (const _ of layer.update(world, [footholds])); // to its end
    return workloads.map(({ key }) => layer.of(key));
  });
  return { took, reached: result.filter(({ approaches }) => approaches.length > 0).length };
}

/** A policy that lets in one peer more than it did. */
function widened(load: NetworkLoad, index: number): Raw {
  const raw = policyAt(load, index);
  const spec = raw['spec'] as { readonly ingress?: readonly object[] };
  const added = { from: [{ podSelector: { matchLabels: { added: 'true' } } }] };
  return { ...raw, spec: { ...spec, ingress: [...(spec.ingress ?? []), added] } };
}

/** Changes one policy after the other: how long it takes, and how many workloads get another network each time. */
async function changes(
  load: NetworkLoad,
  store: Store,
  put: Put,
  derive: (world: World) => ReadonlyMap<string, Network>,
) {
  let before = derive(store.world(0, 0));
  const found: (Took & { readonly changed: number })[] = [];
  for (let index = load.namespaces; index < Math.min(load.policies, load.namespaces + CHANGES); index += 1) {
    await put('networkpolicies', widened(load, index));
    const world = store.world(0, 0);
    const { result, took } = timed(() => derive(world));
    const changed = [...result].filter(([key, network]) => before.get(key) !== network).length;
    found.push({ ...took, changed });
    before = result;
  }
  return found;
}

/** The same through the whole assessment: the time of a sweep, and how many reports it gives anew. */
async function sweeps(load: NetworkLoad, store: Store, put: Put) {
  const assess = assessor(checks);
  const sweep = () => {
    const world = store.world(0, 0);
    const { result, took } = timed(
      () => [...assess.each(world, defaultPolicy)].filter(({ changed }) => changed).length,
    );
    return { ...took, reports: result };
  };
  const all = sweep();
  await put('networkpolicies', widened(load, load.policies - 1));
  return { all, oneChange: sweep() };
}

async function measure(load: NetworkLoad): Promise<object> {
  const store = createStore();
  const put = putting(store);
  let objects = 0;
  for (const [resource, some] of generate(load)) {
    for (const raw of some) {
      await put(resource, raw);
      objects += 1;
    }
  }
  const world = store.world(0, 0);
  const aliveBefore = alive();
  const derive = deriving();
  const { result, took } = timed(() => derive(world));
  const heapDuring = process.memoryUsage().heapUsed - aliveBefore;
  const peak = peakMB();
  const kept = alive() - aliveBefore;
  const lateral = spreading(world, result);
  const changed = await changes(load, store, put, derive);
  return {
    load,
    objects,
    workloads: result.size,
    openToTheInternet: [...result.values()].filter(({ exposure }) => exposure.level === 'internet').length,
    fromNothing: took,
    lateral,
    memoryMB: {
      world: inMB(aliveBefore),
      networks: inMB(kept),
      whileDeriving: inMB(heapDuring),
      process: peak,
    },
    policyChange: {
      medianMs: median(changed.map(({ ms }) => ms)),
      medianCpuMs: median(changed.map(({ cpuMs }) => cpuMs)),
      mostMs: Math.max(...changed.map(({ ms }) => ms)),
      workloadsChanged: {
        median: median(changed.map((one) => one.changed)),
        most: Math.max(...changed.map((one) => one.changed)),
      },
    },
    sweep: await sweeps(load, store, put),
  };
}

const [workloads = '10000', seed = '1'] = process.argv.slice(2);
process.stdout.write(`${JSON.stringify(await measure(loadOf(Number(workloads), Number(seed))))}\n`);
