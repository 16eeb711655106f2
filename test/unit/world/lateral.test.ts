import { expect } from 'chai';
import { checks } from '../../../src/axes/index.ts';
import { defaultPolicy } from '../../../src/policy/policy.ts';
import { reportOf } from '../../../src/publish/render.ts';
import { type Assessment, assess } from '../../../src/score/assess.ts';
import { surroundingsLayer } from '../../../src/world/surroundings/layer.ts';
import type { World } from '../../../src/world/world.ts';
import { namespace, pod, policy, worldOf } from '../../support/network.ts';

const http = '{ containerPort: 8080 }';
const postgres = '{ containerPort: 5432 }';
/** Its port runs whatever code it is sent. */
const debugged = '{ containerPort: 8080 }, { containerPort: 9229 }';

const door = (home: string, { type = 'LoadBalancer', port = 8080 } = {}) =>
  `{ apiVersion: v1, kind: Service, metadata: { name: door-${port}, namespace: ${home} }, spec: { type: ${type}, selector: { app: web }, ports: [{ port: ${port} }] } }`;

const web = pod('shop/web', { ports: http });
const exposed = [web, door('shop')];
const readily = [pod('shop/web', { ports: debugged }), door('shop', { port: 9229 })];

const select = (app: string) => `{ matchLabels: { app: ${app} } }`;
const lets = (app: string, from: string) =>
  `{ podSelector: ${select(app)}, ingress: [{ from: [{ podSelector: ${select(from)} }] }] }`;

function assessed(id: string, world: World): Assessment {
  const layer = surroundingsLayer();
  const [home, name] = id.split('/');
  const workload = [...layer.workloads(world).values()].find(
    ({ ref }) => ref.namespace === home && ref.name === name,
  );
  if (workload === undefined) throw new Error(`there is no pod ${id}`);
  return assess(workload, layer.of(workload, world, defaultPolicy), checks);
}

const findingOf = ({ findings }: Assessment) =>
  findings.find(({ check }) => check.id === 'network/reachable-from-entry');

/** Weight and message of the finding; undefined if there is none. */
async function found(id: string, ...documents: readonly string[]): Promise<string | undefined> {
  const finding = findingOf(assessed(id, await worldOf(...documents)));
  return finding && `${finding.weight} ${finding.message}`;
}

const wayIn = async (id: string, ...documents: readonly string[]): Promise<string> => {
  const { steps } = assessed(id, await worldOf(...documents)).around.lateral.wayIn.reduce(
    ({ steps: all }, { from, to }) => ({ steps: [...(all.length === 0 ? [from] : all), to] }),
    { steps: [] as readonly string[] },
  );
  return steps.join(' > ');
};

