import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { loadWorld } from '../../../src/observe/files/load.ts';
import { defaultPolicy } from '../../../src/policy/policy.ts';
import { accessOf, allows, allowsPath, grantsBySubject } from '../../../src/world/access.ts';
import { matchesPath, matchesResource } from '../../../src/world/access/rules.ts';
import type { Binding, PolicyRule, Role, Subject } from '../../../src/world/objects.ts';
import { surroundingsLayer } from '../../../src/world/surroundings.ts';
import type { Table, World } from '../../../src/world/world.ts';
import { workloadsLayer } from '../../../src/world/workloads.ts';

const corpora = join(import.meta.dirname, '../../../../shared/corpora');
const lines = <T>(path: string): readonly T[] =>
  existsSync(join(corpora, path))
    ? readFileSync(join(corpora, path), 'utf8')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as T)
    : [];

/** A request as the upstream tests write it. */
interface Asked {
  readonly user?: string;
  readonly groups?: readonly string[] | null;
  readonly verb: string;
  readonly resourceRequest: boolean;
  readonly apiGroup: string;
  readonly resource: string;
  readonly subresource: string;
  readonly name?: string;
  readonly namespace?: string;
  readonly path: string;
}

const requestOf = ({ verb, apiGroup, resource, subresource, name = '', namespace = '' }: Asked) => ({
  verb,
  group: apiGroup,
  resource,
  subresource,
  name,
  ...(namespace === '' ? {} : { namespace }),
});

const ruleOf = (rule: Partial<PolicyRule>): PolicyRule => ({
  verbs: [],
  apiGroups: [],
  resources: [],
  resourceNames: [],
  nonResourceURLs: [],
  ...rule,
});

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
  interface RawObject {
    readonly metadata: { readonly name?: string; readonly namespace?: string };
    readonly rules?: readonly Partial<PolicyRule>[];
    readonly roleRef?: Binding['roleRef'];
    readonly subjects?: readonly Subject[];
  }
  interface Case {
    readonly clusterRoles: readonly RawObject[] | null;
    readonly roles: readonly RawObject[] | null;
    readonly roleBindings: readonly RawObject[] | null;
    readonly clusterRoleBindings: readonly RawObject[] | null;
    readonly allowed: readonly Asked[];
    readonly denied: readonly Asked[];
  }
  const table = <T>(kind: string, objects: readonly RawObject[] | null): Table<T> => {
    const found = new Map<string, Map<string, T>>();
    for (const [index, { metadata, rules = [], ...rest }] of (objects ?? []).entries()) {
      const { name = `unnamed-${index}`, namespace = '' } = metadata;
      const object = {
        kind,
        apiVersion: 'v1',
        metadata: { name, namespace, labels: {} },
        rules: rules.map(ruleOf),
        ...rest,
      };
      found.set(namespace, (found.get(namespace) ?? new Map<string, T>()).set(name, object as T));
    }
    return found;
  };
  const cases = lines<Case>('rbac-k8s-authorizer/authorizer.jsonl');
  if (cases.length === 0) it('needs the corpora beside the checkout');
  for (const [index, each] of cases.entries()) {
    const grants = grantsBySubject(
      table<Role>('Role', each.roles),
      table<Role>('ClusterRole', each.clusterRoles),
      table<Binding>('RoleBinding', each.roleBindings),
      table<Binding>('ClusterRoleBinding', each.clusterRoleBindings),
      'cluster',
    );
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

/** `get secrets`, `create ingresses.networking.k8s.io`, `get pods/exec` */
function requestNamed(action: string, namespace?: string) {
  const [verb = '', what = ''] = action.split(' ');
  const [path = '', ...group] = what.split('.');
  const [resource = '', subresource] = path.split('/');
  return {
    verb,
    group: group.join('.'),
    resource,
    ...(subresource === undefined ? {} : { subresource }),
    ...(namespace === undefined ? {} : { namespace }),
  };
}

interface Expected {
  readonly clusterWide: readonly string[];
  readonly inNamespaces: Readonly<Record<string, readonly string[]>>;
  readonly kind: string;
  readonly name: string;
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly tokenMounted: boolean;
}

async function worldOf(folder: string): Promise<World> {
  const files = readdirSync(join(corpora, folder), { recursive: true, encoding: 'utf8' });
  const sources = files
    .filter((name) => /\.ya?ml$/.test(name))
    .sort()
    .map((name) => ({ name, content: readFileSync(join(corpora, folder, name), 'utf8') }));
  return (await loadWorld(sources, 0)).world;
}

describe('what accounts of real installs may do', () => {
  const apps = existsSync(corpora) ? readdirSync(join(corpora, 'real-world/_expected')) : [];
  const folders = [
    ...apps.map((app) => [`real-world/${app}`, `real-world/_expected/${app}/rbac.jsonl`] as const),
    ['kubernetes-goat', 'kubernetes-goat/expected-rbac.jsonl'] as const,
    ['badpods', 'badpods/expected-rbac.jsonl'] as const,
  ];
  const questions = new Set(
    folders.flatMap(([, path]) =>
      lines<Expected>(path).flatMap(({ clusterWide, inNamespaces }) => [
        ...clusterWide,
        ...Object.values(inNamespaces).flat(),
      ]),
    ),
  );
  if (questions.size === 0) it('needs the corpora beside the checkout');
  for (const [folder, path] of folders) {
    const expected = lines<Expected>(path);
    if (expected.length === 0) continue;
    it(`${folder}: ${expected.length} workloads`, async () => {
      const world = await worldOf(folder);
      const workloads = [...workloadsLayer()(world).values()];
      const layer = surroundingsLayer();
      const wrong = expected.flatMap((each) => {
        const workload = workloads.find(
          ({ ref }) => ref.kind === each.kind && ref.name === each.name && ref.namespace === each.namespace,
        );
        if (workload === undefined) return [`${each.kind} ${each.namespace}/${each.name} is not there`];
        const { account, access } = layer.of(workload, world, defaultPolicy);
        const clusterWide = [...questions].filter(
          (asked) => allows(access, requestNamed(asked)) !== undefined,
        );
        const places = new Set(access.grants.flatMap(({ namespace }) => namespace ?? []));
        const inNamespaces = [...places].sort().flatMap((place) => {
          const actions = [...questions].filter(
            (asked) =>
              !clusterWide.includes(asked) && allows(access, requestNamed(asked, place)) !== undefined,
          );
          return actions.length === 0 ? [] : [[place, actions.sort()]];
        });
        const got = {
          clusterWide: clusterWide.sort(),
          inNamespaces: Object.fromEntries(inNamespaces),
          serviceAccount: account.name,
          tokenMounted: account.tokenMounted,
        };
        const want = {
          clusterWide: each.clusterWide.toSorted(),
          inNamespaces: Object.fromEntries(
            Object.entries(each.inNamespaces).map(([place, actions]) => [place, actions.toSorted()]),
          ),
          serviceAccount: each.serviceAccount,
          tokenMounted: each.tokenMounted,
        };
        const [a, b] = [JSON.stringify(got), JSON.stringify(want)];
        return a === b ? [] : [`${each.kind} ${each.name}: got ${a}, expected ${b}`];
      });
      expect(wrong).to.deep.equal([]);
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
