/** The objects of the benchmark: pure, and the same for the same numbers and seed. */
import { deploymentOf } from './deployment.ts';
import type { Care, Deployment, KubeObject, Plan } from './objects.ts';
import { type Random, seeded } from './random.ts';
import * as around from './surroundings.ts';

export interface LoadOptions {
  readonly workloads: number;
  /** Of each workload. */
  readonly pods: number;
  readonly seed: number;
}

export interface Load {
  /** All, those first that others need. */
  readonly objects: readonly KubeObject[];
  /** Deployments whose score rises when their first container becomes privileged, and whose pods then still run. */
  readonly changeable: readonly Deployment[];
}

/** Objects for each 1,000 Deployments: with them 2,088. docs/performance.md says why these. */
export const perThousand = {
  Namespace: 40,
  ServiceAccount: 200,
  ConfigMap: 100,
  ClusterRole: 6,
  ClusterRoleBinding: 12,
  Role: 40,
  RoleBinding: 80,
  NetworkPolicy: 60,
  Service: 500,
  Ingress: 50,
} as const;

const teams = ['checkout', 'catalog', 'identity', 'payments', 'search', 'platform', 'data', 'mobile'];
const nouns = ['api', 'worker', 'gateway', 'sync', 'indexer', 'mailer', 'web', 'cache', 'billing', 'export'];

interface Namespace {
  readonly name: string;
  readonly team: string;
  /** Does it refuse pods that can take over their node? */
  readonly isEnforced: boolean;
}

export function generate({ workloads, pods, seed }: LoadOptions): Load {
  const random = seeded(seed);
  const count = (kind: keyof typeof perThousand) =>
    Math.max(1, Math.round((perThousand[kind] * workloads) / 1000));
  const namespaces = Array.from({ length: count('Namespace') }, (_, index) => namespaceAt(index, random));
  const at = <T>(items: readonly T[], index: number): T => items[index % items.length] ?? random.pick(items);
  const some = <T>(kind: keyof typeof perThousand, make: (index: number, namespace: Namespace) => T): T[] =>
    Array.from({ length: count(kind) }, (_, index) => make(index, at(namespaces, index)));

  const accounts = some('ServiceAccount', (index, { name }) => around.account(name, `account-${index}`));
  const configs = some('ConfigMap', (index, { name }) => around.configMap(name, `config-${index}`, random));
  const plans = Array.from({ length: workloads }, (_, index) =>
    planAt(index, { namespace: at(namespaces, index), pods, accounts, configs }, random),
  );
  const objects = [
    ...namespaces.map(({ name, team, isEnforced }) => around.namespaceObject(name, team, isEnforced)),
    ...accounts,
    ...configs,
    ...access(some, accounts, random),
    ...some('NetworkPolicy', (index, { name }) =>
      index % 3 === 0
        ? around.defaultDeny(name)
        : around.allowFrom(at(plans, index), random.pick(namespaces).name),
    ),
    ...some('Service', (index) => around.service(at(plans, index), random)),
    ...some('Ingress', (index) => around.ingress(at(plans, index), random)),
  ];
  const deployments = plans.map((plan) => deploymentOf(plan, random));
  const enforced = new Set(namespaces.filter(({ isEnforced }) => isEnforced).map(({ name }) => name));
  const changeable = deployments.filter(
    ({ metadata }, index) => !enforced.has(metadata.namespace) && plans[index]?.care !== 'takeover',
  );
  return { objects: [...objects, ...deployments], changeable };
}

function namespaceAt(index: number, random: Random): Namespace {
  const team = random.pick(teams);
  return { name: `${team}-${index}`, team, isEnforced: random.chance(0.2) };
}

interface Around {
  readonly namespace: Namespace;
  readonly pods: number;
  readonly accounts: readonly KubeObject[];
  readonly configs: readonly KubeObject[];
}

function planAt(index: number, { namespace, pods, accounts, configs }: Around, random: Random): Plan {
  const here = (objects: readonly KubeObject[]): string | undefined => {
    const names = objects
      .filter(({ metadata }) => metadata.namespace === namespace.name)
      .map(({ metadata }) => metadata.name);
    return names.length > 0 && random.chance(0.3) ? random.pick(names) : undefined;
  };
  return {
    name: `${random.pick(nouns)}-${index}`,
    namespace: namespace.name,
    team: namespace.team,
    nameLabel: random.chance(0.5) ? 'app' : 'app.kubernetes.io/name',
    replicas: pods,
    account: here(accounts),
    config: here(configs),
    care: careIn(namespace, random),
  };
}

function careIn({ isEnforced }: Namespace, random: Random): Care {
  if (random.chance(0.25)) return 'restricted';
  if (random.chance(0.6)) return 'some';
  return !isEnforced && random.chance(0.1) ? 'takeover' : 'none';
}

type Some = <T>(kind: keyof typeof perThousand, make: (index: number, namespace: Namespace) => T) => T[];

function access(some: Some, accounts: readonly KubeObject[], random: Random): KubeObject[] {
  const inNamespace = (namespace: string) => {
    const own = accounts.filter(({ metadata }) => metadata.namespace === namespace);
    return random.pick(own.length > 0 ? own : accounts);
  };
  const clusterRoles = some('ClusterRole', (index) => around.role(`bench-${index}`, undefined, random));
  const roles = some('Role', (_, { name }) => around.role('app', name, random));
  return [
    ...clusterRoles,
    ...roles,
    ...some('ClusterRoleBinding', (index) =>
      around.binding({
        name: `bench-${index}`,
        namespace: undefined,
        role: { kind: 'ClusterRole', name: random.pick(clusterRoles).metadata.name },
        subject: random.pick(accounts),
      }),
    ),
    ...some('RoleBinding', (index, { name }) =>
      around.binding({
        name: `binding-${index}`,
        namespace: name,
        role: index < roles.length ? { kind: 'Role', name: 'app' } : { kind: 'ClusterRole', name: 'view' },
        subject: inNamespace(name),
      }),
    ),
  ];
}
