import { expect } from 'chai';
import { CommandError } from '../../../src/commands/error.ts';
import { portsText } from '../../../src/world/exposure/ports.ts';
import { namespace, pod, policy } from '../../support/network.ts';
import { mapOf, portsOfEntry, reached } from '../../support/reach.ts';

const deployment = (id: string, labels: string, more = ''): string => {
  const [home, name] = id.split('/');
  return `{ apiVersion: apps/v1, kind: Deployment, metadata: { name: ${name}, namespace: ${home} }, spec: { template: { metadata: { labels: { ${labels} } }, spec: { ${more}containers: [{ name: main, image: main }] } } } }`;
};
const closed = policy('{ podSelector: {}, policyTypes: [Ingress, Egress] }', 'closed');
const cast = [pod('shop/web'), pod('shop/db'), pod('lab/web')];

/** `from -> to: ports`, in the order in which they are printed. */
const linesOf = async (...parameters: Parameters<typeof mapOf>): Promise<readonly string[]> =>
  (await mapOf(...parameters)).map(
    (entry) => `${entry.from} -> ${entry.to}: ${portsText(portsOfEntry(entry))}`,
  );

/** What of the map is about addresses outside. */
const outsideOf = async (...documents: readonly string[]) =>
  (await linesOf(documents)).filter((line) => /\/\d+(:| ->)/.test(line));

