import type { Ref } from '../../world/objects.ts';
import type { Check } from '../check.ts';
import { declares, isFirst, isOpen, isSystem, keepsData, metadataOf } from './context.ts';

const keys = [
  'hexarisk.dev/environment',
  'app.kubernetes.io/environment',
  'tags.datadoghq.com/env',
  'environment',
  'env',
  'stage',
];

/** Names say it too: `shop-prod`, `staging`. */
const inName =
  /(?:^|-)(?:prod|production|live|preprod|staging|stage|stg|dev|devel|development|test|testing|qa|uat|int|sandbox|demo)(?:-|\d|$)/;

const isNamed = ({ namespace, name }: Ref): boolean => inName.test(namespace) || inName.test(name);

export default {
  id: 'labels/no-environment',
  family: 'environment',
  title: 'Does not say whether it is production',
  docs: `The same finding is urgent in production and can wait in a sandbox. Asked only of workloads that are open from
    outside or keep data: neither a label (environment, env) nor the name of the workload or of its namespace says
    which environment it is. One label on the namespace answers it for all.`,
  source: 'Kubernetes documentation, Labels and Selectors: example labels',
  find: (variant, workload, around) => {
    if (!isFirst(variant, workload) || isSystem(workload.ref) || isNamed(workload.ref)) return [];
    if (!isOpen(around) && !keepsData(workload)) return [];
    if (declares(workload, around, keys)) return [];
    return [
      {
        weight: 0.05, // costs time, opens nothing
        message: 'neither a label nor a name says whether this is production',
        evidence: metadataOf(workload),
        remediation: { text: 'Label its namespace with environment', patch: [] },
      },
    ];
  },
} satisfies Check;
