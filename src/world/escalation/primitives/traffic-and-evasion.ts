/** Rows by which an intruder leads the traffic of others elsewhere, or lifts what is to hold it. */
import { admitting, excepting, filtering, obeyed, routing } from './custom-resources.ts';
import type { Primitive } from './primitive.ts';
import { GOOD_PRACTICES, WRITE, CHANGE, REMOVE, RBAC, ADMISSION, WEBHOOKS } from './terms.ts';

export const trafficAndEvasion: readonly Primitive[] = [
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
];
