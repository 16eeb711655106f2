import { expect } from 'chai';
import { entrancesLayer } from '../../../src/world/exposure/edge/entrances.ts';
import { exposureOf, type VariantExposure } from '../../../src/world/exposure/exposure.ts';
import { policiesIn } from '../../../src/world/exposure/connections.ts';
import { namespaceLabels } from '../../../src/world/exposure/policies.ts';
import { isOpen, type Reach } from '../../../src/world/exposure/reach.ts';
import { portsText } from '../../../src/world/exposure/ports.ts';
import { find, inNamespace } from '../../../src/world/world.ts';
import { workloadsLayer } from '../../../src/world/workload/workloads.ts';
import { namespace, pod, policy, service, worldOf } from '../../support/network.ts';

const wide = (tier: string, ingress: string, egress = ''): string =>
  `{ apiVersion: policy.networking.k8s.io/v1beta1, kind: ClusterNetworkPolicy, metadata: { name: wide-${tier.toLowerCase()} }, spec: { tier: ${tier}, priority: 1, subject: { namespaces: {} }, ingress: [${ingress}], egress: [${egress}] } }`;

/** The exposure of the pod of namespace `shop`. */
async function exposed(...documents: readonly string[]): Promise<VariantExposure> {
  const world = await worldOf(namespace('shop', 'team: shop'), pod('shop/web'), ...documents);
  const { tables } = world;
  const [workload] = workloadsLayer()(world).values();
  if (workload === undefined) throw new Error('no workload');
  const here = <T>(table: ReadonlyMap<string, ReadonlyMap<string, T>>) => inNamespace(table, 'shop');
  const { variants } = exposureOf(
    workload,
    here(tables.networkpolicies),
    here(tables.services),
    here(tables.ingresses),
    entrancesLayer().of('shop', world),
    namespaceLabels('shop', find(tables.namespaces, '', 'shop')?.metadata.labels),
    'files',
    policiesIn(tables),
  );
  return variants[0] ?? expect.fail('no variant');
}

const summary = (reach: Reach) => ({
  isolatedBy: reach.isolatedBy.map(({ kind, name }) => `${kind} ${name}`),
  cluster: portsText(reach.cluster),
  namespace: portsText(reach.namespace),
  grants: reach.grants.map(({ policy: { name }, whom, ports }) => `${name}: ${whom}: ${portsText(ports)}`),
});
const everyPod = '{ namespaces: {} }';
const denyAll = `{ action: Deny, from: [${everyPod}] }`;

describe('the reach of a pod under cluster-wide policies', () => {
  it('without any, or with none that closes something, is what NetworkPolicies say', async () => {
    expect(isOpen((await exposed()).ingress)).to.be.true;
    const some = `{ action: Deny, from: [{ namespaces: { matchLabels: { team: lab } } }] }`;
    expect(isOpen((await exposed(wide('Admin', some))).ingress), 'others still can').to.be.true;
  });

  it('is closed to the cluster where a rule denies all of it; outside stays open', async () => {
    const { ingress, level } = await exposed(wide('Baseline', denyAll));
    expect(summary(ingress)).to.deep.equal({
      isolatedBy: ['ClusterNetworkPolicy wide-baseline'],
      cluster: 'no port',
      namespace: 'no port',
      grants: ['wide-baseline: whom no rule denies: all ports'],
    });
    expect(level).to.equal('listed peers');
  });

  it('whom a rule accepts before all are denied is listed', async () => {
    const acceptLab = '{ action: Accept, from: [{ namespaces: { matchLabels: { team: lab } } }] }';
    const { ingress } = await exposed(wide('Admin', `${acceptLab}, { action: Deny, from: [{ x: {} }] }`));
    expect(summary(ingress)).to.deep.equal({
      isolatedBy: ['ClusterNetworkPolicy wide-admin'],
      cluster: 'no port',
      namespace: 'no port',
      grants: ['wide-admin: every pod of namespaces team=lab: all ports'],
    });
  });

  it('the Baseline tier does not count where a NetworkPolicy selects the pod', async () => {
    const { ingress } = await exposed(
      wide('Baseline', denyAll),
      policy('{ podSelector: {}, ingress: [{}] }'),
    );
    expect(summary(ingress).cluster).to.equal('all ports');
  });

  it('the Admin tier takes from what NetworkPolicies grant, and adds to it', async () => {
    const open = policy(
      '{ podSelector: {}, ingress: [{ from: [{ namespaceSelector: {} }], ports: [{ port: 80 }, { port: 22 }] }] }',
      'open',
    );
    const ssh = `{ action: Deny, from: [${everyPod}], protocols: [{ tcp: { destinationPort: { number: 22 } } }] }`;
    const metrics = `{ action: Accept, from: [{ namespaces: { matchLabels: { team: shop } } }], protocols: [{ tcp: { destinationPort: { number: 9090 } } }] }`;
    expect(summary((await exposed(wide('Admin', `${ssh}, ${metrics}`), open)).ingress)).to.deep.equal({
      isolatedBy: ['NetworkPolicy open'],
      cluster: 'TCP 80',
      namespace: 'TCP 80,9090',
      grants: [
        'open: every pod of the cluster: TCP 80',
        'wide-admin: every pod of namespaces team=shop: TCP 9090',
      ],
    });
  });

  it('egress to a network that is denied is closed, and the rest is not', async () => {
    const { egress } = await exposed(
      wide('Admin', '', '{ action: Deny, to: [{ networks: [169.254.0.0/16] }] }'),
    );
    expect(isOpen(egress)).to.be.false;
    expect(summary(egress).grants).to.deep.equal(['wide-admin: whom no rule denies: all ports']);
    expect(egress.outside.map(({ ports }) => portsText(ports))).to.deep.equal([
      'all ports',
      'all ports',
      'all ports',
    ]);
  });

  it('a way in is closed where nobody outside is let in', async () => {
    const balancer = service('{ type: LoadBalancer, selector: { app: web }, ports: [{ port: 80 }] }');
    const strange = '{ action: Deny, from: [{ everywhere: {} }] }';
    expect((await exposed(balancer)).level).to.equal('internet');
    expect((await exposed(balancer, wide('Admin', denyAll))).level, 'pods only').to.equal('internet');
    expect((await exposed(balancer, wide('Admin', strange))).level, 'fails closed').to.equal('none');
  });
});
