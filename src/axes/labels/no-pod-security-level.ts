import { refOf } from '../../world/world.ts';
import type { Check } from '../check.ts';
import { isFirst, isSystem } from './context.ts';

const ENFORCE = 'pod-security.kubernetes.io/enforce';

export default {
  id: 'labels/no-pod-security-level',
  family: 'pod-security-level',
  title: 'Its namespace enforces no Pod Security level',
  docs: `Without the label ${ENFORCE} the API server admits every pod to the namespace, the privileged ones too, unless
    something else that cannot be seen here stands in the way. Whoever may create pods there then takes the node. Label
    it with the strictest level that its pods satisfy; a namespace for node agents says privileged, which is a
    decision, too.`,
  source: 'Kubernetes documentation, Pod Security Admission: labels for namespaces',
  controls: ['CIS 5.2.1', 'OWASP K04'],
  find: (variant, workload, { namespace }) => {
    // a namespace that is not known may have any label
    if (namespace === undefined || !isFirst(variant, workload) || isSystem(workload.ref)) return [];
    if (Object.hasOwn(namespace.metadata.labels, ENFORCE)) return [];
    return [
      {
        weight: 0.1, // nothing that an intruder in this workload gains by itself
        message: `namespace ${namespace.metadata.name} has no label ${ENFORCE}`,
        evidence: [
          {
            object: refOf(namespace),
            path: Object.keys(namespace.metadata.labels).length === 0 ? '/metadata' : '/metadata/labels',
          },
        ],
        remediation: {
          text: `Label the namespace with ${ENFORCE}: restricted or baseline, after a dry run of kubectl label`,
          patch: [], // which level all its pods satisfy is for a person to see
        },
      },
    ];
  },
} satisfies Check;
