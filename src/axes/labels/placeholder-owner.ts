import type { Check } from '../check.ts';
import { isFirst } from './context.ts';

export default {
  id: 'labels/placeholder-owner',
  family: 'owner',
  title: 'Has a placeholder for an owner',
  docs: `The owner is given as a word such as todo or unknown, or as a variable that no template engine filled in. It
    passes a check for presence, and nobody is reached by it. Write the team.`,
  source: 'RiskPolicy: owner.team',
  find: (variant, workload, { owner: { placeholder } }) => {
    if (placeholder === undefined || !isFirst(variant, workload)) return [];
    const { value, source, object, path } = placeholder;
    return [
      {
        weight: 0.65, // as good as none, though someone began
        message: `the ${source} says "${value.slice(0, 60)}", which is no owner`,
        evidence: [{ object, path }],
        remediation: { text: 'Write the team that owns it', patch: [] },
      },
    ];
  },
} satisfies Check;
