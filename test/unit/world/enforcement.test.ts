import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { coverageOf } from '../../../src/score/coverage.ts';
import { decidingPlugin, knownPlugins, pluginsIn } from '../../../src/world/exposure/plugins.ts';
import { inNamespace } from '../../../src/world/world.ts';
import { judge } from '../../support/fixture.ts';
import { pod, policy, service, worldOf } from '../../support/network.ts';

interface DaemonSetOptions {
  readonly image?: string;
  readonly args?: string;
  readonly hostNetwork?: boolean;
}

const daemonSet = (
  name: string,
  { image = 'registry.example/agent', args = '', hostNetwork = true }: DaemonSetOptions = {},
) =>
  `{ apiVersion: apps/v1, kind: DaemonSet, metadata: { name: ${name}, namespace: kube-system }, spec: { selector: {}, template: { metadata: { labels: { app: x } }, spec: { hostNetwork: ${hostNetwork}, containers: [{ name: main, image: '${image}', args: [${args}] }] } } } }`;

async function plugin(...documents: readonly string[]): Promise<string> {
  const { tables } = await worldOf(...documents);
  const found = decidingPlugin(pluginsIn(inNamespace(tables.daemonsets, 'kube-system')));
  return found === undefined ? 'unknown' : `${found.name}: ${found.enforces ?? 'depends'}`;
}

