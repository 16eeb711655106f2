/** The shapes of NetworkPolicies, Services, EndpointSlices and Ingresses. */
import type * as slim from '../../world/objects.ts';
import { head, labels, lifted, strings } from './metadata.ts';
import { labelSelector } from './selector.ts';
import {
  boolean,
  isRecord,
  list,
  number,
  numberOrString,
  object,
  optional,
  type Shape,
  ShapeError,
  string,
  withDefault,
} from './shape.ts';

const policyPorts = list(
  object<slim.NetworkPolicyPort>({
    protocol: optional(string),
    port: optional(numberOrString),
    endPort: optional(number),
  }),
);
const peers = list(
  object<slim.NetworkPolicyPeer>({
    podSelector: optional(labelSelector),
    namespaceSelector: optional(labelSelector),
    ipBlock: optional(
      object<NonNullable<slim.NetworkPolicyPeer['ipBlock']>>({ cidr: string, except: strings }),
    ),
  }),
);
const policyRules = (side: 'from' | 'to') => (value: unknown) =>
  list((item) => {
    const rule = item ?? {}; // as the API server reads it: a rule that restricts nothing
    if (!isRecord(rule)) throw new ShapeError('expected an object');
    return { peers: peers(rule[side]), ports: policyPorts(rule['ports']) };
  })(value);

const networkPolicySpec = object<{
  podSelector?: slim.LabelSelector | undefined;
  policyTypes?: readonly string[] | undefined;
  ingress: readonly slim.NetworkPolicyRule[];
  egress: readonly slim.NetworkPolicyRule[];
}>({
  podSelector: optional(labelSelector),
  policyTypes: optional(strings),
  ingress: policyRules('from'),
  egress: policyRules('to'),
});

export const networkPolicy = lifted<slim.NetworkPolicy, ReturnType<typeof networkPolicySpec>>(
  'spec',
  networkPolicySpec,
  (spec, raw) => ({
    ...spec,
    podSelector: spec.podSelector ?? { matchLabels: {}, matchExpressions: [] },
    hasEgress: isRecord(raw['spec']) && Array.isArray(raw['spec']['egress']),
  }),
);

const serviceSpec = object<Omit<slim.Service, keyof slim.Slim | 'loadBalancerIngress'>>({
  type: withDefault(string, 'ClusterIP'),
  selector: labels,
  ports: list(
    object<slim.ServicePort>({
      name: optional(string),
      protocol: optional(string),
      port: number,
      targetPort: optional(numberOrString),
      nodePort: optional(number),
    }),
  ),
  clusterIP: optional(string),
  externalIPs: strings,
  externalName: optional(string),
  externalTrafficPolicy: optional(string),
  healthCheckNodePort: optional(number),
  loadBalancerClass: optional(string),
  allocateLoadBalancerNodePorts: optional(boolean),
  loadBalancerSourceRanges: strings,
});

const address = object<{ ip?: string | undefined; hostname?: string | undefined }>({
  ip: optional(string),
  hostname: optional(string),
});

/** `status.loadBalancer.ingress` of a Service or an Ingress. */
function balancerAddresses(raw: Readonly<Record<string, unknown>>): readonly string[] {
  const status = isRecord(raw['status']) ? raw['status'] : {};
  const balancer = isRecord(status['loadBalancer']) ? status['loadBalancer'] : {};
  return list(address)(balancer['ingress']).flatMap(({ ip, hostname }) => ip ?? hostname ?? []);
}

export const service = lifted<slim.Service, ReturnType<typeof serviceSpec>>(
  'spec',
  serviceSpec,
  (spec, raw) => ({ ...spec, loadBalancerIngress: balancerAddresses(raw) }),
);

export const endpointSlice: Shape<slim.EndpointSlice> = (value) => {
  const slice = object<Omit<slim.EndpointSlice, 'service'>>({
    ...head,
    ports: list(
      object<slim.EndpointSlice['ports'][number]>({
        name: optional(string),
        port: optional(number),
        protocol: optional(string),
      }),
    ),
    endpoints: list(
      object<slim.EndpointSlice['endpoints'][number]>({
        addresses: strings,
        targetRef: optional(
          object<{ kind: string; name: string }>({
            kind: withDefault(string, ''),
            name: withDefault(string, ''),
          }),
        ),
      }),
    ),
  })(value);
  const owner = slice.metadata.labels['kubernetes.io/service-name'];
  return { ...slice, ...(owner === undefined ? {} : { service: owner }) };
};

const rawBackend = object<{
  service?: { name: string; port?: { number?: number | undefined; name?: string | undefined } | undefined };
  serviceName?: string | undefined;
  servicePort?: number | string | undefined;
}>({
  service: optional(
    object<{
      name: string;
      port?: { number?: number | undefined; name?: string | undefined } | undefined;
    }>({
      name: string,
      port: optional(
        object<{ number?: number | undefined; name?: string | undefined }>({
          number: optional(number),
          name: optional(string),
        }),
      ),
    }),
  ),
  serviceName: optional(string),
  servicePort: optional(numberOrString),
});

/** Before v1 the name and the port of the Service stood in the backend itself. */
const backend: Shape<slim.IngressBackend> = (value) => {
  const { service, serviceName, servicePort } = rawBackend(value);
  if (service !== undefined)
    return { service: { name: service.name, port: service.port?.number ?? service.port?.name } };
  return serviceName === undefined ? {} : { service: { name: serviceName, port: servicePort } };
};

const ingressSpec = object<Omit<slim.Ingress, keyof slim.Slim | 'loadBalancerIngress'>>({
  ingressClassName: optional(string),
  defaultBackend: optional(backend),
  rules: list((value) => {
    const rule = object<{
      host?: string | undefined;
      http?: { paths: slim.Ingress['rules'][number]['paths'] } | undefined;
    }>({
      host: optional(string),
      http: optional(
        object<{ paths: slim.Ingress['rules'][number]['paths'] }>({
          paths: list(
            object<slim.Ingress['rules'][number]['paths'][number]>({ path: optional(string), backend }),
          ),
        }),
      ),
    })(value);
    return { ...(rule.host === undefined ? {} : { host: rule.host }), paths: rule.http?.paths ?? [] };
  }),
  tls: list(object<slim.Ingress['tls'][number]>({ hosts: strings, secretName: optional(string) })),
});

/** `backend` is the name that `defaultBackend` had before v1. */
const anyIngressSpec: Shape<ReturnType<typeof ingressSpec>> = (value) => {
  const former = isRecord(value) ? value['backend'] : undefined;
  return ingressSpec(former === undefined ? value : { defaultBackend: former, ...(value as object) });
};

export const ingress = lifted<slim.Ingress, ReturnType<typeof ingressSpec>>(
  'spec',
  anyIngressSpec,
  (spec, raw) => ({ ...spec, loadBalancerIngress: balancerAddresses(raw) }),
);

const ingressClassSpec = object<Omit<slim.IngressClass, keyof slim.Slim>>({ controller: optional(string) });

export const ingressClass = lifted<slim.IngressClass, ReturnType<typeof ingressClassSpec>>(
  'spec',
  ingressClassSpec,
  (spec) => spec,
);
