/** Services and Ingresses. */
import type { Labels, Slim } from './metadata.ts';

export interface ServicePort {
  readonly name?: string | undefined;
  readonly protocol?: string | undefined;
  readonly port: number;
  readonly targetPort?: number | string | undefined;
  readonly nodePort?: number | undefined;
}

export interface Service extends Slim {
  readonly type: string;
  readonly selector: Labels;
  readonly ports: readonly ServicePort[];
  readonly clusterIP?: string | undefined;
  readonly externalIPs: readonly string[];
  readonly externalName?: string | undefined;
  readonly externalTrafficPolicy?: string | undefined;
  readonly healthCheckNodePort?: number | undefined;
  readonly loadBalancerClass?: string | undefined;
  readonly allocateLoadBalancerNodePorts?: boolean | undefined;
  readonly loadBalancerSourceRanges: readonly string[];
  /** Addresses that the load balancer has; empty in files and while it is pending. */
  readonly loadBalancerIngress: readonly string[];
}

export interface EndpointSlice extends Slim {
  readonly service?: string | undefined;
  readonly ports: readonly {
    readonly name?: string | undefined;
    readonly port?: number | undefined;
    readonly protocol?: string | undefined;
  }[];
  readonly endpoints: readonly {
    readonly addresses: readonly string[];
    readonly targetRef?: { readonly kind: string; readonly name: string } | undefined;
  }[];
}

export interface IngressBackend {
  readonly service?: { readonly name: string; readonly port: number | string | undefined } | undefined;
}

export interface IngressClass extends Slim {
  /** Of the controller that serves the class: `k8s.io/ingress-nginx`. */
  readonly controller?: string | undefined;
}

export interface Ingress extends Slim {
  readonly ingressClassName?: string | undefined;
  /** Addresses that the controller has given it; empty in files. */
  readonly loadBalancerIngress: readonly string[];
  readonly defaultBackend?: IngressBackend | undefined;
  readonly rules: readonly {
    readonly host?: string | undefined;
    readonly paths: readonly { readonly path?: string | undefined; readonly backend: IngressBackend }[];
  }[];
  readonly tls: readonly {
    readonly hosts: readonly string[];
    readonly secretName?: string | undefined;
  }[];
}
