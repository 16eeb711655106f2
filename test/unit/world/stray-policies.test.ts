import { expect } from 'chai';
import { missedBy, strayPoliciesOf } from '../../../src/world/exposure/stray-policies.ts';
import { declaredOf, declaringIn } from '../../../src/world/surroundings/selection.ts';
import { inNamespace } from '../../../src/world/world.ts';
import { workloadsLayer } from '../../../src/world/workload/workloads.ts';
import { policy, worldOf } from '../../support/network.ts';

const deployment = (name: string, labels: string) =>
  `{ apiVersion: apps/v1, kind: Deployment, metadata: { name: ${name}, namespace: shop }, spec: { selector: {}, template: { metadata: { labels: { ${labels} } }, spec: { containers: [] } } } }`;

/** For each workload, why the policy does not select it, if that looks like a mistake. */
async function missed(selector: string, ...documents: readonly string[]) {
  const world = await worldOf(...documents, policy(`{ podSelector: ${selector} }`));
  const strays = strayPoliciesOf(
    inNamespace(world.tables.networkpolicies, 'shop'),
    declaredOf(...declaringIn(world.tables, 'shop')),
    inNamespace(world.tables.pods, 'shop'),
  );
  const workloads = [...workloadsLayer()(world).values()];
  return Object.fromEntries(
    workloads.flatMap((workload) =>
      missedBy(workload, strays).map(({ because }) => [workload.ref.name, because]),
    ),
  );
}

const cart = deployment('carts', 'app: carts, tier: back');
const web = deployment('web', 'app: web, tier: front');
const labels = (text: string) => `{ matchLabels: { ${text} } }`;

describe('a policy that selects nothing', () => {
  it('was meant for the workload whose name is nearly the one that it asks for', async () => {
    expect(await missed(labels('app: cart'), cart, web)).to.deep.equal({
      carts: 'app=cart, but the pods have app=carts',
    });
    expect(await missed(labels('app: shop-web'), cart, web)).to.have.keys('web');
    expect(await missed(labels('app: web-v2'), cart, web)).to.have.keys('web');
  });

  it('or which has that name under another key', async () => {
    expect(await missed(labels('app.kubernetes.io/name: web'), cart, web)).to.deep.equal({
      web: 'app.kubernetes.io/name=web, but the pods have app=web',
    });
  });

  it('or whose name agrees, and one other label does not', async () => {
    expect(await missed(labels('app: web, tier: frontend'), cart, web)).to.deep.equal({
      web: 'app=web,tier=frontend, but the pods have tier=front',
    });
    expect(await missed(labels('app: web, zone: a'), cart, web)).to.deep.equal({
      web: 'app=web,zone=a, but the pods have no label zone',
    });
  });

  it('or which an expression would select if it were one', async () => {
    const expression = '{ matchExpressions: [{ key: app, operator: Is, values: [web] }] }';
    expect(await missed(expression, cart, web)).to.deep.equal({
      web: 'app Is?, but app Is? is no label expression',
    });
  });

  it('was meant for nobody that one could name, if more than that differs', async () => {
    for (const selector of [
      labels('app: checkout'),
      labels('app: shop-web, tier: middle'),
      labels('tier: frontend'), // no name agrees
      labels('app: db'), // nothing like it
    ]) {
      expect(await missed(selector, cart, web), selector).to.deep.equal({});
    }
  });

  it('is none while it selects something, or the whole namespace, or a live pod of whatever kind', async () => {
    expect(await missed(labels('app: web'), cart, web, deployment('web-2', 'app: webs'))).to.deep.equal({});
    expect(await missed('{}')).to.deep.equal({});
    const rollout = `{ apiVersion: v1, kind: Pod, metadata: { name: cart-1, namespace: shop, labels: { app: cart }, ownerReferences: [{ apiVersion: apps.example/v1, kind: Rollout, name: cart, uid: u, controller: true }] }, spec: { containers: [] } }`;
    expect(await missed(labels('app: cart'), cart, rollout)).to.deep.equal({});
  });
});