describe('an intruder from outside', () => {
  const db = pod('shop/db', { ports: postgres });
  const api = pod('shop/api', { ports: http });

  it('gets from what the internet can open to whatever accepts connections from there', async () => {
    expect(await found('shop/api', ...exposed, api)).to.equal(
      '0.15 internet -> shop/pod/web -> TCP 8080; one on the way has to be broken into',
    );
    expect(await wayIn('shop/api', ...exposed, api)).to.equal('internet > shop/pod/web > shop/pod/api');
  });

  it('is nowhere where nothing has a door', async () => {
    expect(await found('shop/api', web, api)).to.equal(undefined);
    expect(await wayIn('shop/api', web, api)).to.equal('');
  });

  it('is told of an entry by its own exposure, and its way in is its door', async () => {
    expect(await found('shop/web', ...exposed, pod('shop/other'))).to.equal(undefined);
    expect(await wayIn('shop/web', ...exposed)).to.equal('internet > shop/pod/web');
  });

  it('weighs more at a database, and most where each on the way readily gives way', async () => {
    expect(await found('shop/db', ...exposed, db)).to.match(/^0.25 .* -> TCP 5432 \(PostgreSQL\);/);
    expect(await found('shop/api', ...readily, api)).to.match(/^0.45 .*each on the way readily gives way$/);
    expect(await found('shop/db', ...readily, db)).to.match(/^0.6 /);
  });

  it('goes in by a console only where it can connect to that port', async () => {
    const closed = [pod('shop/web', { ports: debugged }), door('shop')];
    expect(await found('shop/db', ...closed, db)).to.match(/^0.25 /);
  });

  it('gives up behind two that have to be broken into', async () => {
    const chain = [
      ...exposed,
      ...['a', 'b', 'c'].map((name) => pod(`shop/${name}`, { ports: http })),
      policy(lets('a', 'web'), 'a'),
      policy(lets('b', 'a'), 'b'),
      policy(lets('c', 'b'), 'c'),
    ];
    expect(await found('shop/a', ...chain)).to.match(/^0.15 /);
    expect(await found('shop/b', ...chain)).to.equal(
      '0.05 internet -> shop/pod/web -> shop/pod/a -> TCP 8080; two on the way have to be broken into',
    );
    expect(await found('shop/c', ...chain)).to.equal(undefined);
  });

  it('goes on over any number that readily give way', async () => {
    const chain = [
      ...readily,
      ...['a', 'b', 'c', 'd'].map((name) => pod(`shop/${name}`, { ports: '{ containerPort: 2379 }' })),
      policy(lets('a', 'web'), 'a'),
      policy(lets('b', 'a'), 'b'),
      policy(lets('c', 'b'), 'c'),
      policy(lets('d', 'c'), 'd'),
    ];
    expect(await wayIn('shop/d', ...chain)).to.equal(
      'internet > shop/pod/web > shop/pod/a > shop/pod/b > shop/pod/c > shop/pod/d',
    );
    expect(await found('shop/d', ...chain)).to.match(/^0.6 /);
  });

  it('is kept out by a policy of the workload, and kept in by one of the entry', async () => {
    const outwards = policy(
      `{ podSelector: ${select('web')}, policyTypes: [Egress], egress: [{ to: [{ podSelector: ${select('api')} }] }] }`,
    );
    expect(await found('shop/db', ...exposed, db, api, outwards)).to.match(/^0.1 .*shop\/pod\/api -> /);
    expect(await found('shop/api', ...exposed, db, api, outwards)).to.match(/^0.15 /);
    expect(await found('shop/db', ...exposed, db, policy(lets('db', 'api')))).to.equal(undefined);
  });

  it('is kept out by a cluster-wide policy, too', async () => {
    const deny = `{ apiVersion: policy.networking.k8s.io/v1alpha2, kind: ClusterNetworkPolicy, metadata: { name: deny }, spec: { tier: Admin, priority: 1, subject: { pods: { namespaceSelector: {}, podSelector: ${select('db')} } }, ingress: [{ action: Deny, from: [{ namespaces: {} }] }] } }`;
    expect(await found('shop/db', ...exposed, db, deny)).to.equal(undefined);
    expect(await found('shop/api', ...exposed, api, deny)).to.match(/^0.15 /);
  });

  it('comes from any pod where a block of addresses holds a whole private network', async () => {
    const block = (cidr: string) =>
      policy(`{ podSelector: ${select('db')}, ingress: [{ from: [{ ipBlock: { cidr: ${cidr} } }] }] }`);
    expect(await found('shop/db', ...exposed, db, block('10.0.0.0/8'))).to.match(/^0.25 /);
    expect(await found('shop/db', ...exposed, db, block('10.1.2.0/24'))).to.equal(undefined);
  });

  it('may come over the nodes\u2019 network as well, where somebody must be first', async () => {
    const near = [web, door('shop', { type: 'NodePort' })];
    expect(await found('shop/db', ...near, db)).to.equal(
      '0.1 node-network -> shop/pod/web -> TCP 5432 (PostgreSQL); two on the way have to be broken into',
    );
    expect(await found('shop/web', ...near, db)).to.equal(undefined);
  });

  it('counts for little where nothing says that anything listens', async () => {
    expect(await found('shop/job', ...readily, pod('shop/job'))).to.match(/^0.05 .* -> any port;/);
  });

  it('is shown in the first attack path, before what the workload leads to', async () => {
    const spec = 'hostPID: true';
    const node = pod('shop/node', { ports: http, spec }).replace(
      'image: registry.example/main',
      'image: registry.example/main, securityContext: { privileged: true }',
    );
    const { report } = reportOf(assessed('shop/node', await worldOf(...readily, node)), { live: false });
    expect(report.attackPaths[0]?.steps).to.deep.equal([
      {
        from: 'internet',
        to: 'shop/pod/web',
        because: [
          {
            object: 'Service shop/door-9229',
            path: '/spec/type',
            text: 'internet -> LoadBalancer shop/door-9229:9229 -> port 9229 -> no policy selects it',
          },
        ],
      },
      {
        from: 'shop/pod/web',
        to: 'shop/pod/node',
        because: [
          { object: 'Pod shop/web', text: 'port 9229 is the Node.js inspector: runs any code' },
          { object: 'Pod shop/node', text: 'no NetworkPolicy selects it, so it accepts TCP 8080' },
        ],
      },
      report.attackPaths[0]?.steps[2],
    ]);
    expect(report.attackPaths[0]?.steps[2]).to.include({ from: 'shop/pod/node', to: 'node' });
  });

  it('is not named where it comes over another namespace', async () => {
    const far = [namespace('far'), ...readily.map((text) => text.replaceAll('shop', 'far'))];
    const open = policy(
      `{ podSelector: ${select('db')}, ingress: [{ from: [{ namespaceSelector: {} }], ports: [{ port: 5432 }] }] }`,
    );
    const privileged = db.replace('image:', 'securityContext: { privileged: true }, image:');
    const assessment = assessed('shop/db', await worldOf(...far, privileged, open));
    const text = JSON.stringify(reportOf(assessment, { live: false }));
    expect(findingOf(assessment)?.message).to.equal(
      'internet -> another namespace -> TCP 5432 (PostgreSQL); each on the way readily gives way',
    );
    expect(text).to.include('"from":"internet","to":"another namespace"');
    expect(text).to.include('"text":"lets it in to TCP 5432"');
    expect(text).to.not.match(/far|9229|inspector/);
  });
});
