/** Tables of what others run at the edge: ingress controllers, and the clouds' internal load balancers. */
import type { Labels, LabelSelector, NetworkPolicyPeer } from '../objects.ts';

/** Names that ingress controllers have by their own install manifests and charts. */
const controllerNames =
  /^(ingress|ingress-nginx|nginx-ingress|traefik|haproxy-ingress|haproxy-controller|kong|contour|projectcontour|envoy|envoy-gateway-system|istio-system|istio-ingress|istio-ingressgateway|istio-gateway|gateway|openshift-ingress|cilium-gateway|ambassador|emissary|ingress-controller|apisix-ingress-controller)$/;

/** Labels whose value names what a pod or a namespace is. */
const naming: ReadonlySet<string> = new Set([
  'kubernetes.io/metadata.name',
  'app.kubernetes.io/name',
  'app.kubernetes.io/part-of',
  'app',
  'name',
  'k8s-app',
  'istio',
  'network.openshift.io/policy-group',
  'policy-group.network.openshift.io/ingress',
]);

/** The peer is, by its labels, an ingress controller: whatever an Ingress lets in comes through it. */
export function namesIngressController({ podSelector, namespaceSelector }: NetworkPolicyPeer): boolean {
  return [podSelector, namespaceSelector].some((selector) => selector !== undefined && namesOne(selector));
}

function namesOne({ matchLabels, matchExpressions }: LabelSelector): boolean {
  const pairs = [
    ...Object.entries(matchLabels),
    ...matchExpressions.flatMap(({ key, operator, values }) =>
      operator === 'In' ? values.map((value): [string, string] => [key, value]) : [],
    ),
  ];
  return pairs.some(
    ([key, value]) =>
      key === 'policy-group.network.openshift.io/ingress' || (naming.has(key) && controllerNames.test(value)),
  );
}

/** An annotation, and for which of its values the load balancer has private addresses only. */
type Marks = readonly { readonly key: string; readonly internal: (value: string) => boolean }[];

const is =
  (...wanted: readonly string[]) =>
  (value: string): boolean =>
    wanted.includes(value.toLowerCase());

const balancerMarks: Marks = [
  { key: 'service.beta.kubernetes.io/aws-load-balancer-scheme', internal: is('internal') },
  // the legacy form: any value but false and nothing
  {
    key: 'service.beta.kubernetes.io/aws-load-balancer-internal',
    internal: (value) => !is('', 'false')(value),
  },
  { key: 'networking.gke.io/load-balancer-type', internal: is('internal') },
  { key: 'cloud.google.com/load-balancer-type', internal: is('internal') },
  { key: 'service.beta.kubernetes.io/azure-load-balancer-internal', internal: is('true') },
  { key: 'service.beta.kubernetes.io/openstack-internal-load-balancer', internal: is('true') },
  { key: 'service.beta.kubernetes.io/oci-load-balancer-internal', internal: is('true') },
  { key: 'oci-network-load-balancer.oraclecloud.com/internal', internal: is('true') },
  { key: 'service.kubernetes.io/ibm-load-balancer-cloud-provider-ip-type', internal: is('private') },
  { key: 'service.beta.kubernetes.io/alibaba-cloud-loadbalancer-address-type', internal: is('intranet') },
  { key: 'service.kubernetes.io/qcloud-loadbalancer-internal-subnetid', internal: (value) => value !== '' },
  { key: 'service.beta.kubernetes.io/do-loadbalancer-network', internal: is('internal') },
];

const ingressMarks: Marks = [
  { key: 'alb.ingress.kubernetes.io/scheme', internal: is('internal') },
  { key: 'kubernetes.io/ingress.class', internal: is('gce-internal') },
  { key: 'appgw.ingress.kubernetes.io/use-private-ip', internal: is('true') },
];

const marked = (marks: Marks, annotations: Labels): boolean =>
  marks.some(({ key, internal }) => {
    const value = Object.hasOwn(annotations, key) ? annotations[key] : undefined;
    return value !== undefined && internal(value);
  });

/** The cloud gives the Service's load balancer private addresses only. */
export function isInternalBalancer(annotations: Labels): boolean {
  const type = annotations['service.beta.kubernetes.io/aws-load-balancer-type'];
  const scheme = annotations['service.beta.kubernetes.io/aws-load-balancer-scheme'];
  // AWS's own controller makes internal ones unless it is told otherwise
  const isAwsDefault = scheme === undefined && (type === 'external' || type === 'nlb-ip');
  return isAwsDefault || marked(balancerMarks, annotations);
}

/** The cloud serves the Ingress at private addresses only. */
export function isInternalIngress(annotations: Labels, className: string | undefined): boolean {
  const isAlb = (className ?? annotations['kubernetes.io/ingress.class']) === 'alb';
  const isAlbDefault = isAlb && annotations['alb.ingress.kubernetes.io/scheme'] === undefined;
  return isAlbDefault || className === 'gce-internal' || marked(ingressMarks, annotations);
}

/** The cloud serves Gateways of the class at private addresses only: Google's regional internal load balancers. */
export const isInternalGatewayClass = (name: string): boolean => /^gke-.*(rilb|internal)/.test(name);

/** Where an ingress controller is told to admit only some addresses: comma-separated CIDRs. */
export const allowListAnnotations = [
  'nginx.ingress.kubernetes.io/whitelist-source-range',
  'nginx.ingress.kubernetes.io/allowlist-source-range',
  'haproxy.org/whitelist',
  'haproxy.org/allow-list',
  'alb.ingress.kubernetes.io/inbound-cidrs',
] as const;

export const SOURCE_RANGES_ANNOTATION = 'service.beta.kubernetes.io/load-balancer-source-ranges';

/** Where certificates come from other than `spec.tls`. */
export const certificateAnnotations = [
  'alb.ingress.kubernetes.io/certificate-arn',
  'ingress.gcp.kubernetes.io/pre-shared-cert',
  'networking.gke.io/managed-certificates',
  'networking.gke.io/v1beta1.FrontendConfig',
  'appgw.ingress.kubernetes.io/appgw-ssl-certificate',
  'nginx.ingress.kubernetes.io/ssl-passthrough',
] as const;
