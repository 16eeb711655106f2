import { expect } from 'chai';
import { loadWorld } from '../../../../src/observe/files/load.ts';
import { defaultPolicy } from '../../../../src/policy/policy.ts';
import type { Escalation } from '../../../../src/world/escalation/escalation.ts';
import { surroundingsLayer } from '../../../../src/world/surroundings/layer.ts';

const pod = (name: string, account: string, { spec = '', namespace = 'shop' } = {}) => `
apiVersion: v1
kind: Pod
metadata: { name: ${name}, namespace: ${namespace} }
spec: { serviceAccountName: ${account}, containers: [{ name: main, image: main:1${spec.startsWith('securityContext') ? `, ${spec}` : ''} }]${spec === '' || spec.startsWith('securityContext') ? '' : `, ${spec}`} }
`;
const privileged = 'securityContext: { privileged: true }';

/** `may('shop/web', 'create pods', 'shop')`: a rule, and a binding in a namespace or, without one, everywhere. */
let count = 0;
function may(subject: string, what: string, namespace?: string, names: readonly string[] = []): string {
  const [verbs = '', resource = '', group = ''] = what.split(' ');
  const [home = '', name = ''] = subject.split('/');
  const who =
    home === 'group'
      ? `{ kind: Group, apiGroup: rbac.authorization.k8s.io, name: "${subject.slice('group/'.length)}" }`
      : home === 'user'
        ? `{ kind: User, apiGroup: rbac.authorization.k8s.io, name: "${name}" }`
        : `{ kind: ServiceAccount, namespace: ${home}, name: ${name} }`;
  const wide = namespace === undefined;
  count += 1;
  const metadata = `{ name: r${count}${wide ? '' : `, namespace: ${namespace}`} }`;
  return `
apiVersion: rbac.authorization.k8s.io/v1
kind: ${wide ? 'ClusterRole' : 'Role'}
metadata: ${metadata}
rules: [{ apiGroups: ["${group}"], resources: ["${resource}"], verbs: [${verbs}], resourceNames: [${names.join()}] }]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ${wide ? 'ClusterRoleBinding' : 'RoleBinding'}
metadata: ${metadata}
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ${wide ? 'ClusterRole' : 'Role'}, name: r${count} }
subjects: [${who}]
`;
}
const admin = (subject: string) => may(subject, '"*" * *');
const enforces = (namespace: string, level: string) =>
  `apiVersion: v1\nkind: Namespace\nmetadata: { name: ${namespace}, labels: { pod-security.kubernetes.io/enforce: ${level} } }\n`;

/** @param name of the pod to look at */
async function escalationOf(name: string, ...documents: readonly string[]): Promise<Escalation> {
  const { world, errors } = await loadWorld([{ name: 'test', content: documents.join('---\n') }], 0);
  expect(errors).to.deep.equal([]);
  const layer = surroundingsLayer();
  const workload = [...layer.workloads(world).values()].find(({ ref }) => ref.name === name);
  if (workload === undefined) throw new Error(`there is no pod ${name}`);
  return layer.of(workload, world, defaultPolicy).escalation;
}

const route = ({ paths }: Escalation, to: string): string | undefined => {
  const steps = paths.find(({ consequence }) => consequence === to)?.steps;
  return steps && [steps[0]?.from, ...steps.map((step) => step.to)].join(' > ');
};
const ends = ({ paths }: Escalation) => paths.map(({ consequence }) => consequence);
const rights = ({ rights: all }: Escalation) =>
  all.map(({ primitive, consequence = '' }) => `${primitive.slug} ${consequence}`.trim());

