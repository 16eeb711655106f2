/** The built-in resources by the names under which people know them: which API group is meant by `deploy`. */

/** API group -> resources, each with its short names; of two groups with the same resource the first is meant. */
const groups: Readonly<Record<string, string>> = {
  '': `bindings componentstatuses=cs configmaps=cm endpoints=ep events=ev limitranges=limits namespaces=ns nodes=no
    persistentvolumeclaims=pvc persistentvolumes=pv pods=po podtemplates replicationcontrollers=rc
    resourcequotas=quota secrets serviceaccounts=sa services=svc users groups`,
  'admissionregistration.k8s.io': `mutatingadmissionpolicies mutatingadmissionpolicybindings
    mutatingwebhookconfigurations validatingadmissionpolicies validatingadmissionpolicybindings
    validatingwebhookconfigurations`,
  'apiextensions.k8s.io': 'customresourcedefinitions=crd,crds',
  'apiregistration.k8s.io': 'apiservices',
  apps: 'controllerrevisions daemonsets=ds deployments=deploy replicasets=rs statefulsets=sts',
  'authentication.k8s.io': 'selfsubjectreviews tokenreviews uids userextras',
  'authorization.k8s.io': `localsubjectaccessreviews selfsubjectaccessreviews selfsubjectrulesreviews
    subjectaccessreviews`,
  autoscaling: 'horizontalpodautoscalers=hpa',
  batch: 'cronjobs=cj jobs',
  'certificates.k8s.io': 'certificatesigningrequests=csr clustertrustbundles signers',
  'coordination.k8s.io': 'leases',
  'discovery.k8s.io': 'endpointslices',
  'events.k8s.io': 'events',
  'flowcontrol.apiserver.k8s.io': 'flowschemas prioritylevelconfigurations',
  'networking.k8s.io': 'ingressclasses ingresses=ing ipaddresses=ip networkpolicies=netpol servicecidrs',
  'node.k8s.io': 'runtimeclasses',
  policy: 'poddisruptionbudgets=pdb',
  'rbac.authorization.k8s.io': 'clusterrolebindings clusterroles rolebindings roles',
  'resource.k8s.io': 'deviceclasses resourceclaims resourceclaimtemplates resourceslices',
  'scheduling.k8s.io': 'priorityclasses=pc',
  'storage.k8s.io': `csidrivers csinodes csistoragecapacities storageclasses=sc volumeattachments
    volumeattributesclasses=vac`,
};

export interface ApiResource {
  readonly group: string;
  readonly resource: string;
}

const byName: ReadonlyMap<string, ApiResource> = tableOf(Object.entries(groups));

function tableOf(
  entries: readonly (readonly [group: string, resources: string])[],
): ReadonlyMap<string, ApiResource> {
  const table = new Map<string, ApiResource>();
  for (const [group, resources] of entries) {
    for (const entry of resources.split(/\s+/)) {
      const [resource = '', short = ''] = entry.split('=');
      const names = [resource, singularOf(resource), ...short.split(',')];
      for (const name of names) if (!table.has(name)) table.set(name, { group, resource });
    }
  }
  return table;
}

function singularOf(plural: string): string {
  if (plural.endsWith('ies')) return `${plural.slice(0, -3)}y`;
  return plural.replace(/(?<=ss|us|x|ch)es$|s$/, '');
}

/** @param name plural, singular or short; of a built-in resource @returns undefined for any other */
export const apiResourceNamed = (name: string): ApiResource | undefined => byName.get(name.toLowerCase());
