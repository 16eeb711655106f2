/** Custom resources of well-known controllers that give what built-in ones give, as `group/resource`. */

/** Their controllers make pods of a template, which names its account. */
export const running = [
  'apps.kruise.io/clonesets',
  'apps.kruise.io/daemonsets',
  'apps.kruise.io/statefulsets',
  'apps.openshift.io/deploymentconfigs',
  'argoproj.io/cronworkflows',
  'argoproj.io/rollouts',
  'argoproj.io/workflows',
  'batch.volcano.sh/jobs',
  'leaderworkerset.x-k8s.io/leaderworkersets',
  'ray.io/rayclusters',
  'ray.io/rayjobs',
  'serving.knative.dev/configurations',
  'serving.knative.dev/services',
  'sparkoperator.k8s.io/sparkapplications',
  'tekton.dev/pipelineruns',
  'tekton.dev/taskruns',
];

/** Their controllers write other objects, with rights of their own. */
export const obeyed = [
  'argoproj.io/applications',
  'argoproj.io/applicationsets',
  'argoproj.io/appprojects',
  'cert-manager.io/clusterissuers',
  'cert-manager.io/issuers',
  'external-secrets.io/clusterexternalsecrets',
  'external-secrets.io/clustersecretstores',
  'external-secrets.io/externalsecrets',
  'external-secrets.io/pushsecrets',
  'external-secrets.io/secretstores',
  'helm.cattle.io/helmchartconfigs',
  'helm.cattle.io/helmcharts',
  'helm.toolkit.fluxcd.io/helmreleases',
  'kustomize.toolkit.fluxcd.io/kustomizations',
  'kyverno.io/clusterpolicies',
  'kyverno.io/policies',
  'mutations.gatekeeper.sh/assign',
  'mutations.gatekeeper.sh/modifyset',
  'operators.coreos.com/clusterserviceversions',
  'operators.coreos.com/subscriptions',
  'policies.kyverno.io/generatingpolicies',
  'policies.kyverno.io/mutatingpolicies',
];

/** They lead connections from outside, or between workloads. */
export const routing = [
  'gateway.networking.k8s.io/gateways',
  'gateway.networking.k8s.io/grpcroutes',
  'gateway.networking.k8s.io/httproutes',
  'gateway.networking.k8s.io/referencegrants',
  'gateway.networking.k8s.io/tcproutes',
  'gateway.networking.k8s.io/tlsroutes',
  'gateway.networking.k8s.io/udproutes',
  'networking.istio.io/destinationrules',
  'networking.istio.io/envoyfilters',
  'networking.istio.io/gateways',
  'networking.istio.io/serviceentries',
  'networking.istio.io/virtualservices',
  'projectcontour.io/httpproxies',
  'route.openshift.io/routes',
  'traefik.io/ingressroutes',
  'traefik.io/ingressroutetcps',
  'traefik.io/ingressrouteudps',
];

/** They say who may connect to whom. */
export const filtering = [
  'cilium.io/ciliumclusterwidenetworkpolicies',
  'cilium.io/ciliumnetworkpolicies',
  'crd.projectcalico.org/globalnetworkpolicies',
  'crd.projectcalico.org/networkpolicies',
  'policy.networking.k8s.io/adminnetworkpolicies',
  'policy.networking.k8s.io/baselineadminnetworkpolicies',
  'policy.networking.k8s.io/clusternetworkpolicies',
  'projectcalico.org/globalnetworkpolicies',
  'projectcalico.org/networkpolicies',
  'security.istio.io/authorizationpolicies',
  'security.istio.io/peerauthentications',
];

/** They say which objects the API server may take. */
export const admitting = [
  'config.gatekeeper.sh/configs',
  'constraints.gatekeeper.sh/*',
  'kyverno.io/clusterpolicies',
  'kyverno.io/policies',
  'kyverno.io/policyexceptions',
  'policies.kyverno.io/imagevalidatingpolicies',
  'policies.kyverno.io/policyexceptions',
  'policies.kyverno.io/validatingpolicies',
  'security.openshift.io/securitycontextconstraints',
  'templates.gatekeeper.sh/constrainttemplates',
];

/** They except objects from such rules. */
export const excepting = ['kyverno.io/policyexceptions', 'policies.kyverno.io/policyexceptions'];

/** Those of the lists above that belong to no namespace. */
export const clusterScoped: ReadonlySet<string> = new Set([
  'cert-manager.io/clusterissuers',
  'cilium.io/ciliumclusterwidenetworkpolicies',
  'constraints.gatekeeper.sh/*',
  'crd.projectcalico.org/globalnetworkpolicies',
  'external-secrets.io/clusterexternalsecrets',
  'external-secrets.io/clustersecretstores',
  'kyverno.io/clusterpolicies',
  'mutations.gatekeeper.sh/assign',
  'mutations.gatekeeper.sh/modifyset',
  'policies.kyverno.io/generatingpolicies',
  'policies.kyverno.io/imagevalidatingpolicies',
  'policies.kyverno.io/mutatingpolicies',
  'policies.kyverno.io/validatingpolicies',
  'policy.networking.k8s.io/adminnetworkpolicies',
  'policy.networking.k8s.io/baselineadminnetworkpolicies',
  'policy.networking.k8s.io/clusternetworkpolicies',
  'projectcalico.org/globalnetworkpolicies',
  'security.openshift.io/securitycontextconstraints',
  'templates.gatekeeper.sh/constrainttemplates',
]);