describe('what an account can become', () => {
  it('is what the accounts can become that it can run pods as', async () => {
    const found = await escalationOf(
      'web',
      pod('web', 'web'),
      enforces('shop', 'baseline'),
      may('shop/web', 'create pods', 'shop'),
      may('shop/ops', 'patch deployments apps', 'kube-system'),
    );
    expect(route(found, 'cluster-admin')).to.equal(
      'shop/pod/web > sa:shop/web > sa:shop/ops > cluster-admin',
    );
    expect(rights(found)).to.deep.equal(['create-pods cluster-admin']);
  });

  it('is not raised by its own other rights, which the same pods would have', async () => {
    const found = await escalationOf(
      'web',
      pod('web', 'web'),
      enforces('shop', 'restricted'),
      may('shop/web', 'create pods', 'shop'),
      may('shop/web', 'impersonate users'),
    );
    expect(rights(found)).to.deep.equal(['impersonate-users cluster-admin', 'create-pods namespace-secrets']);
  });

  it('goes round its own account where another way leads to the same end', async () => {
    const found = await escalationOf(
      'web',
      pod('web', 'a'),
      enforces('shop', 'restricted'),
      may('shop/a', 'create pods', 'shop'),
      may('shop/a', 'impersonate users'),
      admin('shop/z'),
    );
    expect(rights(found)).to.deep.equal(['impersonate-users cluster-admin', 'create-pods cluster-admin']);
  });

  it('takes two permissions from two bindings as one step with both behind it', async () => {
    const found = await escalationOf(
      'web',
      pod('web', 'web'),
      may('shop/web', 'create certificatesigningrequests certificates.k8s.io'),
      may('shop/web', 'update certificatesigningrequests/approval certificates.k8s.io'),
      may('shop/web', 'approve signers certificates.k8s.io'),
    );
    expect(route(found, 'cluster-admin')).to.equal('shop/pod/web > sa:shop/web > cluster-admin');
    const bindings = found.paths[0]?.steps[1]?.because.filter(({ object }) =>
      object.kind.endsWith('Binding'),
    );
    expect(new Set(bindings?.map(({ object }) => object.name)).size).to.equal(3);
  });

  it('counts what its groups may do', async () => {
    const found = await escalationOf('web', pod('web', 'web'), admin('group/system:serviceaccounts:shop'));
    expect(route(found, 'cluster-admin')).to.equal('shop/pod/web > sa:shop/web > cluster-admin');
  });

  it('counts what anyone may do without credentials, as it can leave its own away', async () => {
    for (const nobody of ['user/system:anonymous', 'group/system:unauthenticated']) {
      const found = await escalationOf('web', pod('web', 'web'), admin(nobody));
      expect(rights(found), nobody).to.deep.equal(['do-anything cluster-admin']);
    }
    expect(rights(await escalationOf('web', pod('web', 'web'), admin('user/guest')))).to.deep.equal([]);
  });

  it('is the users and groups that it may act as by name', async () => {
    const boss = [may('shop/web', 'impersonate users', undefined, ['boss']), admin('user/boss')];
    expect(route(await escalationOf('web', pod('web', 'web'), ...boss), 'cluster-admin')).to.equal(
      'shop/pod/web > sa:shop/web > user:boss > cluster-admin',
    );
    expect(ends(await escalationOf('web', pod('web', 'web'), boss[0] ?? ''))).to.deep.equal([]);
  });

  it('is the accounts whose tokens it may make or read, each by its name', async () => {
    const token = `apiVersion: v1\nkind: ServiceAccount\nmetadata: { name: ops, namespace: shop }\nsecrets: [{ name: ops-token }]\n`;
    for (const right of [
      may('shop/web', 'create serviceaccounts/token', 'shop', ['ops']),
      may('shop/web', 'get secrets', 'shop', ['ops-token']),
    ]) {
      const found = await escalationOf('web', pod('web', 'web'), token, right, admin('shop/ops'));
      expect(route(found, 'cluster-admin')).to.equal(
        'shop/pod/web > sa:shop/web > sa:shop/ops > cluster-admin',
      );
    }
    const own = may('shop/web', 'create serviceaccounts/token', 'shop', ['web']);
    expect(
      rights(await escalationOf('web', pod('web', 'web'), own)),
      'a token of itself is nothing',
    ).to.deep.equal([]);
  });

  it('is what is in the roles that it may bind by name, where it may bind them', async () => {
    const RBAC = 'rbac.authorization.k8s.io';
    const roles = ([name, rule]: readonly [string, string], namespace?: string) => `
apiVersion: ${RBAC}/v1
kind: ${namespace === undefined ? 'ClusterRole' : 'Role'}
metadata: { name: ${name}${namespace === undefined ? '' : `, namespace: ${namespace}`} }
rules: [${rule}]
`;
    const boss = ['boss', '{ apiGroups: ["*"], resources: ["*"], verbs: ["*"] }'] as const;
    const reader = ['reader', '{ apiGroups: [""], resources: [secrets], verbs: [get] }'] as const;
    const looker = ['looker', '{ apiGroups: [""], resources: [pods], verbs: [get] }'] as const;
    const binding = async (name: string, binds: string, kind: string, ...rest: readonly string[]) => {
      const place = binds === 'rolebindings' ? 'shop' : undefined;
      const found = await escalationOf(
        'web',
        pod('web', 'web'),
        may('shop/web', `bind ${kind} ${RBAC}`, place, [name]),
        may('shop/web', `create ${binds} ${RBAC}`, place),
        ...rest,
      );
      return rights(found).filter((right) => right.startsWith('bind'));
    };
    const everywhere = 'clusterrolebindings';
    expect(await binding('boss', everywhere, 'clusterroles', roles(boss))).to.deep.equal([
      'bind-cluster-roles cluster-admin',
    ]);
    expect(await binding('reader', everywhere, 'clusterroles', roles(reader))).to.deep.equal([
      'bind-cluster-roles all-secrets',
    ]);
    expect(await binding('looker', everywhere, 'clusterroles', roles(looker))).to.deep.equal([]);
    expect(await binding('boss', everywhere, 'clusterroles'), 'it does not exist').to.deep.equal([]);
    expect(await binding('reader', 'rolebindings', 'clusterroles', roles(reader))).to.deep.equal([
      'bind-roles namespace-secrets',
    ]);
    expect(await binding('reader', 'rolebindings', 'roles', roles(reader, 'shop'))).to.deep.equal([
      'bind-roles namespace-secrets',
    ]);
    expect(await binding('reader', 'rolebindings', 'roles', roles(reader, 'lab')), 'elsewhere').to.deep.equal(
      [],
    );
    expect(await binding('reader', 'rolebindings', 'roles', roles(reader)), 'a ClusterRole').to.deep.equal(
      [],
    );
  });

  it('reaches only accounts of running pods by commands in them, and the node of those that have a hold on it', async () => {
    const exec = may('shop/web', 'create pods/exec', 'shop');
    const idle = await escalationOf('web', pod('web', 'web'), exec, admin('shop/ops'));
    expect(ends(idle)).to.deep.equal(['namespace-secrets']);
    const running = await escalationOf('web', pod('web', 'web'), pod('bot', 'ops'), exec, admin('shop/ops'));
    expect(route(running, 'cluster-admin')).to.equal(
      'shop/pod/web > sa:shop/web > shop/pod/bot > sa:shop/ops > cluster-admin',
    );
    const agent = await escalationOf(
      'web',
      pod('web', 'web'),
      pod('agent', 'none', { spec: privileged }),
      exec,
    );
    expect(route(agent, 'node')).to.equal('shop/pod/web > sa:shop/web > shop/pod/agent > node');
    const silent = pod('bot', 'ops', { spec: 'automountServiceAccountToken: false' });
    expect(ends(await escalationOf('web', pod('web', 'web'), silent, exec, admin('shop/ops')))).to.deep.equal(
      ['namespace-secrets'],
    );
  });

  it('reaches a node by new pods, unless the level forbids and it cannot lift that', async () => {
    const create = may('shop/web', 'create pods', 'shop');
    const lift = may('shop/web', 'patch namespaces', 'shop');
    const at = async (level: string, ...more: readonly string[]) =>
      ends(await escalationOf('web', pod('web', 'web'), enforces('shop', level), create, ...more));
    expect(await at('privileged')).to.deep.equal(['node', 'namespace-secrets']);
    expect(await at('baseline')).to.deep.equal(['namespace-secrets']);
    expect(await at('restricted')).to.deep.equal(['namespace-secrets']);
    expect(await at('restricted', lift)).to.deep.equal(['node', 'namespace-secrets']);
  });

  it('counts a role of a cloud that an account is tied to', async () => {
    const tied = `apiVersion: v1\nkind: ServiceAccount\nmetadata: { name: ops, namespace: shop, annotations: { eks.amazonaws.com/role-arn: arn } }\n`;
    const found = await escalationOf(
      'web',
      pod('web', 'web'),
      enforces('shop', 'baseline'),
      tied,
      may('shop/web', 'create pods', 'shop'),
    );
    expect(rights(found)).to.deep.equal(['create-pods cloud-role']);
  });

  it('is nothing for an account that may only look', async () => {
    const found = await escalationOf('web', pod('web', 'web'), may('shop/web', 'get pods/log', 'shop'));
    expect(ends(found)).to.deep.equal([]);
    expect(rights(found)).to.deep.equal(['read-logs']);
  });
});

