/** The service account of a workload, and whether its token is really in the pod. */
import type { Container, PodSpec, ServiceAccount, Volume } from '../objects.ts';
import type { Variant } from '../workload/variants.ts';
import type { Workload } from '../workload/workloads.ts';

export interface Account {
  readonly namespace: string;
  readonly name: string;
  /** The object; undefined if it is not in the world. */
  readonly object?: ServiceAccount;
  /** Some variant has a token for the API server in it, by whatever way. */
  readonly tokenMounted: boolean;
}

/**
 * @param accounts the service accounts of the workload's namespace
 * @see ServiceAccount admission: the pod's own field wins over the account's; the default of both is true
 */
export function accountOf(workload: Workload, accounts: ReadonlyMap<string, ServiceAccount>): Account {
  const name = accountName(workload);
  const object = accounts.get(name);
  return {
    namespace: workload.ref.namespace,
    name,
    ...(object === undefined ? {} : { object }),
    tokenMounted: workload.variants.some((variant) => hasToken(variant, object)),
  };
}

const accountName = (workload: Workload): string => workload.variants[0]?.pod.serviceAccountName || 'default';

/** The kubelet's own pods (files on the node) have no account: the API server refuses them one. */
const MIRROR = 'kubernetes.io/config.mirror';

function hasToken({ pod, annotations }: Variant, account: ServiceAccount | undefined): boolean {
  return annotations[MIRROR] === undefined && (automounts(pod, account) || mountsToken(pod, account));
}

const TOKEN_PATH = '/var/run/secrets/kubernetes.io/serviceaccount';

/** Admission gives the token to each container that has nothing else at its place. */
function automounts(pod: PodSpec, account: ServiceAccount | undefined): boolean {
  if (!automountOf(pod, account)) return false;
  const containers = [...pod.initContainers, ...pod.containers];
  return containers.some(
    ({ volumeMounts }) => !volumeMounts.some(({ mountPath }) => mountPath === TOKEN_PATH),
  );
}

/** Whether the token is asked for by default: what the pod says, else what the account says, else yes. */
export function automountOf(pod: PodSpec, account: ServiceAccount | undefined): boolean {
  return pod.automountServiceAccountToken ?? account?.automountServiceAccountToken ?? true;
}

/** A token that the pod itself mounts: a projected one (`kube-api-access` too, once it runs), or one in a Secret. */
function mountsToken(pod: PodSpec, account: ServiceAccount | undefined): boolean {
  return tokenVolumesOf(pod, account).some(({ name }) => containersWith(pod, name).length > 0);
}

export function tokenVolumesOf(pod: PodSpec, account: ServiceAccount | undefined): readonly Volume[] {
  return pod.volumes.filter(({ projected, secret }) => {
    const sources = projected?.sources ?? [];
    if (sources.some(({ serviceAccountToken: token }) => token !== undefined && isForApi(token.audience)))
      return true;
    const names = [secret?.secretName, ...sources.map((source) => source.secret?.name)];
    return names.some((name) => name !== undefined && isTokenSecret(name, account));
  });
}

const containersWith = (pod: PodSpec, volume: string): readonly Container[] =>
  [...pod.initContainers, ...pod.containers, ...pod.ephemeralContainers].filter(({ volumeMounts }) =>
    volumeMounts.some(({ name }) => name === volume),
  );

/** A token for another audience (a vault, a cloud) says nothing to the API server. */
const isForApi = (audience: string | undefined): boolean =>
  audience === undefined || audience === '' || audience.startsWith('https://kubernetes.default.svc');

/** The account lists its own token Secrets; OpenShift puts those for its registry beside them. */
export const isTokenSecret = (name: string, account: ServiceAccount | undefined): boolean =>
  account?.secrets.includes(name) === true && !name.includes('-dockercfg-');
