import { expect } from 'chai';
import { loadWorld } from '../../../src/observe/files/load.ts';
import { readYaml } from '../../../src/observe/files/yaml.ts';
import { find } from '../../../src/world/world.ts';

const load = (content: string) => loadWorld([{ name: 'file.yaml', content }], 0);
const values = (content: string) => readYaml(content).documents.map(({ value }) => value);

describe('YAML is read as kubectl reads it', () => {
  it('0644 is octal, yes and on are true', () => {
    expect(values('a: 0644\nb: yes\nc: on\nd: 1_000')).to.deep.equal([{ a: 420, b: true, c: true, d: 1000 }]);
  });
  it('a time and a ratio stay text', () => {
    expect(values('a: 22:22\nb: 2026-01-01')).to.deep.equal([{ a: '22:22', b: '2026-01-01' }]);
  });
  it('merge keys merge, unknown tags are passed over', () => {
    expect(values('p: &p {a: 1}\nq: {<<: *p, b: !Ref c}')).to.deep.equal([
      { p: { a: 1 }, q: { a: 1, b: 'c' } },
    ]);
  });
  it('documents are parted by ---, a byte order mark does not hide the first', () => {
    expect(values('\uFEFFa: 1\n---\n# nothing\n---\nb: 2\n...\n')).to.deep.equal([{ a: 1 }, { b: 2 }]);
  });
  it('a broken document costs only itself, and is named by line and column', () => {
    const { documents, problems } = readYaml('a: 1\n---\nb: [1,\n---\nc: 3\n');
    expect(documents.map(({ value, line }) => [value, line])).to.deep.equal([
      [{ a: 1 }, 1],
      [{ c: 3 }, 5],
    ]);
    expect(problems).to.have.length(1);
    expect(problems[0]?.line).to.be.within(2, 4);
  });
  it('of a key that is given twice the last counts, with a warning', () => {
    const { documents, problems, warnings } = readYaml('a: 1\nb: 2\na: 3\n');
    expect(documents[0]?.value).to.deep.equal({ a: 3, b: 2 });
    expect(problems).to.deep.equal([]);
    expect(warnings[0]?.message).to.match(/last one counts/);
  });
  it('a billion laughs is refused in no time', () => {
    const lines = ['a: &a [x,x,x,x,x,x,x,x,x,x]'];
    for (let depth = 1; depth < 10; depth += 1) {
      const [now, before] = [String.fromCharCode(97 + depth), String.fromCharCode(96 + depth)];
      lines.push(`${now}: &${now} [${Array<string>(10).fill(`*${before}`).join(',')}]`);
    }
    const begun = performance.now();
    readYaml(lines.join('\n'));
    expect(performance.now() - begun).to.be.below(1000);
  });
});