describe('network plugins', () => {
  const table: readonly [string, DaemonSetOptions, string][] = [
    ['calico-node', {}, 'Calico: true'],
    ['canal', {}, 'Calico: true'],
    ['cilium', {}, 'Cilium: true'],
    ['antrea-agent', {}, 'Antrea: true'],
    ['ovnkube-node', {}, 'OVN-Kubernetes: true'],
    ['kube-flannel-ds', { image: 'ghcr.io/flannel-io/flannel:v0.27.0' }, 'Flannel: false'],
    [
      'kube-flannel-ds',
      { image: 'registry.k8s.io/networking/kube-network-policies:v0.8.0' },
      'Flannel: true',
    ],
    ['kube-router', { image: 'cloudnativelabs/kube-router' }, 'kube-router: true'],
    [
      'kube-router',
      { image: 'cloudnativelabs/kube-router', args: '--run-firewall=false' },
      'kube-router: false',
    ],
    ['weave-net', { image: 'weaveworks/weave-npc:2.8.1' }, 'Weave Net: true'],
    ['weave-net', { image: 'weaveworks/weave-kube:2.8.1' }, 'Weave Net: false'],
    ['aws-node', { image: 'registry.example/amazon-k8s-cni:v1.20.0' }, 'Amazon VPC CNI: false'],
    [
      'aws-node',
      { image: 'registry.example/aws-network-policy-agent:v1.2.0', args: '--enable-network-policy=true' },
      'Amazon VPC CNI: true',
    ],
    [
      'aws-node',
      { image: 'registry.example/aws-network-policy-agent:v1.2.0', args: '--enable-network-policy=false' },
      'Amazon VPC CNI: false',
    ],
    ['kindnet', { image: 'docker.io/kindest/kindnetd:v20250512-df8de77b' }, 'kindnet: true'],
    ['kindnet', { image: 'docker.io/kindest/kindnetd:v20230511-dc714da8' }, 'kindnet: false'],
    ['kindnet', { image: 'docker.io/kindest/kindnetd:dev' }, 'kindnet: depends'],
    ['azure-npm', {}, 'Azure NPM: true'],
    ['terway-eniip', {}, 'Terway: depends'],
    ['fluentd', {}, 'unknown'],
    ['cilium', { hostNetwork: false }, 'unknown'],
  ];
  for (const [name, options, expected] of table) {
    it(`${name} ${JSON.stringify(options)} is ${expected}`, async () => {
      expect(await plugin(daemonSet(name, options))).to.equal(expected);
    });
  }

  it('of several, one that enforces does so for all', async () => {
    expect(await plugin(daemonSet('aws-node'), daemonSet('calico-node'))).to.equal('Calico: true');
    expect(await plugin(daemonSet('kube-flannel-ds'), daemonSet('terway'))).to.equal('Terway: depends');
  });

  it('are all in docs/network.md, and no other', () => {
    const page = readFileSync(join(import.meta.dirname, '../../../docs/network.md'), 'utf8');
    const [section = ''] = (page.split('## Who enforces policies')[1] ?? '').split('\n## ');
    const rows = [...section.matchAll(/^\| ([^|]+?) \| `/gm)].map(([, name]) => name);
    expect(rows).to.deep.equal(knownPlugins.map(({ name }) => name));
  });
});

describe('coverage of the network axis', () => {
  const subject = pod('shop/web');
  const selecting = policy('{ podSelector: {}, policyTypes: [Ingress] }');

  async function coverage(...documents: readonly string[]) {
    const { workload, around } = await judge(
      'test',
      [subject, ...documents].join('\n---\n').replace('name: web', 'name: subject'),
    );
    const { percent, missing } = coverageOf('network', workload, around);
    return { percent, missing: missing.filter((one) => !one.endsWith('not in files')) };
  }

  it('is lower where policies select the workload and nobody is known to enforce them', async () => {
    const whole = await coverage();
    expect(whole.missing).to.deep.equal([]);
    const unknown = await coverage(selecting);
    expect(unknown.missing).to.deep.equal(['whether the network plugin enforces NetworkPolicies']);
    expect(unknown.percent).to.be.below(whole.percent);
    expect(await coverage(selecting, daemonSet('cilium'))).to.deep.equal(whole);
  });

  it('is lower still where the plugin is known not to', async () => {
    const { percent, missing } = await coverage(selecting, daemonSet('kube-flannel-ds'));
    expect(missing).to.deep.equal(['Flannel does not enforce NetworkPolicies: what they close is open']);
    expect(percent).to.be.below((await coverage(selecting)).percent);
  });

  it('names policies of plugins that are not evaluated, where they hold', async () => {
    const of = (apiVersion: string, kind: string, home: string) =>
      `{ apiVersion: ${apiVersion}, kind: ${kind}, metadata: { name: locked${home === '' ? '' : `, namespace: ${home}`} }, spec: {} }`;
    const missing = async (...documents: readonly string[]) => (await coverage(...documents)).missing;
    expect(await missing(of('cilium.io/v2', 'CiliumNetworkPolicy', 'shop'))).to.deep.equal([
      'CiliumNetworkPolicy shop/locked: not evaluated',
    ]);
    expect(await missing(of('cilium.io/v2', 'CiliumNetworkPolicy', 'lab'))).to.deep.equal([]);
    expect(await missing(of('cilium.io/v2', 'CiliumClusterwideNetworkPolicy', ''))).to.deep.equal([
      'CiliumClusterwideNetworkPolicy locked: not evaluated',
    ]);
    for (const apiVersion of ['projectcalico.org/v3', 'crd.projectcalico.org/v1']) {
      expect(await missing(of(apiVersion, 'NetworkPolicy', 'shop'))).to.deep.equal([
        'NetworkPolicy shop/locked of Calico: not evaluated',
      ]);
      expect(await missing(of(apiVersion, 'GlobalNetworkPolicy', ''))).to.deep.equal([
        'GlobalNetworkPolicy locked: not evaluated',
      ]);
    }
    const many = ['a', 'b', 'c', 'd', 'e'].map((name) =>
      of('cilium.io/v2', 'CiliumNetworkPolicy', 'shop').replace('locked', name),
    );
    expect(await missing(...many))
      .to.have.length(4)
      .and.to.include('2 more such policies: not evaluated');
  });

  it('names an object that is wrong, and the place in it', async () => {
    const wrong = '{ podSelector: {}, ingress: [{ from: [{ ipBlock: { cidr: 10.0.0.0/99 } }] }] }';
    expect((await coverage(daemonSet('cilium'), policy(wrong))).missing).to.deep.equal([
      'NetworkPolicy shop/policy /spec/ingress/0/from/0/ipBlock/cidr: 10.0.0.0/99 is no CIDR',
    ]);
  });

  it('names a range of a load balancer that cannot be read', async () => {
    const balancer = service(
      '{ type: LoadBalancer, selector: { app: web }, loadBalancerSourceRanges: [10.0.0.0/40], ports: [{ port: 80 }] }',
    );
    const { missing } = await coverage(balancer.replace('name: web', 'name: lb'));
    expect(missing).to.deep.equal([
      'Service shop/lb /spec/loadBalancerSourceRanges/0: 10.0.0.0/40 is no CIDR',
    ]);
  });

  it('names an object of a version that is not known', async () => {
    const { missing, percent } = await coverage(
      policy('{ podSelector: {} }').replace('k8s.io/v1', 'k8s.io/v9'),
    );
    expect(missing).to.deep.equal([
      'networkpolicies: NetworkPolicy shop/policy is of networking.k8s.io/v9, a version that is not known',
    ]);
    expect(percent).to.be.below((await coverage()).percent);
  });
});