describe('reach: the map as JSON', () => {
  it('has every workload with every other, and with every address; nothing to itself', async () => {
    expect(await linesOf([pod('shop/web'), deployment('lab/api', 'app: api')])).to.deep.equal([
      'lab/deployment/api -> shop/pod/web: all ports',
      'lab/deployment/api -> 0.0.0.0/0: all ports',
      'lab/deployment/api -> ::/0: all ports',
      'shop/pod/web -> lab/deployment/api: all ports',
      'shop/pod/web -> 0.0.0.0/0: all ports',
      'shop/pod/web -> ::/0: all ports',
      '0.0.0.0/0 -> lab/deployment/api: all ports',
      '::/0 -> lab/deployment/api: all ports',
      '0.0.0.0/0 -> shop/pod/web: all ports',
      '::/0 -> shop/pod/web: all ports',
    ]);
  });

  it('has ports as one entry for each protocol and interval, both ends included', async () => {
    const ports =
      '[{ port: 80 }, { port: 81 }, { port: 443 }, { protocol: UDP }, { protocol: SCTP, port: 5, endPort: 9 }]';
    const [entry] = await mapOf(
      [...cast, policy(`{ podSelector: { matchLabels: { app: web } }, ingress: [{ ports: ${ports} }] }`)],
      { from: 'lab/web', to: 'shop/web' },
    );
    expect(entry).to.deep.equal({
      from: 'lab/pod/web',
      to: 'shop/pod/web',
      ports: [
        { protocol: 'TCP', from: 80, to: 81 },
        { protocol: 'TCP', from: 443, to: 443 },
        { protocol: 'UDP', from: 1, to: 65535 },
        { protocol: 'SCTP', from: 5, to: 9 },
      ],
    });
  });

  it('has no entry where nothing is allowed; an empty map is an empty list', async () => {
    const { code, stdout } = await reached([pod('shop/web'), closed], { output: 'json' });
    expect([code, stdout]).to.deep.equal([0, '[]\n']);
  });

  describe('outside', () => {
    const block = (text: string) =>
      policy(`{ podSelector: {}, policyTypes: [Ingress, Egress], ingress: [{ from: [${text}] }] }`);

    it('is divided where policies differ, into as few CIDRs as say it', async () => {
      const except = '{ ipBlock: { cidr: 10.0.0.0/8, except: [10.64.0.0/10] } }';
      expect(await outsideOf(pod('shop/web'), block(except))).to.deep.equal([
        '10.0.0.0/10 -> shop/pod/web: all ports',
        '10.128.0.0/9 -> shop/pod/web: all ports',
      ]);
    });

    it('joins blocks that touch, and keeps apart what other ports are open to', async () => {
      const halves = '{ ipBlock: { cidr: 10.0.0.0/9 } }, { ipBlock: { cidr: 10.128.0.0/9 } }';
      expect(await outsideOf(pod('shop/web'), block(halves))).to.deep.equal([
        '10.0.0.0/8 -> shop/pod/web: all ports',
      ]);
      const more = policy(
        '{ podSelector: {}, ingress: [{ from: [{ ipBlock: { cidr: 10.0.0.0/8 } }], ports: [{ port: 80 }] }, { from: [{ ipBlock: { cidr: 10.1.0.0/16 } }] }] }',
      );
      const lines = await outsideOf(pod('shop/web'), more);
      expect(lines).to.include('10.1.0.0/16 -> shop/pod/web: all ports');
      expect(lines).to.include('10.0.0.0/16 -> shop/pod/web: TCP 80');
      expect(lines).to.include('10.128.0.0/9 -> shop/pod/web: TCP 80');
    });

    it('has both families of addresses', async () => {
      expect(await outsideOf(pod('shop/web'), block('{ ipBlock: { cidr: "2001:db8::/32" } }'))).to.deep.equal(
        ['2001:db8::/32 -> shop/pod/web: all ports'],
      );
      expect(await outsideOf(pod('shop/web'), block('{ ipBlock: { cidr: 0.0.0.0/0 } }'))).to.deep.equal([
        '0.0.0.0/0 -> shop/pod/web: all ports',
      ]);
    });

    it('a block of one workload does not divide what is said of another', async () => {
      const lines = await outsideOf(
        pod('shop/web'),
        pod('lab/web'),
        block('{ ipBlock: { cidr: 10.0.0.0/8 } }'),
      );
      expect(lines.filter((line) => line.includes('lab'))).to.deep.equal([
        'lab/pod/web -> 0.0.0.0/0: all ports',
        'lab/pod/web -> ::/0: all ports',
        '0.0.0.0/0 -> lab/pod/web: all ports',
        '::/0 -> lab/pod/web: all ports',
      ]);
    });
  });

  it('an ipBlock includes pods whose address is known, and no others', async () => {
    const lines = await linesOf(
      [
        pod('shop/web'),
        pod('lab/near', { ip: '10.1.2.3' }),
        pod('lab/far', { ip: '10.9.2.3' }),
        pod('lab/unknown'),
        '{ apiVersion: v1, kind: Pod, metadata: { name: plain, namespace: lab }, spec: { containers: [{ name: main, image: main }] }, status: { podIP: 10.1.0.9 } }',
        policy('{ podSelector: {}, ingress: [{ from: [{ ipBlock: { cidr: 10.1.0.0/16 } }] }] }'),
      ],
      { to: 'shop/pod/web' },
    );
    expect(lines.filter((line) => line.startsWith('lab'))).to.deep.equal([
      'lab/pod/near -> shop/pod/web: all ports',
      'lab/pod/plain -> shop/pod/web: all ports',
    ]);
  });
});

