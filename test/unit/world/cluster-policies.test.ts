import { expect } from 'chai';
import { loadWorld } from '../../../src/observe/files/load.ts';
import { namespace, open, pod, policy, worldOf } from '../../support/network.ts';

const POLICY = 'policy.networking.k8s.io';

const cnp = (spec: string, name = 'wide'): string =>
  `{ apiVersion: ${POLICY}/v1beta1, kind: ClusterNetworkPolicy, metadata: { name: ${name} }, spec: ${spec} }`;
const anp = (spec: string, name = 'admin'): string =>
  `{ apiVersion: ${POLICY}/v1alpha1, kind: AdminNetworkPolicy, metadata: { name: ${name} }, spec: ${spec} }`;
const banp = (spec: string): string =>
  `{ apiVersion: ${POLICY}/v1alpha1, kind: BaselineAdminNetworkPolicy, metadata: { name: default }, spec: ${spec} }`;

const cast = [
  namespace('shop', 'team: shop'),
  namespace('lab', 'team: lab'),
  pod('shop/web', {
    ports: '{ name: http, containerPort: 8080 }, { name: http, containerPort: 53, protocol: UDP }',
  }),
  pod('shop/db'),
  pod('lab/web', { ip: '10.1.0.7' }),
  pod('lab/agent', { spec: 'hostNetwork: true' }),
];
const IN_SHOP = 'subject: { namespaces: { matchLabels: { team: shop } } }';
const LAB = '{ namespaces: { matchLabels: { team: lab } } }';
const EVERYONE = '{ namespaces: {} }';

/** An Admin policy of `shop` with these ingress rules. */
const admin = (rules: string, priority = 10, name = 'wide'): string =>
  cnp(`{ tier: Admin, priority: ${priority}, ${IN_SHOP}, ingress: [${rules}] }`, name);
const baseline = (rules: string): string =>
  cnp(`{ tier: Baseline, priority: 10, ${IN_SHOP}, ingress: [${rules}] }`, 'base');

const fromLab = async (...policies: readonly string[]): Promise<string> =>
  open(await worldOf(...cast, ...policies), 'lab/web', 'shop/web');

const denyLab = `{ action: Deny, from: [${LAB}] }`;
const acceptLab = `{ action: Accept, from: [${LAB}] }`;
const closed = policy('{ podSelector: {}, policyTypes: [Ingress] }');
const openAll = policy('{ podSelector: {}, ingress: [{}] }');

