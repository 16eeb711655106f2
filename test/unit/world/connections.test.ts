import { expect } from 'chai';
import { connections, policiesIn } from '../../../src/world/exposure/connections.ts';
import { allPorts } from '../../../src/world/exposure/ports.ts';
import { namespace, open, partyIn, pod, policy, worldOf } from '../../support/network.ts';

const cast = [
  namespace('shop', 'team: shop'),
  namespace('lab', 'team: lab'),
  pod('shop/web', { ports: '{ name: http, containerPort: 8080 }' }),
  pod('shop/db', { ports: '{ name: http, containerPort: 9090 }' }),
  pod('lab/web'),
];

/** What a policy of `shop` that selects `web` lets in from db (same namespace), lab/web, and an outside address. */
async function letsIn(rules: string): Promise<Record<string, string>> {
  const world = await worldOf(...cast, policy(`{ podSelector: { matchLabels: { app: web } }, ${rules} }`));
  return Object.fromEntries(
    ['shop/db', 'lab/web', '203.0.113.7'].map((from) => [from, open(world, from, 'shop/web')]),
  );
}

const nobody = { 'shop/db': 'no port', 'lab/web': 'no port', '203.0.113.7': 'no port' };
const everybody = { 'shop/db': 'all ports', 'lab/web': 'all ports', '203.0.113.7': 'all ports' };

