import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { loadWorld } from '../../../src/observe/files/load.ts';
import { defaultPolicy } from '../../../src/policy/policy.ts';
import { accessOf, allows, allowsPath, grantsIn } from '../../../src/world/access.ts';
import { matchesPath, matchesResource } from '../../../src/world/access/rules.ts';
import type { Binding, PolicyRule, Role } from '../../../src/world/objects.ts';
import { surroundingsLayer } from '../../../src/world/surroundings/layer.ts';
import { workloadsLayer } from '../../../src/world/workload/workloads.ts';
import {
  actionsOf,
  type Asked,
  type Authorized,
  corpora,
  type Expected,
  expectedActions,
  foldersOfAccounts,
  lines,
  type Located,
  requestOf,
  ruleOf,
  worldOf,
  worldWith,
} from './rbac-cases.ts';

describe('rules, as the upstream authorizer matches them', () => {
  interface Case {
    readonly name: string;
    readonly rule: Partial<PolicyRule>;
    readonly requests: readonly (Asked & { readonly allowed: boolean })[];
  }
  const cases = lines<Case>('rbac-k8s-authorizer/rule-matches.jsonl');
  if (cases.length === 0) it('needs the corpora beside the checkout');
  for (const { name, rule, requests } of cases) {
    it(name, () => {
      const verdicts = requests.map((asked) =>
        asked.resourceRequest
          ? matchesResource(ruleOf(rule), requestOf(asked))
          : matchesPath(ruleOf(rule), asked),
      );
      expect(verdicts).to.deep.equal(requests.map(({ allowed }) => allowed));
    });
  }
});

describe('requests, as the upstream authorizer answers them', () => {
  const cases = lines<Authorized>('rbac-k8s-authorizer/authorizer.jsonl');
  if (cases.length === 0) it('needs the corpora beside the checkout');
  for (const [index, each] of cases.entries()) {
    const grants = grantsIn(worldWith(each));
    const answer = (asked: Asked): boolean => {
      const identities = [`User/${asked.user}`, ...(asked.groups ?? []).map((group) => `Group/${group}`)];
      const access = accessOf(identities, grants, new Map());
      return (
        (asked.resourceRequest ? allows(access, requestOf(asked)) : allowsPath(access, asked)) !== undefined
      );
    };
    it(`case ${index + 1}: allows ${each.allowed.length} requests, refuses ${each.denied.length}`, () => {
      expect(
        each.allowed.filter((asked) => !answer(asked)),
        'wrongly refused',
      ).to.deep.equal([]);
      expect(each.denied.filter(answer), 'wrongly allowed').to.deep.equal([]);
    });
  }
});

describe('subjects, as the upstream authorizer looks them up', () => {
  const cases = lines<Located>('rbac-k8s-authorizer/subject-locator.jsonl');
  if (cases.length === 0) it('needs the corpora beside the checkout');
  for (const { name, superUser, actions, ...raw } of cases) {
    it(name, () => {
      // these two are not known from bindings
      const always = ['Group/system:masters', ...(superUser === '' ? [] : [`User/${superUser}`])];
      for (const { subjects, ...asked } of actions) {
        const allowed = [...grantsIn(worldWith(raw))].filter(([, grants]) =>
          allows({ grants }, requestOf(asked)),
        );
        expect([...always, ...allowed.map(([identity]) => identity)].sort(), asked.verb).to.deep.equal(
          subjects.map((subject) => `${subject.kind}/${subject.name}`).sort(),
        );
      }
    });
  }
});

describe('what accounts of real installs may do', () => {
  const folders = foldersOfAccounts.filter(([, path]) => lines(path).length > 0);
  if (folders.length === 0) it('needs the corpora beside the checkout');
  for (const [folder, path] of folders) {
    const expected = lines<Expected>(path);
    it(`${folder}: ${expected.length} workloads`, async () => {
      const world = await worldOf(folder);
      const workloads = [...workloadsLayer()(world).values()];
      const layer = surroundingsLayer();
      for (const each of expected) {
        const about = `${each.kind} ${each.namespace}/${each.name}`;
        const workload = workloads.find(({ ref }) => `${ref.kind} ${ref.namespace}/${ref.name}` === about);
        if (workload === undefined) throw new Error(`${about} is not there`);
        const { account, access } = layer.of(workload, world, defaultPolicy);
        expect(actionsOf(access.grants), about).to.deep.equal(expectedActions(each));
        expect([account.name, account.tokenMounted], about).to.deep.equal([
          each.serviceAccount,
          each.tokenMounted,
        ]);
      }
    });
  }
});

describe('the roles and bindings that every cluster has, as upstream lists them', () => {
  const folder = join(corpora, 'rbac-k8s-authorizer/bootstrap');
  const files = existsSync(folder) ? readdirSync(folder) : [];
  if (files.length === 0) it('needs the corpora beside the checkout');
  for (const name of files) {
    it(name, async () => {
      const upstream = (await loadWorld([{ name, content: readFileSync(join(folder, name), 'utf8') }], 0))
        .world;
      const ours = (await loadWorld([], 0)).world;
      for (const kind of ['clusterroles', 'clusterrolebindings', 'roles', 'rolebindings'] as const) {
        // the upstream files are laid over ours: what differs between the two would show
        expect([...upstream.tables[kind].keys()].sort()).to.deep.equal([...ours.tables[kind].keys()].sort());
        for (const [namespace, objects] of upstream.tables[kind]) {
          const known = ours.tables[kind].get(namespace);
          expect([...objects.keys()].sort()).to.deep.equal([...(known?.keys() ?? [])].sort());
          for (const [key, object] of objects)
            expect(essence(object), key).to.deep.equal(essence(known?.get(key)));
        }
      }
    });
  }
});

const essence = (object: Partial<Role & Binding> | undefined) => ({
  rules: object?.rules,
  selects: object?.aggregationRule,
  subjects: object?.subjects?.map(({ kind, name, namespace }) => `${kind} ${namespace}/${name}`),
  roleRef: object?.roleRef?.name,
});
