/**
 * The escalation primitives: permissions of the Kubernetes API that give more than they say. One row is one
 * mechanism; what it gives depends on where it is held. Everything that judges permissions reads this table.
 */
import { admitting, excepting, filtering, obeyed, routing, running } from './custom-resources.ts';

/** Requests of which one must be allowed: each verb on each resource. Alternatives are separated by `|`. */
interface Asked {
  /** `create|update|patch` */
  readonly verbs: string;
  /** `[group/]resource[:subresource]`, the core group written as none: `pods:exec|apps/deployments`. Or `ANYTHING`. */
  readonly on: string;
}

/**
 * Whatever a rule is about: resources, some of their objects, or paths; and in whatever namespace, not only where the
 * other needs are met. Verbs are then beginnings: `impersonate-on:user-info:` stands for all that start so.
 */
export const ANYTHING = 'anything';

export interface Need extends Asked {
  /** Other requests that do as well. */
  readonly or?: readonly Asked[];
  /**
   * On which objects. Absent: all of them, so a rule that lists names does not count. `any`: one is as good as all
   * (a webhook configuration itself says what it catches). `=a|b`: on one that has this name.
   */
  readonly named?: 'any' | `=${string}`;
  /** Only a rule that lists the name counts; a right to all objects of the kind says nothing of this one. */
  readonly explicit?: boolean;
  /**
   * A rule that lists names gives these alone: accounts, users, groups, accounts by their token Secrets, or what is in
   * these roles, which are then listed as `clusterroles/name` or `roles/name`.
   */
  readonly listed?: 'accounts' | 'users' | 'groups' | 'tokens' | 'roles';
}

/** What is gained, before it is known where. */
export type Gain =
  /** Everything; in one namespace all of it, and its Pod Security level can be lifted. */
  | 'everything'
  /** A node, and what runs there. */
  | 'node'
  /** Pods of one's own making: any account and secret of the namespace, and the node unless its level forbids. */
  | 'pods'
  /** Any account of the place. */
  | 'accounts'
  /** Code in running pods of the place, with their accounts and their hold on the node. */
  | 'code'
  /** The Secrets of the place. */
  | 'secrets'
  /** Secrets that pass by, wherever. */
  | 'all-secrets'
  /** Other workloads, by detours. */
  | 'others'
  /** One of the rights that a takeover needs together. */
  | 'part'
  | 'traffic'
  | 'tampering'
  | 'evasion'
  | 'denial'
  | 'reconnaissance';

export interface Primitive {
  /** Names the check of this mechanism, `api/<slug>`; unique. */
  readonly slug: string;
  /** All of them, at one place; from whatever bindings. */
  readonly needs: readonly Need[];
  /** Other lists of needs that do as well. */
  readonly or?: readonly (readonly Need[])[];
  readonly gives: Gain;
  /** What it is about lives in this namespace only; '' for what must hold across the cluster. */
  readonly only?: string;
  /** Completes `account shop/ci may ...`. */
  readonly words: string;
  readonly reference: string;
  /** Control of the CIS Kubernetes Benchmark. */
  readonly cis?: string;
}

const GOOD_PRACTICES = 'Kubernetes: RBAC good practices';
const WRITE = 'create|update|patch';
const CHANGE = 'update|patch';
const REMOVE = 'delete|deletecollection';
/** The answer holds the objects. So does that to a patch and to `deletecollection`, even as a dry run, which changes nothing. */
const READ = 'get|list|watch|patch|deletecollection';
const RBAC = 'rbac.authorization.k8s.io';
const ADMISSION = 'admissionregistration.k8s.io';
const CERTIFICATES = 'certificates.k8s.io';
const IMPERSONATION = 'authentication.k8s.io';
const CONTROLLERS =
  'apps/deployments|apps/daemonsets|apps/statefulsets|apps/replicasets|replicationcontrollers|batch/jobs|batch/cronjobs';
const WEBHOOKS = `${ADMISSION}/mutatingwebhookconfigurations|${ADMISSION}/validatingwebhookconfigurations`;
const KUBELET_SIGNERS = '=kubernetes.io/kube-apiserver-client-kubelet|kubernetes.io/*';
const CLIENT_SIGNERS = '=kubernetes.io/kube-apiserver-client|kubernetes.io/*';

/** Constrained impersonation: in one of its modes to be somebody, and in the same mode to do something as that one. */
function actingAs(mode: string, whom: string, named: Need['named'] = 'any'): readonly Need[] {
  return [
    { verbs: `impersonate:${mode}`, on: `${IMPERSONATION}/${whom}`, named },
    { verbs: `impersonate-on:${mode}:`, on: ANYTHING },
  ];
}