describe('reach: workloads', () => {
  const owned = (name: string, labels: string, more = '') =>
    `{ apiVersion: v1, kind: Pod, metadata: { name: ${name}, namespace: shop, labels: { ${labels} }, ownerReferences: [{ apiVersion: apps/v1, kind: ReplicaSet, name: web-5d4, uid: "1", controller: true }] }, spec: { containers: [{ name: main, image: main, ${more} }] } }`;

  it('pods of one owner are one workload, named by it even where it is not there', async () => {
    expect(
      await linesOf([owned('web-5d4-a', 'app: web'), owned('web-5d4-b', 'app: web'), pod('lab/web')], {
        to: 'lab/web',
        from: 'shop/web-5d4',
      }),
    ).to.deep.equal(['shop/replicaset/web-5d4 -> lab/pod/web: all ports']);
  });

  it('what one of its pods may, the workload may: pods with unlike labels are told apart', async () => {
    const canary = policy(
      '{ podSelector: { matchLabels: { app: db } }, ingress: [{ from: [{ podSelector: { matchLabels: { track: canary } } }], ports: [{ port: 1 }] }, { from: [{ podSelector: { matchLabels: { track: stable } } }], ports: [{ port: 2 }] }] }',
    );
    const pods = [owned('a', 'track: canary'), owned('b', 'track: stable'), owned('c', 'track: other')];
    expect(
      await linesOf([...pods, pod('shop/db'), canary], { from: 'shop/web-5d4', to: 'shop/db' }),
    ).to.deep.equal(['shop/replicaset/web-5d4 -> shop/pod/db: TCP 1-2']);
  });

  it('pods that differ only in what a named port is are told apart', async () => {
    const wide = `{ apiVersion: policy.networking.k8s.io/v1beta1, kind: ClusterNetworkPolicy, metadata: { name: wide }, spec: { tier: Admin, priority: 1, subject: { namespaces: {} }, ingress: [{ action: Accept, from: [{ namespaces: {} }], protocols: [{ destinationNamedPort: http }] }, { action: Deny, from: [{ namespaces: {} }] }] } }`;
    const pods = [
      owned('a', 'app: web', 'ports: [{ name: http, containerPort: 80 }]'),
      owned('b', 'app: web', 'ports: [{ name: http, containerPort: 8080 }]'),
    ];
    expect(
      await linesOf([...pods, pod('shop/db'), wide], { from: 'shop/db', to: 'shop/web-5d4' }),
    ).to.deep.equal(['shop/pod/db -> shop/replicaset/web-5d4: TCP 80,8080']);
  });

  it('a namespace that files only mention has the label with its name', async () => {
    const byName = policy(
      '{ podSelector: {}, ingress: [{ from: [{ namespaceSelector: { matchLabels: { kubernetes.io/metadata.name: lab } } }] }] }',
    );
    expect(await linesOf([...cast, byName], { to: 'shop/web' })).to.deep.equal([
      'lab/pod/web -> shop/pod/web: all ports',
    ]);
  });

  it('what names no namespace is in `default`', async () => {
    const bare =
      '{ apiVersion: v1, kind: Pod, metadata: { name: bare }, spec: { containers: [{ name: main, image: main }] } }';
    const own =
      '{ apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: { name: closed }, spec: { podSelector: {} } }';
    expect(await linesOf([bare, own, pod('lab/web')], { to: 'default/bare' })).to.deep.equal([]);
  });

  it('a pod that has ended when the file was written counts', async () => {
    const ended = `${pod('shop/job')}\nstatus: { phase: Succeeded }`;
    expect(await linesOf([ended, pod('lab/web')], { from: 'shop/job', to: 'lab/web' })).to.have.length(1);
  });

  it('two kinds of the same name carry their group', async () => {
    const [custom = '', builtin = ''] = ['apps.kruise.io/v1beta1', 'apps/v1'].map(
      (apiVersion, index) =>
        `{ apiVersion: v1, kind: Pod, metadata: { name: db-${index}, namespace: shop, ownerReferences: [{ apiVersion: ${apiVersion}, kind: StatefulSet, name: db, uid: "1", controller: true }] }, spec: { containers: [{ name: main, image: main }] } }`,
    );
    expect(await linesOf([custom, builtin], { from: 'shop/statefulset.apps/db' })).to.include(
      'shop/statefulset.apps/db -> shop/statefulset.apps.kruise.io/db: all ports',
    );
  });

  it('a node reaches the pods that run on it; others on its network only what policies allow', async () => {
    const onNode = (id: string, node: string, more = '') => pod(id, { spec: `nodeName: ${node}\n  ${more}` });
    const lines = await linesOf(
      [
        onNode('shop/web', 'one'),
        onNode('lab/agent', 'one', 'hostNetwork: true'),
        onNode('lab/other', 'two', 'hostNetwork: true'),
        closed,
      ],
      { to: 'shop/web' },
    );
    expect(lines).to.deep.equal(['lab/pod/agent -> shop/pod/web: all ports']);
  });
});

