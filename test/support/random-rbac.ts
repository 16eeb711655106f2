/** Random RBAC worlds that an API server takes, and random questions about them that a request can ask. */
import fc from 'fast-check';
import { isClusterScoped, type PathRequest, type ResourceRequest } from '../../src/world/access/rules.ts';
import { binding, type Raw, role, type Rule, subject } from './rbac.ts';

/** A place and a rule that a binding gives someone there: where questions that are allowed come from. */
interface Given {
  readonly whom: string;
  /** undefined: everywhere */
  readonly namespace: string | undefined;
  readonly rule: Rule;
}

export interface RandomRbac {
  readonly objects: readonly Raw[];
  readonly namespaces: readonly string[];
  readonly given: readonly Given[];
}

/** `whom` as one asks about it, with groups that a user is in. */
export interface Asked {
  readonly whom: string;
  readonly groups: readonly string[];
  readonly request: ResourceRequest | PathRequest;
}

const VERBS = [
  'get',
  'list',
  'watch',
  'create',
  'update',
  'patch',
  'delete',
  'deletecollection',
  'bind',
  'escalate',
  'approve',
];
const GROUPS = ['', 'apps', 'batch', 'rbac.authorization.k8s.io', 'certificates.k8s.io', 'example.org'];
const RESOURCES = [
  'pods',
  'secrets',
  'serviceaccounts',
  'namespaces',
  'nodes',
  'deployments',
  'jobs',
  'clusterroles',
  'roles',
  'signers',
  'widgets',
];
const SUBRESOURCES = ['exec', 'log', 'token', 'status', 'scale', 'proxy'];
const NAMES = ['a', 'b', '*'];
const PATHS = ['/metrics', '/metrics/slow', '/logs', '/healthz/ping', '/api', '/', '/*'];
const PATH_RULES = ['/metrics', '/metrics/*', '/logs*', '/healthz/*', '*', '/api**'];

const some = <T>(items: readonly T[], most: number) =>
  fc.uniqueArray(fc.constantFrom(...items), { minLength: 1, maxLength: most });
/** A star now and then. */
const orStar = (items: readonly string[], most: number): fc.Arbitrary<readonly string[]> =>
  fc.oneof({ weight: 5, arbitrary: some(items, most) }, { weight: 1, arbitrary: fc.constant(['*']) });

const resourceNames = (): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 5, arbitrary: fc.constantFrom(...RESOURCES) },
    {
      weight: 3,
      arbitrary: fc
        .tuple(fc.constantFrom(...RESOURCES, '*'), fc.constantFrom(...SUBRESOURCES, '*'))
        .map((parts) => parts.join('/')),
    },
    { weight: 1, arbitrary: fc.constant('*') },
  );

const resourceRule: fc.Arbitrary<Rule> = fc.record({
  verbs: orStar(VERBS, 4),
  apiGroups: orStar(GROUPS, 3),
  resources: fc.uniqueArray(resourceNames(), { minLength: 1, maxLength: 4 }),
  resourceNames: fc.oneof(
    { weight: 3, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: some(NAMES, 2) },
  ),
});
const pathRule: fc.Arbitrary<Rule> = fc.record({
  verbs: orStar(['get', 'post', 'head'], 2),
  nonResourceURLs: some(PATH_RULES, 2),
});

/** What of a world has a name; roles whose names begin with `path` give paths. */
function namesOf(prefix: string) {
  const namespaces = ['one', 'two', 'three'].map((name) => `${prefix}-${name}`);
  const clusterRoles = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => `${prefix}-${name}`);
  const pathRoles = ['paths-a', 'paths-b'].map((name) => `${prefix}-${name}`);
  const roles = namespaces.flatMap((namespace) => ['a', 'b', 'c'].map((name) => `${namespace}/${name}`));
  const subjects = [
    ...namespaces.flatMap((namespace) =>
      ['x', 'y'].flatMap((name) => [
        `sa:${namespace}/${name}`,
        `user:system:serviceaccount:${namespace}:${name}`,
      ]),
    ),
    ...namespaces.map((namespace) => `group:system:serviceaccounts:${namespace}`),
    ...['alice', 'bob', 'carol'].map((name) => `user:${prefix}-${name}`),
    ...['ops', 'dev'].map((name) => `group:${prefix}-${name}`),
    'group:system:serviceaccounts',
    'user:system:anonymous',
  ];
  return { namespaces, clusterRoles, pathRoles, roles, subjects };
}