export const primitives: readonly Primitive[] = [
  // to the cluster
  {
    slug: 'do-anything',
    needs: [{ verbs: '*', on: '*/*' }],
    gives: 'everything',
    words: 'do anything',
    reference: GOOD_PRACTICES,
    cis: '5.1.1',
  },
  {
    slug: 'escalate-roles',
    needs: [
      { verbs: 'escalate', on: `${RBAC}/clusterroles` },
      { verbs: CHANGE, on: `${RBAC}/clusterroles`, named: 'any' },
    ],
    gives: 'everything',
    words: 'write rights into ClusterRoles that it does not have itself',
    reference: `${GOOD_PRACTICES}, escalate verb`,
    cis: '5.1.8',
  },
  {
    slug: 'escalate-namespace-roles',
    needs: [
      { verbs: 'escalate', on: `${RBAC}/roles` },
      { verbs: CHANGE, on: `${RBAC}/roles`, named: 'any' },
    ],
    gives: 'everything',
    words: 'write rights into Roles that it does not have itself',
    reference: `${GOOD_PRACTICES}, escalate verb`,
    cis: '5.1.8',
  },
  {
    slug: 'bind-cluster-roles',
    needs: [
      { verbs: 'bind', on: `${RBAC}/clusterroles`, named: '=cluster-admin|admin|edit', listed: 'roles' },
      { verbs: WRITE, on: `${RBAC}/clusterrolebindings`, named: 'any' },
    ],
    gives: 'everything',
    only: '',
    words: 'bind itself to ClusterRoles such as cluster-admin',
    reference: `${GOOD_PRACTICES}, bind verb`,
    cis: '5.1.8',
  },
  {
    slug: 'bind-roles',
    needs: [
      {
        verbs: 'bind',
        on: `${RBAC}/clusterroles|${RBAC}/roles`,
        named: '=cluster-admin|admin|edit',
        listed: 'roles',
      },
      { verbs: WRITE, on: `${RBAC}/rolebindings`, named: 'any' },
    ],
    gives: 'pods',
    words: 'bind itself to roles',
    reference: `${GOOD_PRACTICES}, bind verb`,
    cis: '5.1.8',
  },
  {
    slug: 'impersonate-users',
    needs: [{ verbs: 'impersonate', on: 'users', listed: 'users' }],
    gives: 'everything',
    words: 'act as other users',
    reference: `${GOOD_PRACTICES}, impersonate verb`,
    cis: '5.1.8',
  },
  {
    slug: 'impersonate-groups',
    needs: [
      { verbs: 'impersonate', on: 'groups', named: '=system:masters', listed: 'groups' },
      { verbs: 'impersonate', on: 'users|serviceaccounts', named: 'any' },
    ],
    gives: 'everything',
    words: 'act as a member of other groups',
    reference: `${GOOD_PRACTICES}, impersonate verb`,
    cis: '5.1.8',
  },
  {
    slug: 'impersonate-accounts',
    needs: [{ verbs: 'impersonate', on: 'serviceaccounts', listed: 'accounts' }],
    gives: 'accounts',
    words: 'act as other service accounts',
    reference: `${GOOD_PRACTICES}, impersonate verb`,
    cis: '5.1.8',
  },
  {
    slug: 'impersonate-constrained',
    needs: actingAs('user-info', 'users'),
    or: [
      actingAs('serviceaccount', 'serviceaccounts'),
      actingAs('arbitrary-node', 'nodes'),
      // the node of one's own pod: the API server asks for `*` as the name, whichever node it is
      actingAs('associated-node', 'nodes', '=*'),
    ],
    gives: 'tampering',
    words: 'act as others for the verbs that it is allowed to',
    reference: 'KEP-5284: constrained impersonation',
    cis: '5.1.8',
  },
  {
    slug: 'impersonate-details',
    needs: [
      { verbs: 'impersonate', on: `${IMPERSONATION}/uids|${IMPERSONATION}/userextras:scopes`, named: 'any' },
    ],
    gives: 'tampering',
    words: 'act under the uid or the extra attributes of others',
    reference: `${GOOD_PRACTICES}, impersonate verb`,
    cis: '5.1.8',
  },
  {
    slug: 'mint-tokens',
    needs: [{ verbs: 'create', on: 'serviceaccounts:token', listed: 'accounts' }],
    gives: 'accounts',
    words: 'create tokens of other service accounts',
    reference: `${GOOD_PRACTICES}, token request`,
    cis: '5.1.13',
  },
  {
    slug: 'read-secrets',
    needs: [{ verbs: READ, on: 'secrets', listed: 'tokens' }],
    gives: 'secrets',
    words: 'read Secrets',
    reference: `${GOOD_PRACTICES}, listing secrets`,
    cis: '5.1.2',
  },
  {
    slug: 'forge-token-secrets',
    needs: [
      { verbs: 'create', on: 'secrets' },
      { verbs: READ, on: 'secrets' },
    ],
    gives: 'accounts',
    words: 'create token Secrets of any service account and read them back',
    reference: GOOD_PRACTICES,
    cis: '5.1.2',
  },
  {
    slug: 'approve-certificates',
    needs: [
      { verbs: 'create', on: `${CERTIFICATES}/certificatesigningrequests` },
      { verbs: CHANGE, on: `${CERTIFICATES}/certificatesigningrequests:approval`, named: 'any' },
      { verbs: 'approve', on: `${CERTIFICATES}/signers`, named: CLIENT_SIGNERS },
    ],
    gives: 'everything',
    words: 'approve its own client certificate for any name',
    reference: `${GOOD_PRACTICES}, CSRs and certificate issuing`,
    cis: '5.1.11',
  },
  {
    slug: 'approve-node-certificates',
    needs: [
      { verbs: 'create', on: `${CERTIFICATES}/certificatesigningrequests` },
      { verbs: CHANGE, on: `${CERTIFICATES}/certificatesigningrequests:approval`, named: 'any' },
      { verbs: 'approve', on: `${CERTIFICATES}/signers`, named: KUBELET_SIGNERS },
    ],
    gives: 'node',
    words: 'approve its own certificate for any node',
    reference: `${GOOD_PRACTICES}, CSRs and certificate issuing`,
    cis: '5.1.11',
  },
  {
    slug: 'sign-certificates',
    needs: [
      { verbs: 'create', on: `${CERTIFICATES}/certificatesigningrequests` },
      { verbs: CHANGE, on: `${CERTIFICATES}/certificatesigningrequests:status`, named: 'any' },
      { verbs: 'sign', on: `${CERTIFICATES}/signers`, named: CLIENT_SIGNERS },
    ],
    gives: 'everything',
    words: 'sign client certificates for any name',
    reference: `${GOOD_PRACTICES}, CSRs and certificate issuing`,
    cis: '5.1.11',
  },
  {
    slug: 'write-mutating-webhooks',
    needs: [{ verbs: WRITE, on: `${ADMISSION}/mutatingwebhookconfigurations`, named: 'any' }],
    gives: 'everything',
    words: 'change every object on its way in, by a mutating webhook',
    reference: `${GOOD_PRACTICES}, control admission webhooks`,
    cis: '5.1.12',
  },
  {
    slug: 'write-validating-webhooks',
    needs: [{ verbs: WRITE, on: `${ADMISSION}/validatingwebhookconfigurations`, named: 'any' }],
    gives: 'all-secrets',
    words: 'read every object that is written, Secrets too, by a validating webhook',
    reference: `${GOOD_PRACTICES}, control admission webhooks`,
    cis: '5.1.12',
  },
  {
    slug: 'write-mutating-policies',
    needs: [
      { verbs: WRITE, on: `${ADMISSION}/mutatingadmissionpolicies`, named: 'any' },
      { verbs: WRITE, on: `${ADMISSION}/mutatingadmissionpolicybindings`, named: 'any' },
    ],
    gives: 'everything',
    words: 'change every object on its way in, by a MutatingAdmissionPolicy',
    reference: 'KEP-3962: mutating admission policies',
  },
  {
    slug: 'write-api-services',
    needs: [{ verbs: WRITE, on: 'apiregistration.k8s.io/apiservices', named: 'any' }],
    gives: 'everything',
    words: 'take over groups of the API by an APIService',
    reference: GOOD_PRACTICES,
  },
  {
    slug: 'write-custom-resource-definitions',
    needs: [{ verbs: CHANGE, on: 'apiextensions.k8s.io/customresourcedefinitions' }],
    gives: 'tampering',
    words: 'read and change custom resources by a conversion webhook',
    reference: GOOD_PRACTICES,
  },
  {
    slug: 'map-cloud-identities',
    needs: [{ verbs: CHANGE, on: 'configmaps', named: '=aws-auth', explicit: true }],
    gives: 'everything',
    only: 'kube-system',
    words: 'map a cloud identity to system:masters in the ConfigMap aws-auth',
    reference: 'Amazon EKS: aws-auth ConfigMap',
  },
  {
    slug: 'exempt-pod-identities',
    needs: [{ verbs: WRITE, on: 'aadpodidentity.k8s.io/azurepodidentityexceptions', named: 'any' }],
    gives: 'tampering',
    words: 'let pods past the guard of the cloud metadata service, to the identity of the node',
    reference: 'Azure Active Directory pod-managed identities: AzurePodIdentityException',
  },
  {
    slug: 'part-of-takeover',
    needs: [
      {
        verbs: 'bind|escalate',
        on: `${RBAC}/clusterroles|${RBAC}/roles`,
        or: [
          { verbs: 'impersonate', on: 'groups' },
          { verbs: CHANGE, on: `${CERTIFICATES}/certificatesigningrequests:approval` },
          { verbs: 'approve|sign', on: `${CERTIFICATES}/signers` },
        ],
      },
    ],
    gives: 'part',
    words: 'bind or escalate roles, act as groups, or approve or sign certificates',
    reference: `${GOOD_PRACTICES}, least privilege`,
    cis: '5.1.8',
  },
  // to the node, or the namespace
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
  // traffic, credentials, evasion
  {
    slug: 'redirect-services',
    needs: [{ verbs: WRITE, on: 'services|endpoints|discovery.k8s.io/endpointslices' }],
    gives: 'traffic',
    words: 'send the traffic of Services elsewhere',
    reference: 'Kubernetes: CVE-2021-25740',
  },
  {
    slug: 'capture-external-addresses',
    needs: [{ verbs: CHANGE, on: 'services:status' }],
    gives: 'traffic',
    words: 'take traffic to any address, by the status of a Service',
    reference: 'Kubernetes: CVE-2020-8554',
  },
  {
    slug: 'claim-pod-addresses',
    needs: [{ verbs: CHANGE, on: 'pods:status' }],
    gives: 'traffic',
    words: 'make a Service send to other addresses, by the status of a pod',
    reference: GOOD_PRACTICES,
  },
  {
    slug: 'open-routes',
    needs: [
      {
        verbs: WRITE,
        on: ['networking.k8s.io/ingresses', 'networking.k8s.io/ingressclasses', ...routing].join('|'),
      },
    ],
    gives: 'traffic',
    words: 'publish or redirect routes from outside',
    reference: GOOD_PRACTICES,
  },
  {
    slug: 'open-network-policies',
    needs: [
      { verbs: `${WRITE}|${REMOVE}`, on: ['networking.k8s.io/networkpolicies', ...filtering].join('|') },
    ],
    gives: 'traffic',
    words: 'lift network policies',
    reference: GOOD_PRACTICES,
  },
  {
    slug: 'reach-past-policies',
    needs: [{ verbs: 'create|get', on: 'pods:portforward|pods:proxy|services:proxy' }],
    gives: 'traffic',
    words: 'connect to pods through the API server, past NetworkPolicies',
    reference: GOOD_PRACTICES,
  },
  {
    slug: 'rewrite-cluster-dns',
    needs: [{ verbs: CHANGE, on: 'configmaps', named: '=coredns|coredns-custom|kube-dns|node-local-dns' }],
    gives: 'traffic',
    only: 'kube-system',
    words: 'answer the DNS queries of the whole cluster, by the configuration of its servers',
    reference: GOOD_PRACTICES,
  },
  {
    slug: 'lift-pod-security',
    needs: [{ verbs: CHANGE, on: 'namespaces' }],
    gives: 'evasion',
    words: 'lift the Pod Security level of a namespace by its labels',
    reference: `${GOOD_PRACTICES}, namespace modification`,
  },
  {
    slug: 'write-roles',
    needs: [
      {
        verbs: WRITE,
        on: `${RBAC}/roles|${RBAC}/rolebindings|${RBAC}/clusterroles|${RBAC}/clusterrolebindings`,
      },
    ],
    gives: 'evasion',
    words: 'pass its rights on, to whom and as long as it likes',
    reference: 'Microsoft: Threat Matrix for Kubernetes, persistence',
    cis: '5.1.8',
  },
  {
    slug: 'delete-events',
    needs: [{ verbs: REMOVE, on: 'events|events.k8s.io/events' }],
    gives: 'evasion',
    words: 'delete events, and so its traces',
    reference: 'Microsoft: Threat Matrix for Kubernetes, delete Kubernetes events',
  },
  {
    slug: 'write-admission-policies',
    needs: [
      {
        verbs: `${CHANGE}|${REMOVE}`,
        on: [
          `${ADMISSION}/validatingadmissionpolicies|${ADMISSION}/validatingadmissionpolicybindings`,
          ...admitting,
        ].join('|'),
        or: [
          { verbs: REMOVE, on: WEBHOOKS },
          { verbs: 'create', on: excepting.join('|') },
        ],
      },
    ],
    gives: 'evasion',
    words: 'switch off admission policies and webhooks, or except itself',
    reference: GOOD_PRACTICES,
  },
  {
    slug: 'command-controllers',
    needs: [{ verbs: WRITE, on: obeyed.join('|') }],
    gives: 'tampering',
    words: 'act through another controller, by the resources that it obeys',
    reference: GOOD_PRACTICES,
  },
  // denial, reconnaissance
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
