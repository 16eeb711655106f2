import { expect } from 'chai';
import { addressesText, breadthOf, parseAddress, parseCidr } from '../../../src/world/exposure/addresses.ts';
import type { Exposure } from '../../../src/world/exposure/exposure.ts';
import { portsText } from '../../../src/world/exposure/ports.ts';
import { levelOfReach } from '../../../src/world/exposure/reach.ts';
import { exposureIn, ingress, namespace, pod, policy, service, worldOf } from '../../support/network.ts';

const web = pod('shop/web', { ports: '{ name: http, containerPort: 8080 }' });
const port = 'ports: [{ name: web, port: 80, targetPort: http }]';
const balancer = `{ type: LoadBalancer, selector: { app: web }, ${port} }`;
const inside = service(`{ selector: { app: web }, ${port} }`);
const selecting = (rules: string) => policy(`{ podSelector: { matchLabels: { app: web } }, ${rules} }`);

const exposure = async (...documents: readonly string[]) => exposureIn(await worldOf(web, ...documents));
const ways = ({ variants }: Exposure) =>
  variants.flatMap((variant) => variant.ways.map(({ kind, level }) => `${kind}: ${level}`));
const texts = ({ variants }: Exposure) => variants.flatMap((variant) => variant.ways.map(({ text }) => text));

