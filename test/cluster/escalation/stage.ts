/**
 * Where an attack takes place: a namespace `home` with the attacker's account and another account, `boss`, that may
 * read the Secret `crown` in a second namespace, `vault`. So may the user `vip`.
 */
import { randomBytes } from 'node:crypto';
import { account, binding, namespaceNamed, type Raw, RBAC, role, subject } from '../../support/rbac.ts';
import { eventually } from '../harness.ts';
import type { Actor, Actors } from './actor.ts';

/** One verb on one resource: `[group/]resource[:subresource]`, as the primitives are written. */
export interface Right {
  readonly verb: string;
  readonly on: string;
  readonly name?: string;
  readonly where: 'cluster' | 'home' | 'vault';
}

export interface Attacker {
  readonly name: string;
  /** Acts as the account. */
  readonly actor: Actor;
  /** The account with a token of its own, as its pod has it, which may then claim to be somebody else. */
  readonly claiming: (headers: Readonly<Record<string, string>>) => Promise<Actor>;
  readonly stage: Stage;
}

export interface Stage {
  readonly id: string;
  readonly home: string;
  readonly vault: string;
  readonly vip: string;
  readonly actors: Actors;
  /** An account with these rights and no others, which the authorizer knows of. */
  attacker(name: string, rights: readonly Right[]): Promise<Attacker>;
  /** What the kubelet gives a pod: a token of its account. */
  insideOf(pod: Raw): Promise<Actor>;
  /** Deletes what is in no namespace, and the namespaces. */
  clear(): Promise<void>;
}

const CORE = '/api/v1';
export const RBAC_API = `/apis/${RBAC}`;

interface Named {
  readonly metadata: { readonly name: string; readonly uid: string };
}
export const nameOf = (object: Raw): string => (object as unknown as Named).metadata.name;

/** @param labels of the namespace `home` */
export async function setStage(
  actors: Actors,
  labels: Readonly<Record<string, string>> = {},
): Promise<Stage> {
  const { admin } = actors;
  const id = `esc-${randomBytes(4).toString('hex')}`;
  const [home, vault, vip] = [`${id}-home`, `${id}-vault`, `${id}-vip`];
  for (const [name, its] of [
    [home, labels],
    [vault, {}],
  ] as const)
    await admin('POST', `${CORE}/namespaces`, { ...namespaceNamed(name), metadata: { name, labels: its } });
  await Promise.all([
    admin('POST', `${CORE}/namespaces/${home}/serviceaccounts`, account(home, 'boss')),
    admin('POST', `${CORE}/namespaces/${home}/secrets`, secret('treasure')),
    admin('POST', `${CORE}/namespaces/${vault}/secrets`, secret('crown')),
    admin('POST', `${RBAC_API}/namespaces/${vault}/roles`, role(`${vault}/reader`, mayRead)),
    admin(
      'POST',
      `${RBAC_API}/namespaces/${vault}/rolebindings`,
      binding(`${vault}/reader`, 'Role/reader', subject(`sa:${home}/boss`), subject(`user:${vip}`)),
    ),
  ]);
  const stage: Stage = {
    id,
    home,
    vault,
    vip,
    actors,
    attacker: (name, rights) => newAttacker(stage, name, rights),
    insideOf: (pod) => kubeletToken(stage, pod),
    clear: () => clear(stage),
  };
  return stage;
}

const secret = (name: string): Raw => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name },
  stringData: { value: name },
});
const mayRead = { apiGroups: [''], resources: ['secrets'], resourceNames: ['crown'], verbs: ['get'] };