describe('what falls with a node', () => {
  const agent = (spec = '') =>
    pod('agent', 'none', { spec: `${spec === '' ? '' : `${spec}, `}hostPID: true` }).replace(
      'image: main:1',
      `image: main:1, ${privileged}`,
    );
  const bot = (spec = '') => pod('bot', 'ops', { spec, namespace: 'ops' });
  const rest = (found: Escalation) => route(found, 'cluster-admin');
  const over = 'shop/pod/agent > node > sa:ops/ops > cluster-admin';

  it('is every account whose pods may run there; it raises no right', async () => {
    const found = await escalationOf('agent', agent(), bot(), admin('ops/ops'));
    expect(rest(found)).to.equal(over);
    expect(rights(found)).to.deep.equal([]);
    const creator = await escalationOf(
      'web',
      pod('web', 'web'),
      bot(),
      may('shop/web', 'create pods', 'shop'),
      admin('ops/ops'),
    );
    expect(rights(creator)).to.deep.equal(['create-pods node']);
    expect(rest(creator)).to.equal('shop/pod/web > sa:shop/web > node > sa:ops/ops > cluster-admin');
  });

  it('is none whose pods ask for other nodes', async () => {
    const [red, blue] = ['nodeSelector: { pool: red }', 'nodeSelector: { pool: blue }'];
    expect(rest(await escalationOf('agent', agent(red), bot(blue), admin('ops/ops')))).to.equal(undefined);
    expect(rest(await escalationOf('agent', agent(red), bot(red), admin('ops/ops')))).to.equal(over);
    expect(rest(await escalationOf('agent', agent(red), bot(), admin('ops/ops')))).to.equal(over);
    const affine = (operator: string) =>
      `affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions: [{ key: pool, operator: ${operator}, values: [red] }] }] } } }`;
    expect(rest(await escalationOf('agent', agent(red), bot(affine('NotIn')), admin('ops/ops')))).to.equal(
      undefined,
    );
    expect(rest(await escalationOf('agent', agent(red), bot(affine('In')), admin('ops/ops')))).to.equal(over);
  });

  it('is none whose pods only tainted nodes take, where nodes are known', async () => {
    const node = (name: string, taint: string) =>
      `apiVersion: v1\nkind: Node\nmetadata: { name: ${name}, labels: { pool: ${name} } }\nspec: { taints: [${taint}] }\n`;
    const nodes = [node('red', ''), node('blue', '{ key: only, value: bots, effect: NoSchedule }')];
    const tolerating = 'nodeSelector: { pool: blue }, tolerations: [{ key: only, operator: Exists }]';
    const find = (spec: string) =>
      escalationOf('agent', agent(spec), bot(tolerating), admin('ops/ops'), ...nodes);
    expect(rest(await find(''))).to.equal(undefined);
    expect(rest(await find('tolerations: [{ operator: Exists }]'))).to.equal(over);
  });
});

describe('bad input', () => {
  const empty = `apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: { name: empty, namespace: shop }\nroleRef: { apiGroup: rbac.authorization.k8s.io, kind: Role, name: gone }\n`;
  const strange = admin('shop/other').replace('kind: ServiceAccount', 'kind: Robot');

  it('does not hide what the rest gives: no subjects, subjects of unknown kind, roles and accounts that do not exist', async () => {
    const found = await escalationOf(
      'web',
      pod('web', 'web'),
      empty,
      strange,
      admin('nowhere/nobody'),
      admin('shop/web'),
    );
    expect(route(found, 'cluster-admin')).to.equal('shop/pod/web > sa:shop/web > cluster-admin');
  });

  it('gives nothing by itself', async () => {
    const found = await escalationOf(
      'web',
      pod('web', 'web'),
      empty,
      strange,
      may('shop/web', ' pods', 'shop'),
    );
    expect(found).to.deep.equal({ rights: [], paths: [] });
  });
});
