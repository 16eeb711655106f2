/** What is wrong with the bindings and roles of a world, whoever they are for. Nothing here is thrown: all is told. */
import { boundRole, type Grants, grantsBySubject } from '../access.ts';
import type { Binding, Ref, Role } from '../objects.ts';
import { all, refOf, textOf, type World } from '../world.ts';
import { openGrants } from './open-grants.ts';
import { defectsOf } from './rule-defects.ts';
import { existence, problemOf } from './subject-problems.ts';

/** In the order in which they are told. */
const problems = [
  'open-grant',
  'role-missing',
  'account-missing',
  'namespace-missing',
  'no-subjects',
  'unknown-subject-kind',
  'malformed-rule',
] as const;

export interface AuditFinding {
  readonly problem: (typeof problems)[number];
  readonly object: Ref;
  /** JSON Pointer into the object. */
  readonly path: string;
  readonly text: string;
}

export interface Beside {
  /** What every cluster has from its start, and nothing else: what can be said of that is no finding. */
  readonly bootstrap: World;
  /** Objects that are there, but not in a shape that could be read, as `Kind namespace/name`. */
  readonly unreadable?: ReadonlySet<string>;
}

/** By problem, then by object. */
export function audit(world: World, { bootstrap, unreadable = new Set() }: Beside): readonly AuditFinding[] {
  const usual = new Set(problemsIn(bootstrap, unreadable).map(keyOfFinding));
  return [
    ...openGrants(grantsOf(world), grantsOf(bootstrap)).map(
      (found): AuditFinding => ({ problem: 'open-grant', ...found }),
    ),
    ...problemsIn(world, unreadable).filter((found) => !usual.has(keyOfFinding(found))),
  ].sort((a, b) => problems.indexOf(a.problem) - problems.indexOf(b.problem));
}

const keyOfFinding = ({ problem, object, path, text }: AuditFinding): string =>
  [problem, textOf(object), path, text].join('\n');

function problemsIn(world: World, unreadable: ReadonlySet<string>): readonly AuditFinding[] {
  const { rolebindings, clusterrolebindings, roles, clusterroles } = world.tables;
  const bindings = [...all(rolebindings), ...all(clusterrolebindings)].sort(byName);
  const exists = existence(world);
  return [
    ...bindings.flatMap((binding) => [
      ...roleProblems(binding, world, unreadable),
      ...subjectProblems(binding, exists),
    ]),
    ...[...all(roles), ...all(clusterroles)].sort(byName).flatMap(ruleProblems),
  ];
}

const keyOf = ({ metadata }: Binding | Role): string => `${metadata.namespace}/${metadata.name}`;
const byName = (a: Binding | Role, b: Binding | Role): number => (keyOf(a) < keyOf(b) ? -1 : 1);

function grantsOf({ tables, source }: World): Grants {
  const { roles, clusterroles, rolebindings, clusterrolebindings } = tables;
  return grantsBySubject(roles, clusterroles, rolebindings, clusterrolebindings, source);
}

function roleProblems(
  binding: Binding,
  { tables, missing }: World,
  unreadable: ReadonlySet<string>,
): readonly AuditFinding[] {
  const { kind, name } = binding.roleRef;
  const { namespace } = binding.metadata;
  if (missing.has(kind === 'Role' ? 'roles' : 'clusterroles')) return [];
  if (boundRole(binding, tables.roles, tables.clusterroles) !== undefined) return [];
  const role =
    kind === 'ClusterRole' || namespace === '' ? `${kind} ${name}` : `${kind} ${namespace}/${name}`;
  const canBeBound = kind === 'ClusterRole' || (kind === 'Role' && namespace !== '');
  const text = !canBeBound
    ? `${role} is nothing that a ${binding.kind} can bind: it gives nothing`
    : unreadable.has(role)
      ? `${role} is malformed: what the binding is meant to give is not known`
      : `${role} does not exist: who creates it decides what the binding gives`;
  return [{ problem: 'role-missing', object: refOf(binding), path: '/roleRef', text }];
}

function subjectProblems(binding: Binding, exists: ReturnType<typeof existence>): readonly AuditFinding[] {
  const object = refOf(binding);
  const { kind, name } = binding.roleRef;
  if (binding.subjects.length === 0)
    return [
      { problem: 'no-subjects', object, path: '/subjects', text: `it binds ${kind} ${name} to nobody` },
    ];
  return binding.subjects.flatMap((subject, index) => {
    const found = problemOf(binding, subject, exists);
    return found === undefined ? [] : [{ ...found, object, path: `/subjects/${index}` }];
  });
}

const ruleProblems = (role: Role): readonly AuditFinding[] =>
  role.rules.flatMap((rule, index) =>
    defectsOf(rule, role.kind === 'ClusterRole').map(
      (text): AuditFinding => ({
        problem: 'malformed-rule',
        object: refOf(role),
        path: `/rules/${index}`,
        text,
      }),
    ),
  );