describe('cluster-wide policies', () => {
  describe('tiers', () => {
    it('what the Admin tier denies no NetworkPolicy opens, and what it accepts none closes', async () => {
      expect(await fromLab(admin(denyLab), openAll)).to.equal('no port');
      expect(await fromLab(admin(acceptLab), closed)).to.equal('all ports');
    });

    it('what no rule of the Admin tier includes is for the NetworkPolicies', async () => {
      const other = admin(`{ action: Deny, from: [{ namespaces: { matchLabels: { team: other } } }] }`);
      expect(await fromLab(other, closed)).to.equal('no port');
      expect(await fromLab(other)).to.equal('all ports');
    });

    it('the Baseline tier is asked only where no NetworkPolicy selects the pod', async () => {
      expect(await fromLab(baseline(denyLab))).to.equal('no port');
      expect(await fromLab(baseline(denyLab), openAll)).to.equal('all ports');
      expect(await fromLab(baseline(acceptLab), closed)).to.equal('no port');
    });

    it('a NetworkPolicy for egress leaves ingress to the Baseline tier', async () => {
      const egress = policy('{ podSelector: {}, policyTypes: [Egress], egress: [{}] }');
      expect(await fromLab(baseline(denyLab), egress)).to.equal('no port');
    });

    it('Pass goes on to the next tier, past lower rules of its own', async () => {
      const passing = admin(`{ action: Pass, from: [${LAB}] }, ${denyLab}`);
      expect(await fromLab(passing)).to.equal('all ports');
      expect(await fromLab(passing, closed)).to.equal('no port');
      expect(await fromLab(passing, baseline(denyLab))).to.equal('no port');
      const basic = baseline(`{ action: Pass, from: [${LAB}] }, ${denyLab}`);
      expect(await fromLab(basic)).to.equal('all ports');
    });

    it('a policy without rules of a direction does not isolate', async () => {
      expect(await fromLab(admin(''))).to.equal('all ports');
    });
  });

  describe('priority', () => {
    it('the lower number comes first, whatever the kind', async () => {
      const allow = anp(`{ priority: 5, ${IN_SHOP}, ingress: [{ action: Allow, from: [${LAB}] }] }`);
      expect(await fromLab(admin(denyLab, 6), allow)).to.equal('all ports');
      expect(await fromLab(admin(denyLab, 4), allow)).to.equal('no port');
    });

    it('within a policy the first rule that includes the connection decides', async () => {
      expect(await fromLab(admin(`${acceptLab}, ${denyLab}`))).to.equal('all ports');
      expect(await fromLab(admin(`${denyLab}, ${acceptLab}`))).to.equal('no port');
    });

    it('decides port by port', async () => {
      const some = `{ action: Accept, from: [${LAB}], protocols: [{ tcp: { destinationPort: { number: 80 } } }] }`;
      expect(await fromLab(admin(`${some}, ${denyLab}`))).to.equal('TCP 80');
      expect(await fromLab(admin(some), closed)).to.equal('TCP 80');
    });

    it('the BaselineAdminNetworkPolicy comes after every ClusterNetworkPolicy of its tier', async () => {
      const base = banp(`{ ${IN_SHOP}, ingress: [{ action: Deny, from: [${LAB}] }] }`);
      expect(await fromLab(base)).to.equal('no port');
      expect(await fromLab(base, baseline(acceptLab))).to.equal('all ports');
    });
  });

  describe('subjects and peers', () => {
    it('namespaces select all their pods, pods those with the labels', async () => {
      const pods = 'subject: { pods: { namespaceSelector: {}, podSelector: { matchLabels: { app: db } } } }';
      const world = await worldOf(
        ...cast,
        cnp(`{ tier: Admin, priority: 1, ${pods}, ingress: [${denyLab}] }`),
      );
      expect(open(world, 'lab/web', 'shop/db')).to.equal('no port');
      expect(open(world, 'lab/web', 'shop/web')).to.equal('all ports');
    });

    it('a pods peer selects by both labels', async () => {
      const peer = (app: string) =>
        `{ pods: { namespaceSelector: { matchLabels: { team: lab } }, podSelector: { matchLabels: { app: ${app} } } } }`;
      expect(await fromLab(admin(`{ action: Deny, from: [${peer('web')}] }`))).to.equal('no port');
      expect(await fromLab(admin(`{ action: Deny, from: [${peer('db')}] }`))).to.equal('all ports');
    });

    it('addresses outside are no peers of ingress', async () => {
      const world = await worldOf(...cast, admin(`{ action: Deny, from: [${EVERYONE}] }`));
      expect(open(world, '203.0.113.7', 'shop/web')).to.equal('all ports');
    });

    it("pods on the node's network are neither subjects nor selected", async () => {
      const all = cnp(
        `{ tier: Admin, priority: 1, subject: { namespaces: {} }, ingress: [{ action: Deny, from: [${EVERYONE}] }] }`,
      );
      const world = await worldOf(...cast, all);
      expect(open(world, 'lab/agent', 'shop/web')).to.equal('all ports');
      expect(open(world, 'lab/web', 'lab/agent')).to.equal('all ports');
    });
  });

  describe('egress', () => {
    const egress = (rules: string) => cnp(`{ tier: Admin, priority: 1, ${IN_SHOP}, egress: [${rules}] }`);
    const sent = async (to: string, rules: string, ...more: readonly string[]) =>
      open(await worldOf(...cast, egress(rules), ...more), 'shop/web', to);

    it('networks are addresses outside, and those of pods where they are known', async () => {
      const deny = '{ action: Deny, to: [{ networks: [10.0.0.0/8, "2001:db8::/32"] }] }';
      expect(await sent('10.9.9.9', deny)).to.equal('no port');
      expect(await sent('2001:db8::1', deny)).to.equal('no port');
      expect(await sent('203.0.113.7', deny)).to.equal('all ports');
      expect(await sent('lab/web', deny)).to.equal('no port');
      expect(await sent('shop/db', deny)).to.equal('all ports');
    });

    it('an Accept before a Deny of everything is an allow list', async () => {
      const list =
        '{ action: Accept, to: [{ networks: [203.0.113.0/24] }] }, { action: Deny, to: [{ networks: [0.0.0.0/0, "::/0"] }] }';
      expect(await sent('203.0.113.7', list)).to.equal('all ports');
      expect(await sent('198.51.100.1', list)).to.equal('no port');
    });

    it('nodes are the addresses of the nodes that the selector selects', async () => {
      const node = (name: string, ip: string) =>
        `{ apiVersion: v1, kind: Node, metadata: { name: ${name}, labels: { pool: ${name} } }, status: { addresses: [{ type: InternalIP, address: ${ip} }] } }`;
      const nodes = [node('one', '192.0.2.1'), node('two', '192.0.2.2')];
      const deny = '{ action: Deny, to: [{ nodes: { matchLabels: { pool: one } } }] }';
      expect(await sent('192.0.2.1', deny, ...nodes)).to.equal('no port');
      expect(await sent('192.0.2.2', deny, ...nodes)).to.equal('all ports');
      // where it runs is not known; it runs on some node
      expect(await sent('lab/agent', deny, ...nodes)).to.equal('all ports');
      expect(await sent('lab/agent', '{ action: Deny, to: [{ nodes: {} }] }')).to.equal('no port');
    });

    it('domain names are for Accept only, and stand for no address that is known', async () => {
      const names = (action: string) => `{ action: ${action}, to: [{ domainNames: ["*.example.org"] }] }`;
      expect(await sent('203.0.113.7', names('Accept'))).to.equal('all ports');
      const denyRest = '{ action: Deny, to: [{ networks: [0.0.0.0/0] }] }';
      expect(await sent('203.0.113.7', `${names('Accept')}, ${denyRest}`)).to.equal('no port');
      expect(await sent('lab/web', names('Deny'))).to.equal('no port');
    });

    it('a named port is looked up at the destination', async () => {
      const rules =
        '{ action: Accept, to: [{ namespaces: {} }], protocols: [{ destinationNamedPort: http }] }, { action: Deny, to: [{ namespaces: {} }] }';
      const everywhere = cnp(`{ tier: Admin, priority: 1, subject: { namespaces: {} }, egress: [${rules}] }`);
      const world = await worldOf(...cast, everywhere);
      expect(open(world, 'lab/web', 'shop/web')).to.equal('TCP 8080; UDP 53');
      expect(open(world, 'lab/web', 'shop/db')).to.equal('no port');
    });

    it('both ends must allow it', async () => {
      const world = await worldOf(
        ...cast,
        egress(`{ action: Accept, to: [${EVERYONE}] }`),
        admin(denyLab, 1, 'in'),
      );
      expect(open(world, 'shop/db', 'lab/web')).to.equal('all ports');
      expect(open(world, 'lab/web', 'shop/web')).to.equal('no port');
    });
  });

  describe('ports', () => {
    const accepted = async (ports: string) =>
      fromLab(admin(`{ action: Accept, from: [${LAB}], protocols: [${ports}] }, ${denyLab}`));
    const allowed = async (ports: string) =>
      fromLab(
        anp(
          `{ priority: 1, ${IN_SHOP}, ingress: [{ action: Allow, from: [${LAB}], ports: [${ports}] }, ${denyLab}] }`,
        ),
      );

    it('of a ClusterNetworkPolicy: number, range, all of a protocol, a name', async () => {
      expect(await accepted('{ tcp: { destinationPort: { number: 80 } } }')).to.equal('TCP 80');
      expect(await accepted('{ udp: { destinationPort: { range: { start: 80, end: 90 } } } }')).to.equal(
        'UDP 80-90',
      );
      expect(await accepted('{ sctp: {} }')).to.equal('SCTP 1-65535');
      expect(await accepted('{ destinationNamedPort: http }')).to.equal('TCP 8080; UDP 53');
    });

    it('of the kinds before it: portNumber, portRange, namedPort; the protocol is TCP unless given', async () => {
      expect(await allowed('{ portNumber: { port: 80 } }')).to.equal('TCP 80');
      expect(await allowed('{ portNumber: { protocol: UDP, port: 80 } }')).to.equal('UDP 80');
      expect(await allowed('{ portRange: { protocol: SCTP, start: 80, end: 90 } }')).to.equal('SCTP 80-90');
      expect(await allowed('{ namedPort: http }')).to.equal('TCP 8080; UDP 53');
    });
  });

  describe('what is not known fails closed', () => {
    const rule = (action: string, more: string) => `{ action: ${action}, ${more} }`;
    const strange: Readonly<Record<string, string>> = {
      'a peer of an unknown kind': 'from: [{ clusters: {} }]',
      'a peer that says nothing': 'from: [{}]',
      'no peer': 'from: []',
      'a peer of two kinds': `from: [{ namespaces: {}, pods: { namespaceSelector: {}, podSelector: {} } }]`,
      'a known peer beside an unknown one': `from: [${LAB}, { clusters: {} }]`,
      'an unknown field in a peer': 'from: [{ namespaces: { sameLabels: [team] } }]',
      'an unknown operator':
        'from: [{ namespaces: { matchExpressions: [{ key: team, operator: Like, values: [lab] }] } }]',
      'an unknown kind of port': `from: [${EVERYONE}], protocols: [{ icmp: {} }]`,
      'a port out of range': `from: [${EVERYONE}], protocols: [{ tcp: { destinationPort: { number: 70000 } } }]`,
    };
    for (const [what, more] of Object.entries(strange)) {
      it(`${what}: Accept matches nothing, Deny and Pass deny everyone`, async () => {
        expect(await fromLab(admin(rule('Accept', more)), closed)).to.equal('no port');
        expect(await fromLab(admin(rule('Deny', more)), openAll)).to.equal('no port');
        expect(await fromLab(admin(rule('Pass', more)), openAll)).to.equal('no port');
      });
    }

    it('an invalid CIDR does, too', async () => {
      const deny = cnp(
        `{ tier: Admin, priority: 1, ${IN_SHOP}, egress: [{ action: Deny, to: [{ networks: [10.0.0.0] }] }] }`,
      );
      expect(open(await worldOf(...cast, deny), 'shop/web', '203.0.113.7')).to.equal('no port');
    });

    it('the other rules of the policy still count', async () => {
      expect(await fromLab(admin(`${acceptLab}, ${rule('Deny', 'from: [{}]')}`))).to.equal('all ports');
    });
  });

  it('an object that the API server refuses is an error, and the rest is read', async () => {
    const bad: Readonly<Record<string, string>> = {
      [cnp('{ tier: Admin, priority: 1, subject: {} }')]:
        '/spec/subject: expected one of namespaces and pods',
      [cnp(`{ tier: Middle, priority: 1, ${IN_SHOP} }`)]: '/spec/tier: expected Admin or Baseline',
      [cnp(`{ tier: Admin, priority: 1001, ${IN_SHOP} }`)]:
        '/spec/priority: expected a whole number from 0 to 1000',
      [admin('{ action: Allow, from: [{ namespaces: {} }] }')]:
        '/spec/ingress/0/action: expected one of Accept, Deny, Pass',
      [banp(`{ ${IN_SHOP}, ingress: [{ action: Pass, from: [{ namespaces: {} }] }] }`)]:
        '/spec/ingress/0/action: expected one of Allow, Deny',
    };
    for (const [content, problem] of Object.entries(bad)) {
      const { errors, world } = await loadWorld(
        [{ name: 'file', content: `${content}\n---\n${cast[0]}` }],
        0,
      );
      expect(errors.map(({ message }) => message.replace(/^\S+ \S+ /, ''))).to.deep.equal([problem]);
      expect(world.tables.namespaces.size).to.equal(1);
    }
  });

  it('v1alpha2 reads as v1beta1', async () => {
    expect(await fromLab(admin(denyLab).replace('v1beta1', 'v1alpha2'))).to.equal('no port');
  });
});