describe('exposure', () => {
  describe('over the pod network', () => {
    const levelOf = async (rules: string) => {
      const [variant] = (await exposure(namespace('shop', 'team: shop'), selecting(rules))).variants;
      return variant === undefined ? undefined : levelOfReach(variant.ingress);
    };

    it('is the cluster where no policy selects the pod', async () => {
      const { level, variants } = await exposure(policy('{ podSelector: { matchLabels: { app: other } } }'));
      expect(level).to.equal('cluster');
      expect(variants[0]?.ingress.isolatedBy).to.be.empty;
    });

    const table: readonly [string, string][] = [
      ['ingress: []', 'none'],
      ['ingress: [{ from: [{ podSelector: { matchLabels: { app: api } } }] }]', 'listed peers'],
      ['ingress: [{ from: [{ ipBlock: { cidr: 203.0.113.0/24 } }] }]', 'listed peers'],
      ['ingress: [{ from: [{ podSelector: {} }] }]', 'namespace'],
      ['ingress: [{ from: [{ namespaceSelector: { matchLabels: { team: shop } } }] }]', 'namespace'],
      ['ingress: [{ from: [{ namespaceSelector: { matchLabels: { team: lab } } }] }]', 'listed peers'],
      ['ingress: [{ from: [{ namespaceSelector: {} }] }]', 'cluster'],
      [
        'ingress: [{ from: [{ namespaceSelector: {}, podSelector: { matchLabels: { app: api } } }] }]',
        'listed peers',
      ],
      ['ingress: [{}]', 'cluster'],
      ['ingress: [{ ports: [{ port: 8080 }] }]', 'cluster'],
      ['ingress: [{ ports: [{ port: no-such-name }] }]', 'none'],
      [
        'ingress: [{ from: [{ namespaceSelector: { matchExpressions: [{ key: a, operator: Odd }] } }] }]',
        'none',
      ],
    ];
    for (const [rules, level] of table) {
      it(`${rules} gives ${level}`, async () => {
        expect(await levelOf(rules)).to.equal(level);
      });
    }

    it('a block that holds a whole private network may hold every pod', async () => {
      const { variants } = await exposure(
        selecting('ingress: [{ from: [{ ipBlock: { cidr: 10.0.0.0/8 } }], ports: [{ port: 8080 }] }]'),
      );
      expect(portsText(variants[0]?.ingress.cluster ?? expect.fail())).to.equal('TCP 8080');
      expect(await levelOf('ingress: [{ from: [{ ipBlock: { cidr: 10.20.0.0/16 } }] }]')).to.equal(
        'listed peers',
      );
    });

    it('rests on the labels of the namespace only where a rule asks for them', async () => {
      expect(
        await levelOf('ingress: [{ from: [{ namespaceSelector: { matchLabels: { team: none } } }] }]'),
      ).to.equal('listed peers');
    });
  });

  describe('a LoadBalancer Service', () => {
    it('leads in from the internet; the way is told step by step', async () => {
      const found = await exposure(service(balancer));
      expect(found.level).to.equal('internet');
      expect(texts(found)).to.deep.equal([
        'internet -> LoadBalancer shop/web:80 -> port 8080 -> no policy selects it',
      ]);
    });

    it('is as wide as its loadBalancerSourceRanges', async () => {
      const ranged = (ranges: string) =>
        exposure(service(balancer.replace('type:', `loadBalancerSourceRanges: [${ranges}], type:`)));
      expect(ways(await ranged('203.0.113.0/24'))).to.deep.equal(['load-balancer: listed peers']);
      expect(ways(await ranged('10.0.0.0/8'))).to.deep.equal(['load-balancer: node network']);
      expect(ways(await ranged('0.0.0.0/0'))).to.deep.equal(['load-balancer: internet']);
      expect(ways(await ranged('0.0.0.0/1, 128.0.0.0/1'))).to.deep.equal(['load-balancer: internet']);
      expect(texts(await ranged('203.0.113.0/24'))[0]).to.match(/^203\.0\.113\.0\/24 -> LoadBalancer/);
    });

    it('with source ranges in the annotation, only where the field is empty', async () => {
      const key = 'service.beta.kubernetes.io/load-balancer-source-ranges';
      const found = await exposure(service(balancer, `${key}: " 203.0.113.0/24 , 203.0.114.0/24"`));
      expect(ways(found)).to.deep.equal(['load-balancer: listed peers']);
    });

    for (const annotation of [
      'service.beta.kubernetes.io/aws-load-balancer-internal: "true"',
      'service.beta.kubernetes.io/aws-load-balancer-scheme: internal',
      'service.beta.kubernetes.io/aws-load-balancer-type: external', // internal is that controller's default
      'networking.gke.io/load-balancer-type: Internal',
      'service.beta.kubernetes.io/azure-load-balancer-internal: "true"',
      'service.beta.kubernetes.io/oci-load-balancer-internal: "true"',
      'service.beta.kubernetes.io/openstack-internal-load-balancer: "true"',
    ]) {
      it(`is internal with ${annotation}`, async () => {
        expect(ways(await exposure(service(balancer, annotation)))).to.deep.equal([
          'load-balancer: node network',
        ]);
      });
    }

    it('is not internal when the annotation says false', async () => {
      const found = await exposure(
        service(balancer, 'service.beta.kubernetes.io/aws-load-balancer-internal: "false"'),
      );
      expect(ways(found)).to.deep.equal(['load-balancer: internet']);
    });

    it("live, without an address, is its node ports only; with a private address, the nodes' network", async () => {
      const at = (ip: string) => service(balancer, '', `{ loadBalancer: { ingress: [{ ip: ${ip} }] } }`);
      const live = async (document: string) => ways(exposureIn(await worldOf(web, document), 'cluster'));
      expect(await live(service(balancer))).to.deep.equal(['node-port: node network']);
      expect(await live(at('203.0.113.9'))).to.deep.equal(['load-balancer: internet']);
      expect(await live(at('192.168.7.9'))).to.deep.equal(['load-balancer: node network']);
    });

    it('leads nowhere when it selects other pods, none, or names a port that no container has', async () => {
      for (const spec of [
        balancer.replace('app: web', 'app: api'),
        balancer.replace('{ app: web }', '{}'),
        balancer.replace('targetPort: http', 'targetPort: https'),
      ]) {
        expect(ways(await exposure(service(spec))), spec).to.be.empty;
      }
    });

    it('is closed by a policy that allows pods only', async () => {
      const found = await exposure(
        service(balancer),
        selecting('ingress: [{ from: [{ namespaceSelector: {} }] }]'),
      );
      expect(ways(found)).to.be.empty;
      expect(found.level).to.equal('cluster');
    });

    it("is as wide as the outside addresses that a policy allows on the pod's port", async () => {
      const from = async (rule: string) =>
        ways(await exposure(service(balancer), selecting(`ingress: [{ ${rule} }]`)));
      expect(await from('ports: [{ port: http }]')).to.deep.equal(['load-balancer: internet']);
      expect(await from('ports: [{ port: 9090 }]')).to.be.empty;
      expect(await from('from: [{ ipBlock: { cidr: 203.0.113.0/24 } }]')).to.deep.equal([
        'load-balancer: listed peers',
      ]);
      expect(await from('from: [{ ipBlock: { cidr: 0.0.0.0/0, except: [10.0.0.0/8] } }]')).to.deep.equal([
        'load-balancer: internet',
      ]);
    });

    it("may come in with a node's address, unless externalTrafficPolicy is Local", async () => {
      const nodes = selecting('ingress: [{ from: [{ ipBlock: { cidr: 10.0.0.0/8 } }] }]');
      const office = balancer.replace('type:', 'loadBalancerSourceRanges: [203.0.113.0/24], type:');
      expect(ways(await exposure(service(office), nodes))).to.deep.equal(['load-balancer: listed peers']);
      const local = office.replace('type:', 'externalTrafficPolicy: Local, type:');
      expect(ways(await exposure(service(local), nodes))).to.be.empty;
    });
  });

  it("a NodePort Service leads in from the nodes' network, and no wider", async () => {
    const found = await exposure(
      service(
        '{ type: NodePort, selector: { app: web }, ports: [{ port: 80, targetPort: 8080, nodePort: 30080 }] }',
      ),
    );
    expect(texts(found)).to.deep.equal([
      'node network -> node port 30080 of Service shop/web -> port 8080 -> no policy selects it',
    ]);
  });

  it('an external IP is as wide as its address: public or private', async () => {
    const at = async (ip: string) =>
      ways(await exposure(service(`{ selector: { app: web }, externalIPs: ['${ip}'], ${port} }`)));
    expect(await at('198.51.100.7')).to.deep.equal(['external-ip: internet']);
    expect(await at('10.0.0.7')).to.deep.equal(['external-ip: node network']);
  });

  it('a ClusterIP Service leads in from nowhere outside', async () => {
    const found = await exposure(inside);
    expect(ways(found)).to.be.empty;
    expect(found.services.map(({ metadata }) => metadata.name)).to.deep.equal(['web']);
  });

  it('a headless Service is like one with an address, and an ExternalName leads to no pod', async () => {
    const headless = await exposure(service(`{ clusterIP: None, selector: { app: web }, ${port} }`));
    expect(ways(headless)).to.be.empty;
    expect(headless.services).to.have.length(1);
    const name = await exposure(
      service(
        `{ type: ExternalName, externalName: db.example, selector: { app: web }, externalIPs: [198.51.100.7], ${port} }`,
      ),
    );
    expect(ways(name)).to.be.empty;
    expect(name.services).to.be.empty;
  });

  describe('an Ingress', () => {
    const backend = '{ service: { name: web, port: { name: web } } }';
    const rules = `{ rules: [{ host: shop.example, http: { paths: [{ backend: ${backend} }] } }] }`;
    const behind = async (...documents: readonly string[]) => exposure(inside, ...documents);

    it('leads in from the internet, by its rules and by its defaultBackend', async () => {
      expect(texts(await behind(ingress(rules)))).to.deep.equal([
        'internet -> Ingress shop/web (shop.example) -> Service web:80 -> port 8080 -> no policy selects it',
      ]);
      expect(ways(await behind(ingress(`{ defaultBackend: ${backend} }`)))).to.deep.equal([
        'ingress: internet',
      ]);
    });

    it('leads nowhere when it names another Service, or a port that it does not have', async () => {
      expect(ways(await behind(ingress(rules.replace('name: web', 'name: api'))))).to.be.empty;
      expect(ways(await behind(ingress(rules.replace('{ name: web }', '{ number: 81 }'))))).to.be.empty;
    });

    it('is internal by the marks of the big clouds, and narrow by an allow-list', async () => {
      for (const annotation of [
        'kubernetes.io/ingress.class: gce-internal',
        'alb.ingress.kubernetes.io/scheme: internal',
      ]) {
        expect(ways(await behind(ingress(rules, annotation)))).to.deep.equal(['ingress: node network']);
      }
      const list = 'nginx.ingress.kubernetes.io/whitelist-source-range: "203.0.113.0/24,198.51.100.1"';
      expect(ways(await behind(ingress(rules, list)))).to.deep.equal(['ingress: listed peers']);
    });

    it('comes through its controller: open where a policy lets in every pod, or that controller', async () => {
      const from = async (peer: string) =>
        (await behind(ingress(rules), selecting(`ingress: [{ from: [${peer}] }]`))).level;
      expect(await from('{ namespaceSelector: {} }')).to.equal('internet');
      expect(
        await from('{ namespaceSelector: { matchLabels: { kubernetes.io/metadata.name: ingress-nginx } } }'),
      ).to.equal('internet');
      expect(await from('{ namespaceSelector: { matchLabels: { team: lab } } }')).to.equal('listed peers');
      expect(await from('{ podSelector: {} }')).to.equal('namespace');
    });
  });

  describe('the pod itself', () => {
    it("a hostPort leads in from the nodes' network, unless it is on the loopback address", async () => {
      const at = async (extra: string) =>
        ways(
          exposureIn(
            await worldOf(pod('shop/web', { ports: `{ containerPort: 8080, hostPort: 80${extra} }` })),
          ),
        );
      expect(await at('')).to.deep.equal(['host-port: node network']);
      expect(await at(', hostIP: 127.0.0.1')).to.be.empty;
    });

    it("on its node's network is open to it, whatever the policies; host ports count once", async () => {
      const spec = { spec: 'hostNetwork: true', ports: '{ containerPort: 9100, hostPort: 9100 }' };
      const found = exposureIn(await worldOf(pod('shop/web', spec), policy('{ podSelector: {} }')));
      expect(ways(found)).to.deep.equal(['host-network: node network']);
      expect(found.variants[0]?.ingress.onNode).to.be.true;
    });
  });
});

