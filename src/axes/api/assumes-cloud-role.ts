import { cloudRoles } from '../../world/escalation/cloud-roles.ts';
import { pointer } from '../../world/workload/variants.ts';
import { refOf } from '../../world/world.ts';
import type { Check } from '../check.ts';
import { firstStep } from './rights.ts';

const REMEDIATION =
  'Give the role only what this workload uses, and use an account of its own so that nothing else shares it';

export default {
  id: 'api/assumes-cloud-role',
  family: 'api-cloud-role',
  title: 'Has credentials of a cloud role',
  docs: `An annotation ties the account of the workload to a role of the cloud, whose credentials every container of
    its pods can fetch. What the role may do is not visible from the cluster: storage, databases, sometimes the whole
    cloud account. This is the recommended way to reach a cloud, so keep the role small and shared with nothing else;
    where that is so, accept this risk.`,
  source: 'Kubernetes threat matrix: access cloud resources',
  controls: ['OWASP K03'],
  find: (variant, workload, around) => {
    if (variant !== workload.variants[0]) return [];
    const { account } = around;
    const places = [
      ...(account.object === undefined
        ? []
        : [
            {
              object: refOf(account.object),
              annotations: account.object.metadata.annotations,
              at: pointer(['metadata', 'annotations']),
            },
          ]),
      { object: variant.ref, annotations: variant.annotations, at: variant.meta('annotations') },
    ];
    return places.flatMap(({ object, annotations, at }) =>
      Object.entries(cloudRoles).flatMap(([key, role]) => {
        if ((annotations[key] ?? '') === '') return [];
        const path = `${at}${pointer([key])}`;
        const first = firstStep(variant, workload, around);
        return {
          weight: 0.8,
          message: `account ${account.name} is tied to ${role}, whose credentials every container can fetch`,
          evidence: [{ object, path }],
          remediation: { text: REMEDIATION, patch: [] },
          leadsTo: {
            consequence: 'cloud-role' as const,
            steps: [
              first,
              { from: first.to, to: 'cloud-role', because: [{ object, path, text: `ties it to ${role}` }] },
            ],
          },
        };
      }),
    );
  },
} satisfies Check;
