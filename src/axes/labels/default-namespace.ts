import type { Check } from '../check.ts';
import { isFirst, metadataOf } from './context.ts';

export default {
  id: 'labels/default-namespace',
  family: 'default-namespace',
  title: 'Runs in the namespace default',
  docs: `Whatever is applied without a namespace lands in default, so unrelated workloads share it: roles, network
    policies and quotas meant for one hold for all. Give each application its own namespace. A manifest that names
    none is taken to go to default, as kubectl does.`,
  source: 'CIS Kubernetes Benchmark, 5.7.4: The default namespace should not be used',
  controls: ['CIS 5.7.4'],
  find: (variant, workload, { source }) => {
    if (workload.ref.namespace !== 'default' || !isFirst(variant, workload)) return [];
    const isFile = source === 'files';
    return [
      {
        // whoever applies a file may still name another namespace
        weight: isFile ? 0.05 : 0.15,
        message: isFile
          ? 'goes to the namespace default unless another is named when it is applied'
          : 'runs in the namespace default, beside whatever else was applied without a namespace',
        evidence: metadataOf(workload),
        // a namespace cannot be changed in place
        remediation: { text: 'Create it in a namespace of its own', patch: [] },
      },
    ];
  },
} satisfies Check;
