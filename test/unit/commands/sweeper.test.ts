import { expect } from 'chai';
import { startSweeper, type Sweeper } from '../../../src/commands/operator/sweeper.ts';
import { loadWorld } from '../../../src/observe/files/load.ts';
import { defaultPolicy } from '../../../src/policy/policy.ts';
import { assessor } from '../../../src/score/assessor.ts';
import type { World } from '../../../src/world/world.ts';

const deployment = (name: string) =>
  `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: ${name}}\nspec: {template: {spec: {containers: [{name: a, image: x}]}}}\n`;

/** A role of one rule in the core group, and its binding to the account; all have its name. */
const granting = (account: string, rule: string) => `
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: ${account}}
rules: [{apiGroups: [""], ${rule}}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: ${account}}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: ${account}}
subjects: [{kind: ServiceAccount, name: ${account}, namespace: default}]
`;

const worldOf = async (...names: readonly string[]): Promise<World> =>
  (await loadWorld([{ name: 'test', content: names.map(deployment).join('---\n') }], 0)).world;

describe('the sweeper', () => {
  let world: World;
  let told: string[];
  let sweeper: Sweeper;
  const swept = async () => {
    while (!told.includes('swept')) await new Promise((resolve) => setTimeout(resolve, 5));
    return told.splice(0).filter((text) => text !== 'swept');
  };

  beforeEach(async () => {
    world = await worldOf('a', 'b');
    told = [];
    sweeper = startSweeper({
      assessor: assessor([]),
      world: () => world,
      policy: () => defaultPolicy,
      onAssessed: ({ workload }) => told.push(`+${workload.ref.name}`),
      onGone: ({ ref }) => told.push(`-${ref.name}`),
      onSwept: () => told.push('swept'),
      onError: (error) => told.push(String(error)),
    });
  });
  afterEach(() => sweeper.stop());

  it('does not sweep a world that is not complete yet: what it lacks would count as gone', async () => {
    sweeper.touch();
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(told).to.deep.equal([]);
    sweeper.begin();
    expect(await swept()).to.deep.equal(['+a', '+b']);
  });

  it('tells what is new or gone, and nothing of what has not changed', async () => {
    sweeper.begin();
    await swept();
    const [a, c] = [
      world.tables.deployments.get('default')?.get('a'),
      (await worldOf('c')).tables.deployments.get('default')?.get('c'),
    ];
    if (a === undefined || c === undefined) throw new Error('not loaded');
    world = {
      ...world,
      tables: {
        ...world.tables,
        deployments: new Map([
          [
            'default',
            new Map([
              ['a', a],
              ['c', c],
            ]),
          ],
        ]),
      },
    };
    sweeper.touch();
    expect(await swept()).to.deep.equal(['+c', '-b']);
  });

  it('tells only whom a binding touches: who gets its rights, and who can become that', async () => {
    const documents = (more: string) => `
${['boss', 'helper', 'web'].map((name) => `${deployment(name).replace('{containers', `{serviceAccountName: ${name}, containers`)}---\n`).join('')}
${granting('helper', 'resources: [serviceaccounts/token], verbs: [create], resourceNames: [boss]')}---
${more}`;
    const binding = `
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: boss}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}
subjects: [{kind: ServiceAccount, name: boss, namespace: default}]
`;
    const load = async (more: string) =>
      (await loadWorld([{ name: 'test', content: documents(more) }], 0)).world;
    world = await load('');
    const { tables } = await load(binding);
    sweeper.begin();
    expect(await swept()).to.deep.equal(['+boss', '+helper', '+web']);
    world = { ...world, tables: { ...world.tables, clusterrolebindings: tables.clusterrolebindings } };
    sweeper.touch();
    expect(await swept()).to.deep.equal(['+boss', '+helper']);
  });

  it('tells of a workload that takes its node now only that one, where it opens no way for others', async () => {
    const running = (name: string, privileged: boolean) =>
      deployment(name)
        .replace('{containers', `{serviceAccountName: ${name}, containers`)
        .replace('image: x', `image: x, securityContext: {privileged: ${privileged}}`);
    const load = async (isPrivileged: boolean) => {
      const documents = `
${running('agent', true)}---
${running('plain', isPrivileged)}---
${running('runner', false)}---
${granting('runner', 'resources: [pods], verbs: [create]')}`;
      return (await loadWorld([{ name: 'test', content: documents }], 0)).world;
    };
    world = await load(false);
    const [before, after] = [world.tables.deployments, (await load(true)).tables.deployments];
    const plain = after.get('default')?.get('plain');
    if (plain === undefined) throw new Error('not loaded');
    sweeper.begin();
    expect(await swept()).to.deep.equal(['+agent', '+plain', '+runner']);
    const deployments = new Map([['default', new Map([...(before.get('default') ?? []), ['plain', plain]])]]);
    world = { ...world, tables: { ...world.tables, deployments } };
    sweeper.touch();
    expect(await swept()).to.deep.equal(['+plain']);
  });

  it('tells only whom a door to the internet touches: who has it, and whom one gets to from there', async () => {
    const labelled = (name: string) =>
      `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: ${name}}\nspec: {template: {metadata: {labels: {app: ${name}}}, spec: {containers: [{name: a, image: x, ports: [{containerPort: 80}]}]}}}\n`;
    const lets = (name: string, from: string) => `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: ${name}}
spec: {podSelector: {matchLabels: {app: ${name}}}, ingress: [{from: [{podSelector: {matchLabels: {app: ${from}}}}]}]}
`;
    const load = async (type: string) => {
      const service = `apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {type: ${type}, selector: {app: web}, ports: [{port: 80}]}\n`;
      const documents = [
        ...['api', 'closed', 'other', 'web'].map(labelled),
        lets('api', 'web'),
        lets('closed', 'other'),
        lets('other', 'closed'),
        service,
      ];
      return (await loadWorld([{ name: 'test', content: documents.join('---\n') }], 0)).world;
    };
    world = await load('ClusterIP');
    const { tables } = await load('LoadBalancer');
    const { tables: again } = await load('LoadBalancer');
    sweeper.begin();
    expect(await swept()).to.deep.equal(['+api', '+closed', '+other', '+web']);
    world = { ...world, tables: { ...world.tables, services: tables.services } };
    sweeper.touch();
    expect(await swept()).to.deep.equal(['+api', '+web']);
    // the same Service, read anew
    world = { ...world, tables: { ...world.tables, services: again.services } };
    sweeper.touch();
    expect(await swept()).to.deep.equal([]);
  });

  it('sweeps once for a burst', async () => {
    sweeper.begin();
    for (let index = 0; index < 100; index += 1) sweeper.touch();
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(told.filter((text) => text === 'swept')).to.have.length(1);
  });

  it('does not begin a sweep after it was stopped', async () => {
    sweeper.begin();
    sweeper.stop();
    sweeper.touch();
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(told).to.deep.equal([]);
  });

  it('rests three times as long as a sweep took, however fast changes come', async () => {
    const busy = { count: 0, milliseconds: 0 };
    const slow = startSweeper({
      assessor: {
        prepare: () => [],
        each() {
          const end = performance.now() + 60;
          while (performance.now() < end);
          return [];
        },
      },
      world: () => world,
      policy: () => defaultPolicy,
      onAssessed: () => undefined,
      onGone: () => undefined,
      onSwept: (seconds) => {
        busy.count += 1;
        busy.milliseconds += seconds * 1000;
      },
      onError: (error) => told.push(String(error)),
    });
    slow.begin();
    const begun = performance.now();
    while (performance.now() - begun < 1000) {
      slow.touch();
      await new Promise((resolve) => setTimeout(resolve, 50)); // long enough to be taken for the end of a burst
    }
    slow.stop();
    expect(told).to.deep.equal([]);
    expect(busy.count).to.be.at.least(2);
    // the last one may not have rested yet
    const share = (busy.milliseconds - 60) / (performance.now() - begun);
    expect(share).to.be.at.most(0.27);
  });
});
