import { expect } from 'chai';
import { projector } from '../../../../src/observe/project.ts';
import { createStore } from '../../../../src/observe/store.ts';
import { defaultPolicy } from '../../../../src/policy/policy.ts';
import type { Escalation } from '../../../../src/world/escalation/escalation.ts';
import { surroundingsLayer } from '../../../../src/world/surroundings/layer.ts';
import type { Resource } from '../../../../src/world/world.ts';
import { account, binding, type Raw, role, subject } from '../../../support/rbac.ts';

const pod = (name: string): Raw => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'shop' },
  spec: { serviceAccountName: name, containers: [{ name: 'main', image: 'main:1' }] },
});
const everything = { apiGroups: ['*'], resources: ['*'], verbs: ['*'] };
const tokenOf = (name: string) => ({
  apiGroups: [''],
  resources: ['serviceaccounts/token'],
  verbs: ['create'],
  resourceNames: [name],
});

/** Pods `web` and `other` with accounts of these names; `web` may act as `boss`, who may do anything. */
async function cluster() {
  const [store, project, layer] = [createStore(), projector(), surroundingsLayer()];
  const put = async (resource: Resource, ...objects: readonly Raw[]): Promise<void> => {
    for (const projected of await project(resource, objects)) {
      if (!('object' in projected)) throw new Error(projected.problem);
      store.put(resource, projected.object);
    }
  };
  await put('pods', pod('web'), pod('other'));
  await put('serviceaccounts', ...['web', 'other', 'boss'].map((name) => account('shop', name)));
  await put('clusterroles', role('all', everything));
  await put('roles', role('shop/minter', tokenOf('boss')));
  await put('rolebindings', binding('shop/minter', 'Role/minter', subject('sa:shop/web')));
  await put('clusterrolebindings', binding('one', 'ClusterRole/all', subject('sa:shop/boss')));
  return {
    put,
    remove: (resource: Resource, name: string) => store.remove(resource, { namespace: '', name }),
    of: (name: string): Escalation => {
      const world = store.world(0, 0);
      const workload = layer.workloads(world).get(`/Pod/shop/${name}`);
      if (workload === undefined) throw new Error(`there is no pod ${name}`);
      return layer.of(workload, world, defaultPolicy).escalation;
    },
  };
}

const route = ({ paths: [worst] }: Escalation): readonly string[] => worst?.steps.map(({ to }) => to) ?? [];
const lastObjects = ({ paths: [worst] }: Escalation): readonly string[] =>
  worst?.steps.at(-1)?.because.map(({ object }) => object.name) ?? [];

describe('escalation in a cluster that changes', () => {
  it('tells of a change at the far end of a way, which leaves its near end as it was', async () => {
    const { put, remove, of } = await cluster();
    expect(route(of('web'))).to.deep.equal(['sa:shop/web', 'sa:shop/boss', 'cluster-admin']);
    expect(lastObjects(of('web'))).to.deep.equal(['all', 'one']);
    await put('clusterrolebindings', binding('two', 'ClusterRole/all', subject('sa:shop/boss')));
    remove('clusterrolebindings', 'one');
    expect(lastObjects(of('web'))).to.deep.equal(['all', 'two']);
    remove('clusterrolebindings', 'two');
    expect(route(of('web'))).to.deep.equal([]);
  });

  it('keeps the objects of a workload while others change, whatever they become', async () => {
    const { put, of } = await cluster();
    const before = of('web');
    await put('clusterrolebindings', binding('third', 'ClusterRole/all', subject('sa:shop/other')));
    expect(route(of('other'))).to.deep.equal(['sa:shop/other', 'cluster-admin']);
    expect(of('web')).to.equal(before);
    await put('clusterrolebindings', binding('fourth', 'ClusterRole/all', subject('sa:shop/nobody')));
    expect(of('web')).to.equal(before);
  });

  it('looks again at a workload that was not asked for during several changes', async () => {
    const { put, remove, of } = await cluster();
    expect(route(of('web'))).to.not.be.empty;
    remove('clusterrolebindings', 'one');
    of('other');
    await put('clusterrolebindings', binding('third', 'ClusterRole/all', subject('sa:shop/other')));
    of('other');
    expect(route(of('web'))).to.deep.equal([]);
  });

  it('tells of a grant to nobody in particular, and of its end', async () => {
    const { put, remove, of } = await cluster();
    expect(of('other').rights).to.deep.equal([]);
    await put('clusterrolebindings', binding('open', 'ClusterRole/all', subject('user:system:anonymous')));
    expect(route(of('other'))).to.deep.equal(['sa:shop/other', 'cluster-admin']);
    remove('clusterrolebindings', 'open');
    expect(of('other').rights).to.deep.equal([]);
  });

  it('tells of a change of a role that nobody is bound to yet', async () => {
    const { put, of } = await cluster();
    const rbac = 'rbac.authorization.k8s.io';
    const rules = [
      { apiGroups: [rbac], resources: ['clusterroles'], verbs: ['bind'], resourceNames: ['spare'] },
      { apiGroups: [rbac], resources: ['clusterrolebindings'], verbs: ['create'] },
    ];
    await put('clusterroles', role('binder', ...rules), role('spare'));
    await put('clusterrolebindings', binding('binder', 'ClusterRole/binder', subject('sa:shop/other')));
    expect(route(of('other'))).to.deep.equal([]);
    await put('clusterroles', role('spare', everything));
    expect(route(of('other'))).to.deep.equal(['sa:shop/other', 'cluster-admin']);
    expect(lastObjects(of('other'))).to.include('spare');
  });
});