describe('reach: narrowed', () => {
  const documents = [
    ...cast,
    policy(
      '{ podSelector: { matchLabels: { app: web } }, ingress: [{ ports: [{ port: 80, endPort: 90 }] }] }',
    ),
  ];

  it('by --from or --to: a workload, an address or a CIDR', async () => {
    expect(await linesOf(documents, { to: 'shop/pod/web', from: '10.0.0.0/8' })).to.deep.equal([
      '10.0.0.0/8 -> shop/pod/web: TCP 80-90',
    ]);
    expect(await linesOf(documents, { from: '192.0.2.1' })).to.deep.equal([
      '192.0.2.1/32 -> lab/pod/web: all ports',
      '192.0.2.1/32 -> shop/pod/db: all ports',
      '192.0.2.1/32 -> shop/pod/web: TCP 80-90',
    ]);
    expect(await linesOf(documents, { from: 'shop/Pod/db' })).to.deep.equal([
      'shop/pod/db -> lab/pod/web: all ports',
      'shop/pod/db -> shop/pod/web: TCP 80-90',
      'shop/pod/db -> 0.0.0.0/0: all ports',
      'shop/pod/db -> ::/0: all ports',
    ]);
  });

  it('by --port: what else is open is left out', async () => {
    expect(await linesOf(documents, { from: 'lab/web', port: '85' })).to.include(
      'lab/pod/web -> shop/pod/web: TCP 85',
    );
    expect(await linesOf(documents, { to: 'shop/web', port: '53/udp' })).to.deep.equal([]);
  });

  it('an address that a pod has is that pod', async () => {
    const lines = await linesOf([pod('shop/web'), pod('lab/web', { ip: '10.1.2.3' })], {
      from: '10.1.2.3',
      to: 'shop/web',
    });
    expect(lines).to.deep.equal(['lab/pod/web -> shop/pod/web: all ports']);
  });

  it('refuses what names nothing, or is no port, and says what is expected', async () => {
    const refused: readonly (readonly [Parameters<typeof reached>[1], RegExp])[] = [
      [
        { from: 'shop/deployment/web' },
        /^--from shop\/deployment\/web: .* such as lab\/pod\/web, shop\/pod\/web$/,
      ],
      [
        { to: '10.0.0.0/33' },
        /^--to 10.0.0.0\/33: there is no such workload; expected namespace\/kind\/name, an address/,
      ],
      [{ port: 'http' }, /^--port http: expected a port such as 80, 53\/udp/],
      [{ port: '0' }, /^--port 0: /],
      [{ port: '90-80' }, /^--port 90-80: /],
      [{ port: '80/icmp' }, /^--port 80\/icmp: /],
      [{ from: '10.0.0.1', to: '10.0.0.2' }, /both outside/],
    ];
    for (const [flags, expected] of refused) {
      const error = await reached(documents, flags).then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      expect(error).to.be.instanceOf(CommandError);
      expect((error as CommandError).message).to.match(expected);
      expect((error as CommandError).exitCode).to.equal(2);
    }
    const both = [deployment('shop/web', 'app: other'), ...documents];
    const error = await reached(both, { from: 'shop/web' }).catch((thrown: unknown) => thrown);
    expect(String(error)).to.match(/several are named so: shop\/deployment\/web, shop\/pod\/web/);
  });
});

