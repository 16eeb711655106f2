/** The RBAC cases of the corpora, and the worlds that they are about. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadWorld } from '../../../src/observe/files/load.ts';
import { allows, type Grant } from '../../../src/world/access.ts';
import type { Binding, PolicyRule, Role, Subject } from '../../../src/world/objects.ts';
import { emptyTables, type Table, type World } from '../../../src/world/world.ts';

export const corpora = join(import.meta.dirname, '../../../../shared/corpora');
export const lines = <T>(path: string): readonly T[] =>
  existsSync(join(corpora, path))
    ? readFileSync(join(corpora, path), 'utf8')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as T)
    : [];

/** A request as the upstream tests write it. */
export interface Asked {
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

export const requestOf = ({ verb, apiGroup, resource, subresource, name = '', namespace = '' }: Asked) => ({
  verb,
  group: apiGroup,
  resource,
  subresource,
  name,
  ...(namespace === '' ? {} : { namespace }),
});

export const ruleOf = (rule: Partial<PolicyRule>): PolicyRule => ({
  verbs: [],
  apiGroups: [],
  resources: [],
  resourceNames: [],
  nonResourceURLs: [],
  ...rule,
});

interface RawObject {
  readonly metadata: { readonly name?: string; readonly namespace?: string };
  readonly rules?: readonly Partial<PolicyRule>[];
  readonly roleRef?: Binding['roleRef'];
  readonly subjects?: readonly Subject[];
}

/** As the upstream tests have them: without names where these do not matter. */
interface RawWorld {
  readonly clusterRoles: readonly RawObject[] | null;
  readonly roles: readonly RawObject[] | null;
  readonly roleBindings: readonly RawObject[] | null;
  readonly clusterRoleBindings: readonly RawObject[] | null;
}

export interface Authorized extends RawWorld {
  readonly allowed: readonly Asked[];
  readonly denied: readonly Asked[];
}
/** Who may do each of some things. */
export interface Located extends RawWorld {
  readonly name: string;
  /** '' for none. */
  readonly superUser: string;
  readonly actions: readonly (Asked & { readonly subjects: readonly Subject[] })[];
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

/** What a cluster holds, without what every cluster has. */
export const worldWith = (raw: RawWorld): World => ({
  tables: {
    ...emptyTables,
    roles: table<Role>('Role', raw.roles),
    clusterroles: table<Role>('ClusterRole', raw.clusterRoles),
    rolebindings: table<Binding>('RoleBinding', raw.roleBindings),
    clusterrolebindings: table<Binding>('ClusterRoleBinding', raw.clusterRoleBindings),
  },
  source: 'cluster',
  missing: new Map(),
  nowMinute: 0,
  youngAfter: 0,
});

/** Folders with manifests, each with what their accounts may really do. */
export const foldersOfAccounts: readonly (readonly [folder: string, expected: string])[] = [
  ...(existsSync(corpora) ? readdirSync(join(corpora, 'real-world/_expected')) : []).map(
    (app) => [`real-world/${app}`, `real-world/_expected/${app}/rbac.jsonl`] as const,
  ),
  ['kubernetes-goat', 'kubernetes-goat/expected-rbac.jsonl'],
  ['badpods', 'badpods/expected-rbac.jsonl'],
];

/** Every action that the expectations of any folder name: those that one does not have are refused there. */
const actions: readonly string[] = [
  ...new Set(
    foldersOfAccounts.flatMap(([, path]) =>
      lines<Expected>(path).flatMap(({ clusterWide, inNamespaces }) => [
        ...clusterWide,
        ...Object.values(inNamespaces).flat(),
      ]),
    ),
  ),
];

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

export interface Expected {
  readonly clusterWide: readonly string[];
  readonly inNamespaces: Readonly<Record<string, readonly string[]>>;
  readonly kind: string;
  readonly name: string;
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly tokenMounted: boolean;
}

type Actions = Pick<Expected, 'clusterWide' | 'inNamespaces'>;

/** What these grants allow of all actions, in order. */
export function actionsOf(grants: readonly Grant[]): Actions {
  const allowed = (action: string, place?: string): boolean =>
    allows({ grants }, requestNamed(action, place)) !== undefined;
  const clusterWide = actions.filter((action) => allowed(action));
  const places = [...new Set(grants.flatMap(({ namespace }) => namespace ?? []))].sort();
  const inNamespaces = places.flatMap((place) => {
    const here = actions.filter((action) => !clusterWide.includes(action) && allowed(action, place));
    return here.length === 0 ? [] : [[place, here.sort()]];
  });
  return { clusterWide: clusterWide.sort(), inNamespaces: Object.fromEntries(inNamespaces) };
}

/** The same as it is expected. */
export const expectedActions = ({ clusterWide, inNamespaces }: Expected): Actions => ({
  clusterWide: clusterWide.toSorted(),
  inNamespaces: Object.fromEntries(
    Object.entries(inNamespaces).map(([place, here]) => [place, here.toSorted()]),
  ),
});

export async function worldOf(folder: string): Promise<World> {
  const files = readdirSync(join(corpora, folder), { recursive: true, encoding: 'utf8' });
  const sources = files
    .filter((name) => /\.ya?ml$/.test(name))
    .sort()
    .map((name) => ({ name, content: readFileSync(join(corpora, folder, name), 'utf8') }));
  return (await loadWorld(sources, 0)).world;
}
