import type { Check } from '../check.ts';
import { isFirst, metadataOf } from './context.ts';

export default {
  id: 'labels/no-owner',
  family: 'owner',
  title: 'Names no owner',
  docs: `Neither the workload, its pods nor its namespace say which team owns it. A finding, an alert or an intrusion
    then waits until someone finds out whose it is. Set the label or annotation that your policy names, such as
    hexarisk.dev/owner, on the workload or once on its namespace.`,
  source: 'RiskPolicy: owner.team',
  find: (variant, workload, { owner, policy }) => {
    // a placeholder is a finding of its own
    if (!isFirst(variant, workload) || owner.team !== undefined || owner.placeholder !== undefined) return [];
    const keys = policy.owner.team.slice(0, 2).join(' or ');
    return [
      {
        // with a contact someone is reached, who may not be responsible
        weight: owner.contact === undefined ? 0.7 : 0.35,
        message:
          owner.contact === undefined
            ? 'no label or annotation says who owns it, here or on its namespace'
            : `no label or annotation says who owns it, only that ${owner.contact} is the contact`,
        evidence: metadataOf(workload),
        remediation: { text: `Set ${keys} to the team that owns it, here or on its namespace`, patch: [] },
      },
    ];
  },
} satisfies Check;
