import type { Check } from '../check.ts';
import { declares, isFirst, isSystem, keepsData, metadataOf } from './context.ts';

const keys = [
  'hexarisk.dev/data-class',
  'data-class',
  'data-classification',
  'dataclass',
  'data-sensitivity',
  'confidentiality',
];

export default {
  id: 'labels/no-data-class',
  family: 'data-class',
  title: 'Keeps data of which nobody says how sensitive it is',
  docs: `The workload has a persistent volume. Whether that holds personal data or a cache decides who must be told
    after an intrusion, and within which time. Set the label data-class on the workload or its namespace.`,
  source: 'NIST SP 800-60: mapping types of information to security categories',
  find: (variant, workload, around) => {
    if (!isFirst(variant, workload) || isSystem(workload.ref) || !keepsData(workload)) return [];
    if (declares(workload, around, keys)) return [];
    return [
      {
        weight: 0.1,
        message: 'keeps data in a persistent volume, and no label says how sensitive it is',
        evidence: metadataOf(workload),
        remediation: { text: 'Set the label data-class, here or on its namespace', patch: [] },
      },
    ];
  },
} satisfies Check;
