/**
 * The controllers of Ingresses and Gateways that are common, by what their own documents and install manifests say: the
 * names that classes refer to them by, and how their pods are recognised.
 */
import type { Labels, PodSpec } from '../../objects.ts';

export interface ControllerKind {
  readonly name: string;
  /** `spec.controller` of an IngressClass, `spec.controllerName` of a GatewayClass. */
  readonly controller: RegExp;
  /** What classes are called by convention, where no IngressClass says whose they are. */
  readonly className: RegExp;
  /** Repositories of the image that passes connections on. */
  readonly image?: RegExp;
  /** Labels of the pods that do, where the image is one that others run as well. */
  readonly labels?: Labels;
  /** What passes connections on is no pod to policies: the cloud's own load balancer, or the network plugin itself. */
  readonly outside: boolean;
}

type Row = readonly [name: string, controller: RegExp, className: RegExp, pods: RegExp | Labels | 'outside'];

const rows: readonly Row[] = [
  [
    'ingress-nginx',
    /^k8s\.io\/(.+-)?ingress-nginx/,
    /nginx/,
    /\/(ingress-nginx\/controller|nginx-ingress-controller)$/,
  ],
  [
    'ingress-nginx',
    /^webapprouting\.kubernetes\.azure\.com\/nginx/,
    /^webapprouting/,
    /\/nginx-ingress-controller$/,
  ],
  ['NGINX Ingress Controller', /^nginx\.org\/ingress-controller/, /nginx/, /(^|\/)nginx-(plus-)?ingress$/],
  ['NGINX Gateway Fabric', /^gateway\.nginx\.org\//, /^nginx$/, /\/nginx-gateway-fabric\/nginx(-plus)?$/],
  ['Traefik', /^traefik\.io\//, /traefik/, /(^|\/)traefik$/],
  ['HAProxy', /^haproxy\.org\//, /haproxy/, /haproxytech\/kubernetes-ingress$/],
  ['HAProxy Ingress', /^haproxy-ingress\.github\.io\//, /haproxy/, /\/haproxy-ingress$/],
  ['Kong', /konghq\.com\//, /kong/, /(^|\/)kong(\/kong-gateway)?$/],
  [
    'Contour',
    /^projectcontour\.io\//,
    /contour/,
    { 'app.kubernetes.io/name': 'contour', 'app.kubernetes.io/component': 'envoy' },
  ],
  ['Contour', /^projectcontour\.io\//, /contour/, { app: 'envoy' }],
  [
    'Envoy Gateway',
    /^gateway\.envoyproxy\.io\//,
    /^(eg|envoy)/,
    { 'app.kubernetes.io/managed-by': 'envoy-gateway', 'app.kubernetes.io/component': 'proxy' },
  ],
  ['Istio', /^istio\.io\//, /^istio/, { istio: 'ingressgateway' }],
  ['Cilium', /(^|\.)cilium(\.io)?\//, /^cilium/, 'outside'],
  ['OpenShift router', /^openshift\.io\//, /^openshift/, /haproxy-router/],
  ['APISIX', /^apisix\.apache\.org\//, /apisix/, /(^|\/)apisix$/],
  ['Emissary', /^getambassador\.io\//, /ambassador|emissary/, /\/(emissary|ambassador|aes)$/],
  ['kgateway', /^(kgateway\.dev|solo\.io)\//, /^(kgateway|gloo)/, { gloo: 'gateway-proxy' }],
  ['Skipper', /^zalando\.org\//, /skipper/, /\/skipper$/],
  ['Cloudflare tunnel', /cloudflare/, /cloudflare/, /\/cloudflared$/],
  ['AWS load balancer', /(^|\.)k8s\.aws\//, /^(alb|amazon-)/, 'outside'],
  ['Google Cloud load balancer', /^(networking\.gke\.io|k8s\.io\/ingress-gce)/, /^(gce|gke)/, 'outside'],
  [
    'Azure Application Gateway',
    /^(azure\/application-gateway|alb\.networking\.azure\.io\/)/,
    /^azure/,
    'outside',
  ],
];

export const controllerKinds: readonly ControllerKind[] = rows.map(([name, controller, className, pods]) => ({
  name,
  controller,
  className,
  outside: pods === 'outside',
  ...(pods instanceof RegExp ? { image: pods } : pods === 'outside' ? {} : { labels: pods }),
}));

const repositoryOf = (image: string): string => image.replace(/@.*$/, '').replace(/:[^/]*$/, '');

/** The pods pass connections on for this kind of controller. */
export function isOfKind({ image, labels }: ControllerKind, own: Labels, { containers }: PodSpec): boolean {
  if (image !== undefined)
    return containers.some((container) => image.test(repositoryOf(container.image ?? '')));
  if (labels === undefined) return false;
  return Object.entries(labels).every(([key, value]) => Object.hasOwn(own, key) && own[key] === value);
}

export const kindsOfController = (controller: string): readonly ControllerKind[] =>
  controllerKinds.filter((kind) => kind.controller.test(controller));

export const kindsOfClassName = (name: string): readonly ControllerKind[] =>
  controllerKinds.filter((kind) => kind.className.test(name));
