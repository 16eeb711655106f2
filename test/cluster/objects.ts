/** Objects that several cluster tests make. */
interface DeploymentOptions {
  readonly namespace: string;
  readonly name: string;
  readonly replicas?: number;
  readonly privileged?: boolean;
}

export const deployment = ({ namespace, name, replicas = 1, privileged = false }: DeploymentOptions) =>
  JSON.stringify({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace },
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: {
          containers: [{ name: 'main', image: 'registry.example/app:1', securityContext: { privileged } }],
        },
      },
    },
  });

/** CRDs of cluster-wide policies that take any object. */
export const policyCrds = [
  ['clusternetworkpolicies', 'ClusterNetworkPolicy', 'v1beta1'],
  ['adminnetworkpolicies', 'AdminNetworkPolicy', 'v1alpha1'],
  ['baselineadminnetworkpolicies', 'BaselineAdminNetworkPolicy', 'v1alpha1'],
].map(([plural = '', kind = '', version]) => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: {
    name: `${plural}.policy.networking.k8s.io`,
    annotations: { 'api-approved.kubernetes.io': 'unapproved, test' },
  },
  spec: {
    group: 'policy.networking.k8s.io',
    scope: 'Cluster',
    names: { plural, singular: kind.toLowerCase(), kind },
    versions: [
      {
        name: version,
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      },
    ],
  },
}));

export const vulnerabilityCrd = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: {
    name: 'vulnerabilityreports.aquasecurity.github.io',
    annotations: { 'api-approved.kubernetes.io': 'unapproved, test' },
  },
  spec: {
    group: 'aquasecurity.github.io',
    scope: 'Namespaced',
    names: { plural: 'vulnerabilityreports', singular: 'vulnerabilityreport', kind: 'VulnerabilityReport' },
    versions: [
      {
        name: 'v1alpha1',
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      },
    ],
  },
};

export const vulnerabilityReport = (namespace: string, replicaSet: string) => ({
  apiVersion: 'aquasecurity.github.io/v1alpha1',
  kind: 'VulnerabilityReport',
  metadata: {
    name: `replicaset-${replicaSet}-main`,
    namespace,
    labels: {
      'trivy-operator.container.name': 'main',
      'trivy-operator.resource.kind': 'ReplicaSet',
      'trivy-operator.resource.name': replicaSet,
      'trivy-operator.resource.namespace': namespace,
    },
  },
  report: {
    registry: { server: 'registry.example' },
    artifact: { repository: 'app', tag: '1' },
    vulnerabilities: [],
  },
});
