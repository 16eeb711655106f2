/** Objects that several cluster tests make. */
import { resourceInfos } from '../../src/observe/resources.ts';
import { pluralOf } from '../../src/observe/served.ts';
import { apiGroupOf, type Resource, resources } from '../../src/world/world.ts';

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

/** A CRD that takes any object of the resource, in these versions. */
export const crdOf = (resource: Resource, versions: readonly string[] = [apiVersionOf(resource)]) => {
  const { kind, namespaced } = resourceInfos[resource];
  const plural = pluralOf(resource);
  const group = apiGroupOf(apiVersionOf(resource));
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: {
      name: `${plural}.${group}`,
      annotations: { 'api-approved.kubernetes.io': 'unapproved, test' },
    },
    spec: {
      group,
      scope: namespaced ? 'Namespaced' : 'Cluster',
      names: { plural, singular: kind.toLowerCase(), kind },
      versions: versions.map((version, index) => ({
        name: version.slice(group.length + 1),
        served: true,
        storage: index === 0,
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      })),
    },
  };
};

const apiVersionOf = (resource: Resource): string => resourceInfos[resource].apiVersion;

/** Of everything that is read where it is installed. */
export const optionalCrds = resources
  .filter((resource) => resourceInfos[resource].optional)
  .map((one) => crdOf(one));

export const vulnerabilityCrd = crdOf('vulnerabilityreports');

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
