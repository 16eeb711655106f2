/** Rows by which others are stopped, or all is surveyed. */
import type { Primitive } from './primitive.ts';
import { GOOD_PRACTICES, WRITE, CHANGE, REMOVE, RBAC, CONTROLLERS } from './terms.ts';

export const denialAndReconnaissance: readonly Primitive[] = [
  {
    slug: 'delete-everything',
    needs: [{ verbs: REMOVE, on: '*/*' }],
    gives: 'denial',
    words: 'delete everything',
    reference: GOOD_PRACTICES,
  },
  {
    slug: 'delete-nodes-or-namespaces',
    needs: [{ verbs: REMOVE, on: 'nodes|namespaces' }],
    gives: 'denial',
    words: 'delete nodes or namespaces with all that they hold',
    reference: GOOD_PRACTICES,
  },
  {
    slug: 'stop-workloads',
    needs: [
      {
        verbs: REMOVE,
        on: `pods|${CONTROLLERS}|services|endpoints|discovery.k8s.io/endpointslices|networking.k8s.io/ingresses|configmaps|secrets|persistentvolumeclaims|${RBAC}/rolebindings`,
        or: [
          { verbs: 'create', on: 'pods:eviction' },
          { verbs: CHANGE, on: 'apps/deployments:scale|apps/replicasets:scale|apps/statefulsets:scale' },
        ],
      },
    ],
    gives: 'denial',
    words: 'stop others, by deleting them or what they need',
    reference: 'Microsoft: Threat Matrix for Kubernetes, data destruction',
  },
  {
    slug: 'mislead-scheduling',
    needs: [{ verbs: CHANGE, on: 'nodes:status' }],
    gives: 'denial',
    words: 'report nodes as broken or full, which drives pods away',
    reference: 'Kubernetes: Taints and Tolerations, taint based evictions',
  },
  {
    slug: 'create-without-end',
    needs: [{ verbs: 'create', on: '*/*' }],
    gives: 'denial',
    words: 'create objects of any kind, without end',
    reference: GOOD_PRACTICES,
  },
  {
    slug: 'starve-the-api',
    needs: [
      {
        verbs: `${WRITE}|${REMOVE}`,
        on: 'flowcontrol.apiserver.k8s.io/flowschemas|flowcontrol.apiserver.k8s.io/prioritylevelconfigurations',
      },
    ],
    gives: 'denial',
    words: 'starve others of the API server by its priorities',
    reference: GOOD_PRACTICES,
  },
  {
    slug: 'read-everything',
    needs: [{ verbs: 'list|watch', on: '*/*' }],
    gives: 'reconnaissance',
    words: 'list everything that the cluster holds',
    reference: GOOD_PRACTICES,
  },
  {
    slug: 'read-logs',
    needs: [{ verbs: 'get', on: 'pods:log|nodes:log' }],
    gives: 'reconnaissance',
    words: 'read the logs of pods or nodes',
    reference: GOOD_PRACTICES,
  },
];