describe('connections', () => {
  it('a pod that no policy selects accepts from everyone', async () => {
    const world = await worldOf(...cast);
    expect(open(world, 'lab/web', 'shop/web')).to.equal('all ports');
    expect(open(world, '203.0.113.7', 'shop/web')).to.equal('all ports');
  });

  it('a policy isolates only pods of its own namespace', async () => {
    const world = await worldOf(...cast, policy('{ podSelector: {} }'));
    expect(open(world, 'shop/web', 'lab/web')).to.equal('all ports');
    expect(open(world, 'lab/web', 'shop/web')).to.equal('no port');
  });

  it('an absent or empty `ingress` allows none', async () => {
    expect(await letsIn('policyTypes: [Ingress]')).to.deep.equal(nobody);
    expect(await letsIn('ingress: []')).to.deep.equal(nobody);
  });

  it('an absent or empty `from` allows every source', async () => {
    expect(await letsIn('ingress: [{}]')).to.deep.equal(everybody);
    expect(await letsIn('ingress: [{ from: [] }]')).to.deep.equal(everybody);
    expect(await letsIn('ingress: [null]'), 'an item without content').to.deep.equal(everybody);
  });

  it('without policyTypes a policy isolates for ingress, and for egress if it has egress rules', async () => {
    const web = 'podSelector: { matchLabels: { app: web } }';
    for (const [spec, sent] of [
      [`{ ${web} }`, 'all ports'],
      [`{ ${web}, egress: [] }`, 'all ports'], // SetDefaults_NetworkPolicy asks for rules, not for the list
      [`{ ${web}, policyTypes: [], egress: [{ ports: [{ port: 53 }] }] }`, 'TCP 53'],
      [`{ ${web}, policyTypes: [Egress] }`, 'no port'],
    ] as const) {
      const world = await worldOf(...cast, policy(spec));
      expect(open(world, 'shop/web', 'lab/web'), spec).to.equal(sent);
    }
  });

  it('policyTypes: [Egress] leaves ingress open', async () => {
    expect(await letsIn('policyTypes: [Egress]')).to.deep.equal(everybody);
  });

  it("a podSelector alone means pods of the policy's namespace", async () => {
    const found = await letsIn('ingress: [{ from: [{ podSelector: {} }] }]');
    expect(found).to.deep.equal({ ...nobody, 'shop/db': 'all ports' });
  });

  it('a namespaceSelector alone means every pod of those namespaces', async () => {
    const found = await letsIn(
      'ingress: [{ from: [{ namespaceSelector: { matchLabels: { team: lab } } }] }]',
    );
    expect(found).to.deep.equal({ ...nobody, 'lab/web': 'all ports' });
  });

  it('every namespace has the label with its name', async () => {
    const found = await letsIn(
      'ingress: [{ from: [{ namespaceSelector: { matchLabels: { kubernetes.io/metadata.name: lab } } }] }]',
    );
    expect(found).to.deep.equal({ ...nobody, 'lab/web': 'all ports' });
  });

  it('namespaceSelector beside podSelector is one peer (and); as two items, two peers (or)', async () => {
    const both = '{ namespaceSelector: {}, podSelector: { matchLabels: { app: db } } }';
    expect(await letsIn(`ingress: [{ from: [${both}] }]`)).to.deep.equal({
      ...nobody,
      'shop/db': 'all ports',
    });
    const two =
      '{ namespaceSelector: { matchLabels: { team: lab } } }, { podSelector: { matchLabels: { app: db } } }';
    expect(await letsIn(`ingress: [{ from: [${two}] }]`)).to.deep.equal({
      ...everybody,
      '203.0.113.7': 'no port',
    });
  });

  it('a pod that two policies select accepts what either allows', async () => {
    const world = await worldOf(
      ...cast,
      policy('{ podSelector: {}, ingress: [{ from: [{ podSelector: {} }], ports: [{ port: 80 }] }] }', 'a'),
      policy('{ podSelector: { matchLabels: { app: web } }, ingress: [{ ports: [{ port: 443 }] }] }', 'b'),
    );
    expect(open(world, 'shop/db', 'shop/web')).to.equal('TCP 80,443');
    expect(open(world, 'lab/web', 'shop/web')).to.equal('TCP 443');
    expect(open(world, 'lab/web', 'shop/db')).to.equal('no port');
  });

  it('a connection needs both ends: egress of the one and ingress of the other', async () => {
    const world = await worldOf(
      ...cast,
      policy(
        '{ podSelector: { matchLabels: { app: web } }, ingress: [{ ports: [{ port: 80, endPort: 90 }] }] }',
      ),
      policy(
        '{ podSelector: {}, policyTypes: [Egress], egress: [{ ports: [{ port: 85, endPort: 99 }] }] }',
        'out',
        'lab',
      ),
    );
    expect(open(world, 'lab/web', 'shop/web')).to.equal('TCP 85-90');
  });

  it('a pod always reaches itself', async () => {
    const world = await worldOf(...cast, policy('{ podSelector: {}, policyTypes: [Ingress, Egress] }'));
    const self = partyIn(world, 'shop/web');
    expect(connections(self, self, policiesIn(world.tables))).to.equal(allPorts);
  });

  it('a node reaches the pods that run on it, and only those', async () => {
    const on = (id: string, node: string, more = '') => pod(id, { spec: `nodeName: ${node}\n  ${more}` });
    const world = await worldOf(
      on('shop/web', 'one'),
      on('lab/near', 'one', 'hostNetwork: true'),
      on('lab/far', 'two', 'hostNetwork: true'),
      policy('{ podSelector: {} }'),
    );
    expect(open(world, 'lab/near', 'shop/web')).to.equal('all ports');
    expect(open(world, 'lab/far', 'shop/web')).to.equal('no port');
  });

  describe('ports', () => {
    const portsIn = async (ports: string) => (await letsIn(`ingress: [{ ports: ${ports} }]`))['lab/web'];

    it('no port list, or an empty one, means every port', async () => {
      expect(await portsIn('[]')).to.equal('all ports');
    });

    it('the protocol is TCP unless given; a protocol alone means all its ports', async () => {
      expect(await portsIn('[{ port: 53 }, { protocol: UDP, port: 53 }]')).to.equal('TCP 53; UDP 53');
      expect(await portsIn('[{ protocol: SCTP }]')).to.equal('SCTP 1-65535');
    });

    it('endPort makes a range; one that the API refuses allows nothing', async () => {
      expect(await portsIn('[{ port: 8000, endPort: 8080 }]')).to.equal('TCP 8000-8080');
      expect(await portsIn('[{ port: 8080, endPort: 8000 }]')).to.equal('no port');
      expect(await portsIn('[{ port: http, endPort: 9000 }]')).to.equal('no port');
      expect(await portsIn('[{ protocol: ICMP, port: 80 }]')).to.equal('no port');
      expect(await portsIn('[{ port: 0 }, { port: 65536 }]')).to.equal('no port');
    });

    it('a named port resolves per target pod, with its protocol', async () => {
      const world = await worldOf(
        ...cast,
        policy('{ podSelector: {}, ingress: [{ ports: [{ port: http }] }] }'),
      );
      expect(open(world, 'lab/web', 'shop/web')).to.equal('TCP 8080');
      expect(open(world, 'lab/web', 'shop/db')).to.equal('TCP 9090');
      expect(await portsIn('[{ protocol: UDP, port: http }]')).to.equal('no port');
    });

    it('on egress a name resolves at the other end, and not at all at an address', async () => {
      const world = await worldOf(
        ...cast,
        policy(
          '{ podSelector: {}, policyTypes: [Egress], egress: [{ ports: [{ port: http }] }] }',
          'out',
          'lab',
        ),
      );
      expect(open(world, 'lab/web', 'shop/web')).to.equal('TCP 8080');
      expect(open(world, 'lab/web', '203.0.113.7')).to.equal('no port');
    });

    it('a restartable init container names ports too, an ordinary one does not', async () => {
      const named = (restart: string) =>
        `initContainers: [{ name: side, image: side, ${restart}ports: [{ name: metrics, containerPort: 9100 }] }]`;
      for (const [restart, expected] of [
        ['restartPolicy: Always, ', 'TCP 9100'],
        ['', 'no port'],
      ] as const) {
        const world = await worldOf(
          pod('shop/web', { spec: named(restart) }),
          pod('shop/db'),
          policy('{ podSelector: {}, ingress: [{ ports: [{ port: metrics }] }] }'),
        );
        expect(open(world, 'shop/db', 'shop/web')).to.equal(expected);
      }
    });
  });

  describe('ipBlock', () => {
    const block = (text: string) => letsIn(`ingress: [{ from: [{ ipBlock: ${text} }] }]`);

    it('allows the addresses of its CIDR, less its exceptions', async () => {
      expect(await block('{ cidr: 203.0.113.0/24 }')).to.include({ '203.0.113.7': 'all ports' });
      expect(await block('{ cidr: 203.0.113.0/24, except: [203.0.113.0/28] }')).to.deep.equal(nobody);
    });

    it('has both families of addresses, each with exceptions', async () => {
      const world = await worldOf(
        ...cast,
        policy(
          '{ podSelector: {}, ingress: [{ from: [{ ipBlock: { cidr: "2001:db8::/32", except: ["2001:db8:1::/48"] } }] }] }',
        ),
      );
      expect(open(world, '2001:db8::1', 'shop/web')).to.equal('all ports');
      expect(open(world, '2001:db8:1::1', 'shop/web')).to.equal('no port');
      expect(open(world, '203.0.113.7', 'shop/web')).to.equal('no port');
    });

    it('an exception that is no CIDR makes the block allow nothing', async () => {
      expect(await block('{ cidr: 203.0.113.0/24, except: [203.0.113.128] }')).to.deep.equal(nobody);
    });

    it('an exception is of its own block only', async () => {
      const two =
        '{ ipBlock: { cidr: 203.0.113.0/24, except: [203.0.113.7/32] } }, { ipBlock: { cidr: 203.0.112.0/20 } }';
      const found = await letsIn(`ingress: [{ from: [${two}] }]`);
      expect(found).to.include({ '203.0.113.7': 'all ports' });
    });

    it('includes a pod whose address is known to be in it', async () => {
      const world = await worldOf(
        pod('shop/web'),
        pod('lab/web', { ip: '10.1.2.3' }),
        pod('lab/api', { ip: '10.9.2.3' }),
        policy('{ podSelector: {}, ingress: [{ from: [{ ipBlock: { cidr: 10.1.0.0/16 } }] }] }'),
      );
      expect(open(world, 'lab/web', 'shop/web')).to.equal('all ports');
      expect(open(world, 'lab/api', 'shop/web')).to.equal('no port');
    });

    it('with a CIDR that the API refuses, or beside selectors, allows nothing', async () => {
      expect(await block('{ cidr: 203.0.113.0 }')).to.deep.equal(nobody);
      const mixed = '{ ipBlock: { cidr: 0.0.0.0/0 }, podSelector: {} }';
      expect(await letsIn(`ingress: [{ from: [${mixed}] }]`)).to.deep.equal(nobody);
    });

    it('a peer that says nothing allows nothing', async () => {
      expect(await letsIn('ingress: [{ from: [{}] }]')).to.deep.equal(nobody);
    });
  });

  it("policies do not apply to a pod on its node's network, and no selector selects it", async () => {
    const world = await worldOf(
      pod('shop/web'),
      pod('shop/agent', { spec: 'hostNetwork: true' }),
      policy(
        '{ podSelector: {}, policyTypes: [Ingress, Egress], ingress: [{ from: [{ podSelector: {} }] }] }',
      ),
      pod('lab/web'),
    );
    expect(open(world, 'lab/web', 'shop/agent')).to.equal('all ports');
    expect(open(world, 'shop/agent', 'lab/web')).to.equal('all ports');
    expect(open(world, 'shop/agent', 'shop/web')).to.equal('no port');
  });
});