describe('loading files', () => {
  const configMap = (name: string, namespace = '') =>
    `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}${namespace === '' ? '' : `, namespace: ${namespace}`}}\n`;

  it('refuses a name or a namespace that is no text, as kubectl does, and reads the rest', async () => {
    const documents = [configMap('7'), configMap('c', '8'), configMap('"9"', 'shop')];
    const { world, errors } = await load(documents.join('---\n'));
    expect(errors.map(({ message }) => message)).to.deep.equal([
      'ConfigMap (no name): /metadata/name: expected a string, found a number',
      'ConfigMap c: /metadata/namespace: expected a string, found a number',
    ]);
    expect([...world.tables.configmaps.keys()]).to.deep.equal(['shop']);
  });

  it('reads a missing namespace as default, and none for cluster-scoped kinds', async () => {
    const role =
      'apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: r, namespace: odd}\n';
    const { world } = await load(`${configMap('c')}---\n${role}`);
    expect(find(world.tables.configmaps, 'default', 'c')?.metadata.name).to.equal('c');
    expect(find(world.tables.clusterroles, '', 'r')?.metadata.name).to.equal('r');
  });

  it('opens Lists, also typed ones whose items have no kind', async () => {
    const items = '- {metadata: {name: a, namespace: x}}\n- {metadata: {name: b, namespace: x}}';
    const { world } = await load(`apiVersion: v1\nkind: ConfigMapList\nitems:\n${items}\n`);
    expect([...(world.tables.configmaps.get('x')?.keys() ?? [])]).to.deep.equal(['a', 'b']);
  });

  it('reads former API groups, and not other kinds of the same name', async () => {
    const deployment = (apiVersion: string, name: string) =>
      `apiVersion: ${apiVersion}\nkind: Deployment\nmetadata: {name: ${name}}\nspec: {template: {spec: {containers: []}}}\n`;
    const { world } = await load(
      `${deployment('extensions/v1beta1', 'old')}---\n${deployment('example.com/v1', 'other')}`,
    );
    expect([...(world.tables.deployments.get('default')?.keys() ?? [])]).to.deep.equal(['old']);
  });

  it('reads an Ingress of before v1, whose backends named the Service in other words', async () => {
    const ingress = (apiVersion: string, spec: string) =>
      `{apiVersion: ${apiVersion}, kind: Ingress, metadata: {name: web}, spec: ${spec}}`;
    const read = async (content: string) => {
      const { world } = await load(content);
      const { defaultBackend, rules } = find(world.tables.ingresses, 'default', 'web') ?? {};
      return { defaultBackend, rules };
    };
    const now = await read(
      ingress(
        'networking.k8s.io/v1',
        '{defaultBackend: {service: {name: a, port: {number: 80}}}, rules: [{http: {paths: [{backend: {service: {name: b, port: {name: web}}}}]}}]}',
      ),
    );
    for (const version of ['extensions/v1beta1', 'networking.k8s.io/v1beta1']) {
      const former = ingress(
        version,
        '{backend: {serviceName: a, servicePort: 80}, rules: [{http: {paths: [{backend: {serviceName: b, servicePort: web}}]}}]}',
      );
      expect(await read(former), version).to.deep.equal(now);
    }
    expect(now.defaultBackend).to.deep.equal({ service: { name: 'a', port: 80 } });
  });

  it('warns of a kind in a group of Kubernetes that does not have it, as the API server refuses it', async () => {
    const { world, warnings } = await load(
      '{apiVersion: v1, kind: Deployment, metadata: {name: web}, spec: {template: {spec: {containers: [{name: a}]}}}}',
    );
    expect(warnings.map(({ message }) => message)).to.deep.equal([
      'Deployment default/web is of v1, where no Deployment is: left out',
    ]);
    expect(world.tables.replicasets.size).to.equal(0);
  });

  it('leaves out what is of a version that is not known, warns, and says what is missing', async () => {
    const policy = (apiVersion: string) =>
      `{apiVersion: ${apiVersion}, kind: NetworkPolicy, metadata: {name: web, namespace: shop}, spec: {podSelector: {}}}`;
    const { world, warnings } = await load(policy('networking.k8s.io/v2'));
    expect(world.tables.networkpolicies.size).to.equal(0);
    const text = 'NetworkPolicy shop/web is of networking.k8s.io/v2, a version that is not known';
    expect(warnings.map(({ message }) => message)).to.deep.equal([`${text}: left out`]);
    expect(world.missing.get('networkpolicies')).to.equal(text);
    const { world: former } = await load(policy('extensions/v1beta1'));
    expect(find(former.tables.networkpolicies, 'shop', 'web')?.apiVersion).to.equal('networking.k8s.io/v1');
    const { world: plugin } = await load(policy('projectcalico.org/v3'));
    expect(plugin.tables.networkpolicies.size).to.equal(0);
    expect(find(plugin.tables['networkpolicies.crd.projectcalico.org'], 'shop', 'web')).to.not.equal(
      undefined,
    );
  });

  it('counts documents that are no Kubernetes objects', async () => {
    const { passedOver } = await load('a: 1\n---\n- b\n');
    expect(passedOver).to.equal(2);
  });

  it('of an object that is given twice the last counts, with a warning', async () => {
    const { warnings } = await load(`${configMap('c')}---\n${configMap('c', 'default')}`);
    expect(warnings.map(({ message }) => message)).to.deep.equal([
      'ConfigMap default/c is given twice: the last one counts',
    ]);
  });

  it('warns of pods without containers, which the API server refuses and which would score as harmless', async () => {
    const { warnings } = await load(
      '{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {containers: null}}\n---\n' +
        '{apiVersion: apps/v1, kind: Deployment, metadata: {name: b}, spec: {template: {spec: {}}}}\n---\n' +
        '{apiVersion: v1, kind: Pod, metadata: {name: c}, spec: {containers: [{name: main}]}}\n',
    );
    const problem = 'has no containers: the API server refuses it, and there is little to score';
    expect(warnings.map(({ where, message }) => [where, message])).to.deep.equal([
      ['file.yaml:1', `Pod default/a ${problem}`],
      ['file.yaml:3', `Deployment default/b ${problem}`],
    ]);
  });

  it('names an object of an unexpected shape by line and field, and goes on', async () => {
    const { errors, world } = await load(
      `apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: a, ports: [{containerPort: x}]}]}\n---\n${configMap('c')}`,
    );
    const problem = '/spec/containers/0/ports/0/containerPort: expected a number, found a string';
    expect(errors).to.deep.equal([
      {
        where: 'file.yaml:1',
        message: `Pod default/p: ${problem}`,
        object: { resource: 'pods', name: 'default/p', problem },
      },
    ]);
    expect(find(world.tables.configmaps, 'default', 'c')).to.not.equal(undefined);
  });

  it('keeps no value of an environment variable or a ConfigMap', async () => {
    const secret = 'hunter2-is-the-value';
    const { world } = await load(
      `apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: a, env: [{name: DB_PASSWORD, value: ${secret}}], args: ["--password=${secret}"]}]}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {password: ${secret}}\n`,
    );
    const seen = JSON.stringify(
      Object.values(world.tables).map((table) => [...table].map(([, byName]) => [...byName])),
    );
    expect(seen).to.include('DB_PASSWORD');
    expect(seen).to.not.include(secret);
  });
});