async function newAttacker(stage: Stage, name: string, rights: readonly Right[]): Promise<Attacker> {
  const { home, actors } = stage;
  const { admin } = actors;
  await admin('POST', `${CORE}/namespaces/${home}/serviceaccounts`, account(home, name));
  for (const [where, here] of Map.groupBy(rights, (right) => right.where)) {
    const namespace = where === 'cluster' ? undefined : stage[where];
    const [place, own] =
      namespace === undefined
        ? [RBAC_API, `${stage.id}-${name}`]
        : [`${RBAC_API}/namespaces/${namespace}`, name];
    const full = namespace === undefined ? own : `${namespace}/${own}`;
    const kind = namespace === undefined ? 'cluster' : '';
    const roleKind = namespace === undefined ? 'ClusterRole' : 'Role';
    await admin('POST', `${place}/${kind}roles`, role(full, ...here.map(ruleOf)));
    await admin(
      'POST',
      `${place}/${kind}rolebindings`,
      binding(full, `${roleKind}/${own}`, subject(`sa:${home}/${name}`)),
    );
  }
  const user = `system:serviceaccount:${home}:${name}`;
  for (const right of rights)
    await eventually(`${name} to have its rights`, () => isAllowed(stage, user, right));
  return {
    name,
    stage,
    actor: actors.acting(user),
    claiming: async (headers) => actors.withToken(await tokenOf(stage, name), headers),
  };
}

function partsOf({ on }: Right) {
  const [path = '', subresource] = on.split(':');
  const [resource = '', group = ''] = path.split('/').toReversed();
  return { group, resource, subresource };
}

function ruleOf(right: Right) {
  const { group, resource, subresource } = partsOf(right);
  const names = right.name === undefined ? {} : { resourceNames: [right.name] };
  const resources = [subresource === undefined ? resource : `${resource}/${subresource}`];
  return { apiGroups: [group], resources, verbs: [right.verb], ...names };
}

async function isAllowed(stage: Stage, user: string, right: Right): Promise<boolean> {
  const { verb, name, where } = right;
  const namespace = where === 'cluster' ? undefined : stage[where];
  const { status } = await stage.actors.admin('POST', '/apis/authorization.k8s.io/v1/subjectaccessreviews', {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SubjectAccessReview',
    spec: { user, resourceAttributes: { ...partsOf(right), verb, name, namespace } },
  });
  return (status as { readonly allowed: boolean }).allowed;
}

async function tokenOf({ actors, home }: Stage, name: string, bound?: Raw): Promise<string> {
  const { status } = await actors.admin('POST', `${CORE}/namespaces/${home}/serviceaccounts/${name}/token`, {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    spec: bound === undefined ? {} : { boundObjectRef: bound },
  });
  return (status as { readonly token: string }).token;
}

/** No container runs here; so the kubelet's part, which is to ask for this token, is done by the test. */
async function kubeletToken(stage: Stage, pod: Raw): Promise<Actor> {
  const { metadata } = pod as unknown as Named;
  const { serviceAccountName } = pod['spec'] as { readonly serviceAccountName: string };
  const bound = { apiVersion: 'v1', kind: 'Pod', name: metadata.name, uid: metadata.uid };
  return stage.actors.withToken(await tokenOf(stage, serviceAccountName, bound));
}

/** Kinds of objects that attacks leave, and that are in no namespace. */
const CLUSTER_SCOPED = [
  `${RBAC_API}/clusterrolebindings`,
  `${RBAC_API}/clusterroles`,
  '/apis/certificates.k8s.io/v1/certificatesigningrequests',
  '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations',
  '/apis/admissionregistration.k8s.io/v1/mutatingadmissionpolicybindings',
  '/apis/admissionregistration.k8s.io/v1/mutatingadmissionpolicies',
  `${CORE}/namespaces`,
];

async function clear({ id, actors: { admin } }: Stage): Promise<void> {
  for (const collection of CLUSTER_SCOPED) {
    const { items } = await admin('GET', collection);
    const mine = (items as readonly Raw[]).map(nameOf).filter((name) => name.startsWith(id));
    await Promise.all(mine.map((name) => admin('DELETE', `${collection}/${name}`)));
  }
}