describe('reach: yes or no', () => {
  const documents = [
    ...cast,
    policy(
      '{ podSelector: { matchLabels: { app: db } }, ingress: [{ from: [{ podSelector: {} }], ports: [{ port: 5432 }] }, { from: [{ ipBlock: { cidr: 10.0.0.0/8 } }] }] }',
      'db',
    ),
  ];
  const asked = async (from: string, to: string, port?: string) => {
    const { code, stdout } = await reached(documents, { from, to, ...(port === undefined ? {} : { port }) });
    return { code, lines: stdout.trimEnd().split('\n') };
  };

  it('yes is 0, with the rule of each end', async () => {
    expect(await asked('shop/web', 'shop/db')).to.deep.equal({
      code: 0,
      lines: [
        'yes: shop/pod/web may connect to shop/pod/db on TCP 5432',
        '  egress of shop/pod/web: all ports',
        '    no NetworkPolicy selects it',
        '  ingress of shop/pod/db: TCP 5432',
        '    NetworkPolicy shop/db /spec/ingress/0 allows TCP 5432',
        '    NetworkPolicy shop/db selects it and allows nothing else',
      ],
    });
  });

  it('no is 1, with the policies that select the pod and have no rule', async () => {
    expect(await asked('lab/web', 'shop/db', '5432')).to.deep.equal({
      code: 1,
      lines: [
        'no: lab/pod/web may not connect to shop/pod/db on TCP 5432',
        '  egress of lab/pod/web: TCP 5432',
        '    no NetworkPolicy selects it',
        '  ingress of shop/pod/db: no port',
        '    NetworkPolicy shop/db selects it, with no rule that allows this',
      ],
    });
  });

  it('of a range of ports all must be open, of a CIDR every address', async () => {
    expect((await asked('shop/web', 'shop/db', '5432')).code).to.equal(0);
    expect((await asked('shop/web', 'shop/db', '5432-5433')).code).to.equal(1);
    expect((await asked('10.1.0.0/16', 'shop/db')).code).to.equal(0);
    expect((await asked('10.0.0.0/7', 'shop/db')).code).to.equal(1);
    expect((await asked('shop/web', '203.0.113.7')).code).to.equal(0);
  });

  it('names the rules of cluster-wide policies, in the order in which they are asked', async () => {
    const wide = (name: string, tier: string, rules: string) =>
      `{ apiVersion: policy.networking.k8s.io/v1beta1, kind: ClusterNetworkPolicy, metadata: { name: ${name} }, spec: { tier: ${tier}, priority: 1, subject: { namespaces: {} }, ingress: [${rules}] } }`;
    const { stdout } = await reached(
      [
        namespace('shop'),
        ...cast,
        wide(
          'admin',
          'Admin',
          '{ action: Deny, from: [{ namespaces: {} }], protocols: [{ tcp: { destinationPort: { number: 22 } } }] }, { action: Pass, from: [{ namespaces: {} }] }',
        ),
        wide('base', 'Baseline', '{ action: Deny, from: [{ namespaces: {} }], protocols: [{ udp: {} }] }'),
      ],
      { from: 'lab/web', to: 'shop/web' },
    );
    expect(stdout.trimEnd().split('\n').slice(3)).to.deep.equal([
      '  ingress of shop/pod/web: TCP 1-21,23-65535; SCTP 1-65535',
      '    ClusterNetworkPolicy admin /spec/ingress/0 denies TCP 22',
      '    ClusterNetworkPolicy admin /spec/ingress/1 passes on TCP 1-21,23-65535; UDP 1-65535; SCTP 1-65535',
      '    no NetworkPolicy selects it',
      '    ClusterNetworkPolicy base /spec/ingress/0 denies UDP 1-65535',
      '    nothing else decides: TCP 1-21,23-65535; SCTP 1-65535 allowed',
    ]);
  });

  it('a pod reaches itself, and a node the pods on it, whatever policies say', async () => {
    const self = await reached([pod('shop/web'), closed], { from: 'shop/web', to: 'shop/web' });
    expect(self.code).to.equal(0);
    expect(self.stdout).to.match(/^yes: .*\n.*\n {4}a pod always reaches itself/);
    const agent = pod('lab/agent', { spec: 'hostNetwork: true\n  nodeName: one' });
    const web = pod('shop/web', { spec: 'nodeName: one' });
    const node = await reached([web, agent, closed], { from: 'lab/agent', to: 'shop/web', port: '80' });
    expect(node.code).to.equal(0);
    expect(node.stdout).to.include('    a node always reaches the pods that run on it');
  });

  it('prints the entry with -o json, and exits alike', async () => {
    const { code, stdout } = await reached(documents, { from: 'lab/web', to: 'shop/db', output: 'json' });
    expect([code, JSON.parse(stdout)]).to.deep.equal([1, []]);
  });
});

