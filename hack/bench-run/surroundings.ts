/** What stands around the Deployments of the benchmark: accounts, rights, ways in, policies, configuration. */
import { PORT } from './deployment.ts';
import type { KubeObject, Plan } from './objects.ts';
import type { Random } from './random.ts';

const RBAC = 'rbac.authorization.k8s.io/v1';
const GROUP = 'rbac.authorization.k8s.io';

export const namespaceObject = (name: string, team: string, isEnforced: boolean): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: {
    name,
    labels: { team, ...(isEnforced ? { 'pod-security.kubernetes.io/enforce': 'baseline' } : {}) },
  },
});

export const account = (namespace: string, name: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: { name, namespace },
});

export const configMap = (namespace: string, name: string, random: Random): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace },
  data: {
    region: random.pick(['eu-central', 'eu-north', 'us-east']),
    'application.properties': `cache.size=${random.int(512)}\nfeature.search=${random.chance(0.5)}\nretry.max=3\n`,
  },
});

const rules: readonly (readonly object[])[] = [
  [{ apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'list', 'watch'] }],
  [{ apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['get', 'create', 'update'] }],
  [
    { apiGroups: [''], resources: ['pods', 'services'], verbs: ['get', 'list', 'watch'] },
    { apiGroups: ['apps'], resources: ['deployments'], verbs: ['get', 'list', 'patch'] },
  ],
  [{ apiGroups: [''], resources: ['secrets'], verbs: ['get'] }],
];

export const role = (name: string, namespace: string | undefined, random: Random): KubeObject => ({
  apiVersion: RBAC,
  kind: namespace === undefined ? 'ClusterRole' : 'Role',
  metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
  rules: random.pick(rules),
});

interface Grant {
  readonly name: string;
  /** Of the binding; undefined for the whole cluster. */
  readonly namespace: string | undefined;
  readonly role: { readonly kind: 'Role' | 'ClusterRole'; readonly name: string };
  readonly subject: KubeObject;
}

export const binding = ({ name, namespace, role: granted, subject }: Grant): KubeObject => ({
  apiVersion: RBAC,
  kind: namespace === undefined ? 'ClusterRoleBinding' : 'RoleBinding',
  metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
  roleRef: { apiGroup: GROUP, ...granted },
  subjects: [
    { kind: 'ServiceAccount', name: subject.metadata.name, namespace: subject.metadata.namespace ?? '' },
  ],
});

export const service = ({ name, namespace, nameLabel }: Plan, random: Random): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace },
  spec: {
    ...(random.chance(0.03) ? { type: random.pick(['LoadBalancer', 'NodePort']) } : {}),
    selector: { [nameLabel]: name },
    ports: [{ name: 'http', port: 80, targetPort: 'http' }],
  },
});

export function ingress({ name, namespace }: Plan, random: Random): KubeObject {
  const host = `${name}.example.com`;
  const backend = { service: { name, port: { name: 'http' } } };
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name, namespace },
    spec: {
      ...(random.chance(0.8) ? { tls: [{ hosts: [host], secretName: `${name}-tls` }] } : {}),
      rules: [{ host, http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } }],
    },
  };
}

export const defaultDeny = (namespace: string): KubeObject => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name: 'default-deny', namespace },
  spec: { podSelector: {}, policyTypes: ['Ingress'] },
});

export const allowFrom = ({ name, namespace, nameLabel }: Plan, from: string): KubeObject => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name: `allow-${name}`, namespace },
  spec: {
    podSelector: { matchLabels: { [nameLabel]: name } },
    policyTypes: ['Ingress'],
    ingress: [
      {
        from: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': from } } }],
        ports: [{ port: PORT }],
      },
    ],
  },
});
