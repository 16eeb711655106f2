/** The keys of positions in the graph. Those of identities are the keys of `Grants`. */
import type { Gain, Primitive } from './primitives.ts';
import type { Holding } from './holdings.ts';

/** Whose accounts, Secrets and pods are the cluster's. */
export const CLUSTER = 'kube-system';

// what is gained in the end
export const ADMIN = 'cluster-admin';
export const ALL_SECRETS = 'all-secrets';
export const CLOUD = 'cloud-role';
/** Pods of others, wherever they are. */
export const OTHERS = 'others';
/** Any node that one likes. */
export const NODE = 'node';
/** Every running pod of the cluster. */
const RUNNING = 'running';

/** Where a ClusterRoleBinding holds; no namespace has this name. */
export const WHOLE_CLUSTER = '*';

/** Hubs: each stands for all of its kind at one place. */
export const hub = {
  /** Pods of one's own making in a namespace. */
  pods: (namespace: string) => `pods/${namespace}`,
  /** The same, with the right to lift what the namespace enforces. */
  lifted: (namespace: string) => `lifted/${namespace}`,
  accounts: (namespace: string) => `accounts/${namespace}`,
  running: (namespace: string) => `running/${namespace}`,
  secrets: (namespace: string) => `secrets/${namespace}`,
  others: (namespace: string) => `others/${namespace}`,
  /** The accounts of this name, wherever. */
  named: (name: string) => `named/${name}`,
  /** The account whose token is in this Secret. */
  token: (namespace: string, name: string) => `token/${namespace}/${name}`,
  /** Whoever may bind this role there. @param role as `clusterroles/name` or `roles/name` */
  role: (place: string, role: string) => `role/${place}/${role}`,
  workload: (key: string) => `workload/${key}`,
  /** A node on which the pods of a pool run. */
  node: (pool: string) => `node/${pool}`,
  /** All nodes of a class. */
  nodes: (nodeClass: string) => `nodes/${nodeClass}`,
  pool: (pool: string) => `pool/${pool}`,
} as const;

export const isLifted = (key: string): boolean => key.startsWith(hub.lifted(''));

/** In the whole cluster, or in kube-system. */
const everywhere: Partial<Record<Gain, string>> = {
  everything: ADMIN,
  pods: ADMIN,
  accounts: ADMIN,
  code: RUNNING,
  secrets: ALL_SECRETS,
  others: OTHERS,
};

const inNamespace: Partial<Record<Gain, (namespace: string) => readonly string[]>> = {
  everything: (namespace) => [hub.pods(namespace), NODE],
  pods: (namespace) => [hub.pods(namespace)],
  accounts: (namespace) => [hub.accounts(namespace)],
  code: (namespace) => [hub.running(namespace)],
  secrets: (namespace) => [hub.secrets(namespace)],
  others: (namespace) => [hub.others(namespace)],
};

/** Where a held primitive leads. None: it takes nothing by itself (traffic, denial and the like). */
export function targetsOf({ primitive, namespace, listed, lifts }: Holding): readonly string[] {
  const { gives } = primitive;
  if (listed !== undefined) return listed.map((name) => targetNamed(name, primitive, namespace));
  if (gives === 'node') return [NODE];
  if (gives === 'all-secrets') return [ALL_SECRETS];
  if (namespace === undefined || namespace === CLUSTER) {
    if (gives === 'code' && namespace !== undefined) return [hub.running(namespace)];
    return everywhere[gives] === undefined ? [] : [everywhere[gives]];
  }
  const targets = inNamespace[gives]?.(namespace) ?? [];
  return gives === 'pods' && lifts !== undefined ? [...targets, hub.lifted(namespace)] : targets;
}

const SERVICE_ACCOUNT = 'system:serviceaccount:';

/** A user who is a service account is that account. */
export function identityKey(identity: string): string {
  if (!identity.startsWith(`User/${SERVICE_ACCOUNT}`)) return identity;
  const [namespace = '', name = ''] = identity.slice(`User/${SERVICE_ACCOUNT}`.length).split(':');
  return `ServiceAccount/${namespace}/${name}`;
}

function targetNamed(
  name: string,
  { needs: [need], only }: Primitive,
  namespace: string | undefined,
): string {
  switch (need?.listed) {
    case 'users':
      return identityKey(`User/${name}`);
    case 'groups':
      return name === 'system:masters' ? ADMIN : `Group/${name}`;
    case 'roles':
      // in every namespace is in kube-system, too, where it gives the most
      return hub.role(namespace ?? (only === '' ? WHOLE_CLUSTER : CLUSTER), name);
    case 'tokens':
      return hub.token(namespace ?? '', name);
    default:
      return namespace === undefined ? hub.named(name) : `ServiceAccount/${namespace}/${name}`;
  }
}
