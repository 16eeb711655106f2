/**
 * The shapes of the Gateway API: GatewayClass, Gateway, ListenerSet, the five kinds of routes, ReferenceGrant.
 * @see https://gateway-api.sigs.k8s.io/reference/spec/
 */
import type * as slim from '../../world/objects.ts';
import { labels, lifted } from './metadata.ts';
import { labelSelector } from './selector.ts';
import { isRecord, list, number, object, optional, type Shape, string, withDefault } from './shape.ts';

const allowedNamespaces = optional(
  object<slim.AllowedNamespaces>({ from: optional(string), selector: optional(labelSelector) }),
);

const listeners = list(
  object<slim.Listener>({
    name: withDefault(string, ''),
    hostname: optional(string),
    port: number,
    protocol: string,
    tls: optional(object<NonNullable<slim.Listener['tls']>>({ mode: optional(string) })),
    allowedRoutes: optional(
      object<NonNullable<slim.Listener['allowedRoutes']>>({
        namespaces: allowedNamespaces,
        kinds: list(
          object<{ group?: string | undefined; kind: string }>({ group: optional(string), kind: string }),
        ),
      }),
    ),
  }),
);

const reference = {
  group: optional(string),
  kind: optional(string),
  namespace: optional(string),
  name: string,
};
const parentReference = object<slim.ParentReference>({
  ...reference,
  sectionName: optional(string),
  port: optional(number),
});
const backendReference = object<slim.BackendReference>({
  ...reference,
  port: optional(number),
  weight: optional(number),
});

const classSpec = object<Omit<slim.GatewayClass, keyof slim.Slim>>({ controllerName: string });
export const gatewayClass: Shape<slim.GatewayClass> = lifted('spec', classSpec, (spec) => spec);

const gatewaySpec = object<Omit<slim.Gateway, keyof slim.Slim | 'statusAddresses'>>({
  gatewayClassName: string,
  listeners,
  allowedListeners: optional(
    object<NonNullable<slim.Gateway['allowedListeners']>>({ namespaces: allowedNamespaces }),
  ),
  infrastructure: optional(object<NonNullable<slim.Gateway['infrastructure']>>({ annotations: labels })),
});
const addresses = list(object<{ value?: string | undefined }>({ value: optional(string) }));

export const gateway: Shape<slim.Gateway> = lifted('spec', gatewaySpec, (spec, raw) => ({
  ...spec,
  statusAddresses: addresses(isRecord(raw['status']) ? raw['status']['addresses'] : undefined).flatMap(
    ({ value }) => value ?? [],
  ),
}));

const listenerSetSpec = object<Omit<slim.ListenerSet, keyof slim.Slim>>({
  parentRef: parentReference,
  listeners,
});
export const listenerSet: Shape<slim.ListenerSet> = lifted('spec', listenerSetSpec, (spec) => spec);

const routeSpec = object<Omit<slim.Route, keyof slim.Slim>>({
  parentRefs: list(parentReference),
  hostnames: list(string),
  rules: list(
    object<slim.Route['rules'][number]>({
      backendRefs: list(backendReference),
      filters: list(
        object<slim.Route['rules'][number]['filters'][number]>({
          requestMirror: optional(
            object<{ backendRef: slim.BackendReference }>({ backendRef: backendReference }),
          ),
        }),
      ),
    }),
  ),
});
export const route: Shape<slim.Route> = lifted('spec', routeSpec, (spec) => spec);

const grantSpec = object<Omit<slim.ReferenceGrant, keyof slim.Slim>>({
  from: list(object<slim.ReferenceGrant['from'][number]>({ group: string, kind: string, namespace: string })),
  to: list(
    object<slim.ReferenceGrant['to'][number]>({ group: string, kind: string, name: optional(string) }),
  ),
});
export const referenceGrant: Shape<slim.ReferenceGrant> = lifted('spec', grantSpec, (spec) => spec);
