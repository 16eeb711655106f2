/** Rows of which most give a node, or a namespace: its pods with their accounts and Secrets. */
import { running } from './custom-resources.ts';
import type { Primitive } from './primitive.ts';
import { GOOD_PRACTICES, WRITE, CHANGE, CONTROLLERS } from './terms.ts';

export const toNodeOrNamespace: readonly Primitive[] = [
  {
    slug: 'create-pods',
    needs: [{ verbs: 'create', on: 'pods' }],
    gives: 'pods',
    words: 'create pods, with any account and secret of the namespace',
    reference: `${GOOD_PRACTICES}, workload creation`,
    cis: '5.1.4',
  },
  {
    slug: 'write-controllers',
    needs: [{ verbs: WRITE, on: [CONTROLLERS, ...running].join('|'), named: 'any' }],
    gives: 'pods',
    words: 'write workloads, whose pods get any account and secret of the namespace',
    reference: `${GOOD_PRACTICES}, workload creation`,
    cis: '5.1.4',
  },
  {
    slug: 'change-pods',
    needs: [{ verbs: CHANGE, on: 'pods' }],
    gives: 'code',
    words: 'swap the images of running pods, which keep their accounts',
    reference: GOOD_PRACTICES,
  },
  {
    slug: 'exec-into-pods',
    needs: [{ verbs: 'create|get', on: 'pods:exec|pods:attach' }],
    gives: 'code',
    words: 'run commands in running pods',
    reference: GOOD_PRACTICES,
  },
  {
    slug: 'add-debug-containers',
    needs: [{ verbs: CHANGE, on: 'pods:ephemeralcontainers' }],
    gives: 'code',
    words: 'add a debug container to running pods',
    reference: GOOD_PRACTICES,
  },
  {
    slug: 'use-node-proxy',
    needs: [{ verbs: 'get|create', on: 'nodes:proxy', named: 'any' }],
    gives: 'node',
    words: 'talk to the kubelet, and so run commands in every pod of a node, past audit and admission',
    reference: `${GOOD_PRACTICES}, access to proxy subresource of nodes`,
    cis: '5.1.10',
  },
  {
    slug: 'create-host-volumes',
    needs: [
      { verbs: 'create', on: 'persistentvolumes' },
      { verbs: 'create', on: 'pods' },
    ],
    gives: 'node',
    words: 'create PersistentVolumes of node paths and pods that mount them',
    reference: `${GOOD_PRACTICES}, persistent volume creation`,
    cis: '5.1.9',
  },
  {
    slug: 'steer-pods',
    needs: [
      {
        verbs: 'delete',
        on: 'pods|nodes',
        or: [
          { verbs: 'create', on: 'pods:eviction' },
          { verbs: CHANGE, on: 'nodes|pods:status' },
        ],
      },
      { verbs: CHANGE, on: 'nodes:status|nodes' },
    ],
    gives: 'others',
    words: 'drive the pods of others to a node that it holds',
    reference: GOOD_PRACTICES,
  },
  {
    slug: 'tamper-with-nodes',
    needs: [
      {
        verbs: WRITE,
        on: 'persistentvolumes|storage.k8s.io/csidrivers|storage.k8s.io/volumeattachments|node.k8s.io/runtimeclasses',
      },
    ],
    gives: 'tampering',
    words: 'change how nodes attach volumes or run containers',
    reference: GOOD_PRACTICES,
  },
  {
    slug: 'rewrite-configuration',
    needs: [{ verbs: CHANGE, on: 'configmaps|secrets' }],
    gives: 'tampering',
    words: 'rewrite the configuration and credentials that others read',
    reference: 'Kubernetes: RBAC good practices, least privilege',
  },
  {
    slug: 'forge-bootstrap-tokens',
    needs: [{ verbs: 'create', on: 'secrets' }],
    gives: 'tampering',
    only: 'kube-system',
    words: 'create bootstrap tokens, with which a machine joins as a node',
    reference: 'Kubernetes: Authenticating with Bootstrap Tokens',
  },
  {
    slug: 'rewrite-revisions',
    needs: [{ verbs: CHANGE, on: 'apps/controllerrevisions' }],
    gives: 'tampering',
    words: 'change what a StatefulSet or DaemonSet rolls back to',
    reference: GOOD_PRACTICES,
  },
];
