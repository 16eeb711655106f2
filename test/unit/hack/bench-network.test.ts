import { expect } from 'chai';
import { generate, loadOf, policyAt } from '../../../hack/bench-run/network/generate.ts';
import { projector } from '../../../src/observe/project.ts';
import { createStore } from '../../../src/observe/store.ts';
import { networkLayer } from '../../../src/world/exposure/network.ts';
import { declaredOf, declaringIn } from '../../../src/world/surroundings/selection.ts';
import { selects } from '../../../src/world/selector.ts';
import type { World } from '../../../src/world/world.ts';
import { workloadsLayer } from '../../../src/world/workload/workloads.ts';

const load = loadOf(200, 7);
const listed = (seed: number) =>
  [...generate({ ...load, seed })].map(([name, some]) => [name, [...some]] as const);

describe('the load of hack/bench network', () => {
  it('is the same for the same seed, and another for another', () => {
    expect(listed(7)).to.deep.equal(listed(7));
    expect(listed(8)).to.not.deep.equal(listed(7));
  });

  it('has 50,000 pods, 2,000 policies, 5,000 Services and 200 namespaces for 10,000 workloads', () => {
    const { workloads, podsOfEach, policies, services, namespaces } = loadOf(10_000, 1);
    expect([workloads * podsOfEach, policies, services, namespaces]).to.deep.equal([50_000, 2000, 5000, 200]);
  });

  it('gives another network to those only that a changed policy selects; the others keep their object', async () => {
    const store = createStore();
    const project = projector();
    for (const [resource, objects] of listed(7)) {
      for (const outcome of await project(resource, objects)) {
        if (!('object' in outcome)) throw new Error(outcome.problem);
        store.put(resource, outcome.object);
      }
    }
    const workloads = workloadsLayer();
    const layer = networkLayer();
    const groundOf = (namespace: string, world: World) =>
      layer.groundOf(namespace, world, declaredOf(...declaringIn(world.tables, namespace)));
    const derive = (world: World) =>
      [...workloads(world).values()].map((workload) => ({
        workload,
        network: layer.of(workload, groundOf(workload.ref.namespace, world)),
      }));
    const before = derive(store.world(0, 0));

    const policies = Array.from({ length: load.policies }, (_, index) => policyAt(load, index));
    const raw = policies.find(({ spec }) =>
      JSON.stringify(spec).startsWith('{"podSelector":{"matchLabels":{"tier"'),
    );
    const spec = raw?.['spec'] as object;
    const closed = { ...raw, spec: { ...spec, ingress: [] } };
    const [changed] = await project('networkpolicies', [closed]);
    if (changed === undefined || !('object' in changed)) throw new Error('no policy');
    store.put('networkpolicies', changed.object);
    const { namespace, name } = changed.object.metadata;
    const world = store.world(0, 0);
    const policy = world.tables.networkpolicies.get(namespace)?.get(name);
    const after = derive(world);

    const differing = after.filter(({ network }, index) => network !== before[index]?.network);
    const selected = after.filter(
      ({ workload: { ref, variants } }) =>
        ref.namespace === namespace &&
        policy !== undefined &&
        variants.some(({ labels }) => selects(policy.podSelector, labels)),
    );
    expect(selected).to.not.be.empty;
    expect(selected.length).to.be.below(after.length);
    const names = (some: typeof after) => some.map(({ workload }) => workload.key);
    expect(names(differing)).to.deep.equal(names(selected));
  });
});