/** Where it is (undefined: everywhere), the role as its object is named, and whom it names. */
type Draft = readonly [home: string | undefined, role: string, whom: readonly string[]];

function draftOf({
  namespaces,
  clusterRoles,
  pathRoles,
  subjects,
}: ReturnType<typeof namesOf>): fc.Arbitrary<Draft> {
  const home = fc.constantFrom(...namespaces);
  const whom = some(subjects, 3);
  const anyClusterRole = fc.constantFrom(...clusterRoles, ...pathRoles, 'gone');
  return fc.oneof(
    { weight: 2, arbitrary: fc.tuple(fc.constant(undefined), anyClusterRole, whom) },
    { weight: 4, arbitrary: fc.tuple(home, anyClusterRole, whom) },
    {
      weight: 4,
      arbitrary: fc
        .tuple(home, fc.constantFrom('a', 'b', 'c', 'gone'), whom)
        .map(([place, name, who]): Draft => [place, `${place}/${name}`, who]),
    },
  );
}

/** Objects whose names begin with `prefix`, so that they are told from others of the cluster. */
export function randomRbac(prefix: string): fc.Arbitrary<RandomRbac> {
  const names = namesOf(prefix);
  const { roles, clusterRoles, pathRoles, subjects } = names;
  const held = (role: string, rule: fc.Arbitrary<Rule>) =>
    fc.tuple(fc.constant(role), fc.array(rule, { minLength: 1, maxLength: 3 }));
  return fc
    .record({
      rules: fc.tuple(
        ...[...roles, ...clusterRoles].map((name) => held(name, resourceRule)),
        ...pathRoles.map((name) => held(name, pathRule)),
      ),
      everywhere: fc.tuple(
        ...pathRoles.map((name) => fc.tuple(fc.constant(undefined), fc.constant(name), some(subjects, 3))),
      ),
      others: fc.array(draftOf(names), { minLength: 40, maxLength: 60 }),
    })
    .map(({ rules, everywhere, others }) =>
      assembled(prefix, names.namespaces, new Map(rules), [...everywhere, ...others]),
    );
}

function assembled(
  prefix: string,
  namespaces: readonly string[],
  rules: ReadonlyMap<string, readonly Rule[]>,
  drafts: readonly Draft[],
): RandomRbac {
  const bindings = drafts.map(([home, held, whom], index) => {
    const name = `${prefix}-${index}`;
    const reference = held.includes('/') ? `Role/${held.split('/')[1]}` : `ClusterRole/${held}`;
    return binding(home === undefined ? name : `${home}/${name}`, reference, ...whom.map(subject));
  });
  return {
    namespaces,
    objects: [...[...rules].map(([name, held]) => role(name, ...held)), ...bindings],
    given: drafts.flatMap(([namespace, held, whom]) =>
      (rules.get(held) ?? []).flatMap((rule) => whom.map((each) => ({ whom: each, namespace, rule }))),
    ),
  };
}

/** Who is in a group, as one can ask about it. */
const memberOf = (whom: string, { namespaces }: RandomRbac): Pick<Asked, 'whom' | 'groups'> => {
  const [, home] = /^group:system:serviceaccounts:(.+)$/.exec(whom) ?? [];
  if (home !== undefined) return { whom: `sa:${home}/z`, groups: [] };
  if (whom === 'group:system:serviceaccounts') return { whom: `sa:${namespaces[0]}/z`, groups: [] };
  const [, user, account] = /^user:system:serviceaccount:([^:]+):(.+)$/.exec(whom) ?? [];
  if (user !== undefined) return { whom: `sa:${user}/${account}`, groups: [] };
  return whom.startsWith('group:')
    ? { whom: 'user:dave', groups: [whom.slice('group:'.length)] }
    : { whom, groups: [] };
};

