import { expect } from 'chai';
import { createStore } from '../../../src/observe/store.ts';
import type { Slim } from '../../../src/world/objects.ts';
import { find, inNamespace } from '../../../src/world/world.ts';

const namespaced = (
  namespace: string,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): Slim => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: {
    namespace,
    name,
    uid: '',
    labels,
    annotations: {},
    ownerReferences: [],
    deleting: false,
    managers: [],
  },
});

describe('the store', () => {
  it('hands out pictures that later changes do not touch', () => {
    const store = createStore();
    store.put('services', namespaced('shop', 'web'));
    const before = store.world(0, 0);
    store.put('services', namespaced('shop', 'api'));
    store.remove('services', { namespace: 'shop', name: 'web' });
    expect([...inNamespace(before.tables.services, 'shop').keys()]).to.deep.equal(['web']);
    expect([...inNamespace(store.world(0, 0).tables.services, 'shop').keys()]).to.deep.equal(['api']);
  });

  it('keeps the references of namespaces and kinds that did not change', () => {
    const store = createStore();
    store.put('services', namespaced('shop', 'web'));
    store.put('services', namespaced('data', 'db'));
    store.put('ingresses', namespaced('shop', 'web'));
    const before = store.world(0, 0).tables;
    store.put('services', namespaced('shop', 'api'));
    const after = store.world(0, 0).tables;
    expect(after.ingresses).to.equal(before.ingresses);
    expect(after.services.get('data')).to.equal(before.services.get('data'));
    expect(after.services.get('shop')).to.not.equal(before.services.get('shop'));
  });

  it('takes an object that is the same in slim form for no change', () => {
    const store = createStore();
    expect(store.put('services', namespaced('shop', 'web', { app: 'web' }))).to.equal(true);
    expect(store.put('services', namespaced('shop', 'web', { app: 'web' }))).to.equal(false);
    expect(store.put('services', namespaced('shop', 'web', { app: 'other' }))).to.equal(true);
  });

  it('finds on a list what was deleted in the meantime', () => {
    const store = createStore();
    store.replace('services', [namespaced('shop', 'web'), namespaced('data', 'db')]);
    expect(store.replace('services', [namespaced('shop', 'web')])).to.equal(true);
    const { services } = store.world(0, 0).tables;
    expect(find(services, 'data', 'db')).to.equal(undefined);
    expect([...services.keys()]).to.deep.equal(['shop']);
    expect(store.replace('services', [namespaced('shop', 'web')])).to.equal(false);
  });

  it('forgets the objects of a resource that is missing, and says why', () => {
    const store = createStore();
    store.put('services', namespaced('shop', 'web'));
    expect(store.setMissing('services', 'not allowed')).to.equal(true);
    expect(store.setMissing('services', 'not allowed')).to.equal(false);
    const world = store.world(0, 0);
    expect(world.missing.get('services')).to.equal('not allowed');
    expect(world.tables.services.size).to.equal(0);
    store.setMissing('services', undefined);
    expect(store.world(0, 0).missing.size).to.equal(0);
  });
});