describe('addresses', () => {
  const refused = [
    '',
    '10.0.0.0',
    '10.0.0/8',
    '10.0.0.0/33',
    '10.0.0.256/8',
    '10.0.0.0/',
    '10.0.0.0/8 ',
    '10.0.0.0/-1',
    '::/129',
    '1::2::3/64',
    '1:2:3:4:5:6:7:8:9/64',
    '::1:2:3:4:5:6:7:8/64',
    'g::/16',
    '12345::/16',
    '1.2.3.4::/64',
    'fe80::1%eth0/64',
    ':1::/32',
    '1:/16',
  ];
  for (const text of refused) {
    it(`refuses '${text}'`, () => {
      expect(parseCidr(text)).to.be.undefined;
    });
  }

  const read: readonly [string, string][] = [
    ['10.1.2.3/8', '10.0.0.0/8'],
    ['010.001.0.0/016', '10.1.0.0/16'],
    ['0.0.0.0/0', '0.0.0.0/0'],
    ['::ffff:10.0.0.1/104', '10.0.0.0/8'],
    ['::ffff:0:0/96', '0.0.0.0/0'],
    ['::ffff:10.0.0.1/128', '10.0.0.1/32'],
    ['::ffff:10.0.0.1/95', '::fffe:0:0/95'],
    ['2001:DB8::1/32', '2001:db8::/32'],
    ['::/0', '::/0'],
    ['1:2:3:4:5:6:7:8/128', '1:2:3:4:5:6:7:8/128'],
    ['1:2:3:4:5:6:1.2.3.4/128', '1:2:3:4:5:6:102:304/128'],
  ];
  for (const [text, as] of read) {
    it(`reads ${text} as ${as}`, () => {
      expect(addressesText(parseCidr(text) ?? [])).to.equal(as);
    });
  }

  it('tells everybody from a private network and from a few places', () => {
    const breadth = (text: string) => breadthOf(parseCidr(text) ?? parseAddress(text) ?? []);
    expect(breadth('0.0.0.0/0')).to.equal('public');
    expect(breadth('::/0')).to.equal('public');
    expect(breadth('128.0.0.0/1')).to.equal('public');
    expect(breadth('10.0.0.0/8')).to.equal('private');
    expect(breadth('192.168.0.0/16')).to.equal('private');
    expect(breadth('10.0.3.0/24')).to.equal('few');
    expect(breadth('203.0.113.0/24')).to.equal('few');
    expect(breadth('169.254.169.254')).to.equal('few');
    expect(breadthOf([])).to.equal('none');
  });
});
