import type { Check } from '../check.ts';
import { isFirst, isOpen, keepsData, metadataOf } from './context.ts';

export default {
  id: 'labels/no-contact',
  family: 'contact',
  title: 'Says no way to reach its owner',
  docs: `An alert needs an address: an e-mail, a channel, a link to the rota or a number. A contact that is none of
    these is reported everywhere. A missing one is reported only where minutes count, on workloads that are open
    from outside or keep data; elsewhere the name of the team is enough.`,
  source: 'RiskPolicy: owner.contact',
  find: (variant, workload, around) => {
    const { contact, badContact } = around.owner;
    if (contact !== undefined || !isFirst(variant, workload)) return [];
    if (badContact !== undefined) {
      const { value, source, object, path } = badContact;
      return [
        {
          weight: 0.2,
          message: `the ${source} says "${value.slice(0, 60)}", which is no address, channel, link or number`,
          evidence: [{ object, path }],
          remediation: { text: 'Write an e-mail address, a channel, a link or a phone number', patch: [] },
        },
      ];
    }
    const [open, keeps] = [isOpen(around), keepsData(workload)];
    if (!open && !keeps) return [];
    return [
      {
        weight: 0.15,
        message: `${open ? 'is open from outside' : 'keeps data'}, and nothing says how to reach its owner`,
        evidence: metadataOf(workload),
        remediation: {
          text: `Set ${around.policy.owner.contact.slice(0, 1).join()} to a channel, an address or a link, here or on its namespace`,
          patch: [],
        },
      },
    ];
  },
} satisfies Check;