describe('reach: for people', () => {
  it('prints a table, with one row where a workload may connect to every other alike', async () => {
    const { stdout } = await reached([...cast, policy('{ podSelector: {}, policyTypes: [Egress] }')]);
    expect(
      stdout
        .trimEnd()
        .split('\n')
        .map((line) => line.split(/ {2,}/)),
    ).to.deep.equal([
      ['FROM', 'TO', 'PORTS'],
      ['lab/pod/web', 'every other workload (2)', 'all ports'],
      ['lab/pod/web', 'outside: every address', 'all ports'],
      ['outside: every address', 'lab/pod/web', 'all ports'],
      ['outside: every address', 'shop/pod/db', 'all ports'],
      ['outside: every address', 'shop/pod/web', 'all ports'],
    ]);
  });

  it('says so where nothing is allowed', async () => {
    expect((await reached([pod('shop/web'), closed])).stdout).to.equal('no connection is allowed\n');
  });

  it('draws it for Graphviz and for Mermaid, each end once', async () => {
    const documents = [
      pod('shop/web'),
      pod('shop/db'),
      policy(
        '{ podSelector: {}, policyTypes: [Ingress, Egress], egress: [{ to: [{ podSelector: {} }] }], ingress: [{ from: [{ podSelector: { matchLabels: { app: web } } }], ports: [{ port: 80 }] }] }',
      ),
    ];
    expect((await reached(documents, { output: 'dot' })).stdout).to.equal(
      'digraph reach {\n  rankdir=LR;\n  node [shape=box];\n  n0 [label="shop/pod/web"];\n  n1 [label="shop/pod/db"];\n  n0 -> n1 [label="TCP 80"];\n}\n',
    );
    expect((await reached(documents, { output: 'mermaid' })).stdout).to.equal(
      'flowchart LR\n  n0["shop/pod/web"]\n  n1["shop/pod/db"]\n  n0 -->|"TCP 80"| n1\n',
    );
  });

  it('what a name holds is no syntax of the picture, and nothing that a terminal obeys', async () => {
    const odd = JSON.stringify({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'a"]\\\u001b[31m<b>#', namespace: 'shop' },
      spec: { containers: [{ name: 'main', image: 'main' }] },
    });
    for (const output of ['dot', 'mermaid', 'table', 'json'] as const) {
      const { stdout } = await reached([odd, pod('lab/web')], { output });
      expect(stdout).to.not.include('\u001b');
      if (output === 'dot') expect(stdout).to.include(String.raw`label="shop/pod/a\"]\\`);
      if (output === 'mermaid') expect(stdout).to.include('a#34;]').and.to.include('#60;b#62;#35;');
    }
  });
});

describe('reach: what cannot be read', () => {
  it('is named, the rest is printed, and the exit code is 2', async () => {
    const broken =
      '{ apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: { name: bad, namespace: shop }, spec: { podSelector: [] } }';
    const { code, stdout, stderr } = await reached([...cast, broken], { from: 'lab/web', to: 'shop/web' });
    expect(code).to.equal(2);
    expect(stdout).to.match(/^yes: /);
    expect(stderr).to.match(
      /^error: .*cluster\.yaml:\d+: NetworkPolicy shop\/bad: \/spec\/podSelector: expected an object/,
    );
  });

  it('a file that is not there is an error, too', async () => {
    const { code, stderr } = await reached([], { files: ['/nowhere/at-all.yaml'] });
    expect(code).to.equal(2);
    expect(stderr).to.include('there is no such file or folder');
  });
});