/** Half of them near to what someone was given, the others anywhere. */
export function resourceQuestion(world: RandomRbac): fc.Arbitrary<Asked> {
  const anywhere = fc.record({
    verb: fc.constantFrom(...VERBS, '*', '*', '*'),
    group: fc.constantFrom(...GROUPS, '*', '*', '*'),
    resource: fc.constantFrom(...RESOURCES, '*', '*', '*'),
    subresource: fc.constantFrom('', '', ...SUBRESOURCES, '*', '*', '*'),
    name: fc.constantFrom('', '', ...NAMES),
    namespace: fc.constantFrom(undefined, '*', ...world.namespaces),
  });
  const rules = world.given.filter(({ rule }) => rule.resources !== undefined);
  const near = fc.constantFrom(...rules).chain(({ namespace, rule, whom }) =>
    fc
      .record({
        verb: fc.constantFrom(...(rule.verbs ?? [])),
        group: fc.constantFrom(...(rule.apiGroups ?? [])),
        what: fc.constantFrom(...(rule.resources ?? [])),
        name: fc.constantFrom(...(rule.resourceNames?.length ? rule.resourceNames : ['', 'a', 'b'])),
        namespace:
          namespace === undefined ? fc.constantFrom(undefined, ...world.namespaces) : fc.constant(namespace),
        // one field is another than the rule's, as often as not
        changed: fc.option(fc.constantFrom('verb', 'group', 'resource', 'subresource', 'name', 'namespace'), {
          freq: 3,
        }),
        other: anywhere,
      })
      .map(({ what, changed, other, ...rest }) => {
        const [resource = '', subresource = ''] = what.split('/');
        const request = { ...rest, resource, subresource };
        return {
          ...memberOf(whom, world),
          request:
            changed === null ? request : { ...request, [changed]: other[changed as keyof typeof other] },
        };
      }),
  );
  const far = fc
    .record({ whom: fc.constantFrom(...new Set(world.given.map(({ whom }) => whom))), request: anywhere })
    .map(({ whom, request }) => ({ ...memberOf(whom, world), request }));
  return fc
    .oneof({ weight: 3, arbitrary: near }, { weight: 1, arbitrary: far })
    .map(({ request, ...who }) => ({ ...who, request: possible(request) }));
}

export function pathQuestion(world: RandomRbac): fc.Arbitrary<Asked> {
  const rules = world.given.filter(({ rule }) => rule.nonResourceURLs !== undefined);
  const near = fc.constantFrom(...rules).chain(({ whom, rule }) =>
    fc
      .record({
        whom: fc.constant(whom),
        verb: fc.constantFrom(...(rule.verbs ?? [])),
        url: fc.constantFrom(...(rule.nonResourceURLs ?? [])),
        rest: fc.constantFrom('', 'more', '/more'),
      })
      .map(({ url, rest, ...asked }) => ({ ...asked, path: url.replace(/\*+$/, rest) || '/' })),
  );
  const far = fc.record({
    whom: fc.constantFrom(...new Set(world.given.map(({ whom }) => whom))),
    verb: fc.constantFrom('get', 'post', 'head', '*'),
    path: fc.constantFrom(...PATHS),
  });
  return fc
    .oneof({ weight: 2, arbitrary: near }, { weight: 1, arbitrary: far })
    .map(({ whom, ...request }) => ({ ...memberOf(whom, world), request }));
}

type Request = Omit<ResourceRequest, 'namespace'> & {
  readonly name: string;
  readonly namespace: string | undefined;
};

/** What is created, or deleted as a whole, has no name; what belongs to no namespace is asked for in none. */
function possible({ namespace, name, ...rest }: Request): ResourceRequest {
  const { verb, subresource = '' } = rest;
  const hasName = name !== '' && !(subresource === '' && ['create', 'deletecollection'].includes(verb));
  const named = hasName ? { ...rest, name } : rest;
  if (rest.resource === 'namespaces' && isClusterScoped(rest)) {
    // a namespace is in itself
    const own = namespace !== undefined && verb !== 'create' ? { ...rest, name: namespace, namespace } : rest;
    return own;
  }
  const isBind = verb === 'bind' && rest.resource === 'clusterroles';
  return namespace === undefined || (isClusterScoped(rest) && !isBind) ? named : { ...named, namespace };
}
