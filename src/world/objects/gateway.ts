/** The Gateway API. */
import type { Labels, Slim } from './metadata.ts';
import type { LabelSelector } from './network-policy.ts';

export interface GatewayClass extends Slim {
  readonly controllerName: string;
}

/** `from`: All, Same, Selector or None; without it Same for routes, None for listener sets. */
export interface AllowedNamespaces {
  readonly from?: string | undefined;
  readonly selector?: LabelSelector | undefined;
}

export interface Listener {
  readonly name: string;
  readonly hostname?: string | undefined;
  readonly port: number;
  readonly protocol: string;
  readonly tls?: { readonly mode?: string | undefined } | undefined;
  readonly allowedRoutes?:
    | {
        readonly namespaces?: AllowedNamespaces | undefined;
        readonly kinds: readonly { readonly group?: string | undefined; readonly kind: string }[];
      }
    | undefined;
}

export interface Gateway extends Slim {
  readonly gatewayClassName: string;
  readonly listeners: readonly Listener[];
  readonly allowedListeners?: { readonly namespaces?: AllowedNamespaces | undefined } | undefined;
  /** What the controller copies to the Service that it makes. */
  readonly infrastructure?: { readonly annotations: Labels } | undefined;
  /** Addresses that it has; empty in files. */
  readonly statusAddresses: readonly string[];
}

export interface ListenerSet extends Slim {
  readonly parentRef: ParentReference;
  readonly listeners: readonly Listener[];
}

export interface ParentReference {
  readonly group?: string | undefined;
  readonly kind?: string | undefined;
  readonly namespace?: string | undefined;
  readonly name: string;
  readonly sectionName?: string | undefined;
  readonly port?: number | undefined;
}

export interface BackendReference {
  readonly group?: string | undefined;
  readonly kind?: string | undefined;
  readonly namespace?: string | undefined;
  readonly name: string;
  readonly port?: number | undefined;
  readonly weight?: number | undefined;
}

/** HTTPRoute, GRPCRoute, TLSRoute, TCPRoute or UDPRoute. */
export interface Route extends Slim {
  readonly parentRefs: readonly ParentReference[];
  readonly hostnames: readonly string[];
  readonly rules: readonly {
    readonly backendRefs: readonly BackendReference[];
    readonly filters: readonly {
      readonly requestMirror?: { readonly backendRef: BackendReference } | undefined;
    }[];
  }[];
}

export interface ReferenceGrant extends Slim {
  readonly from: readonly { readonly group: string; readonly kind: string; readonly namespace: string }[];
  readonly to: readonly {
    readonly group: string;
    readonly kind: string;
    readonly name?: string | undefined;
  }[];
}
