/**
 * Services without a selector: somebody else writes their EndpointSlices. Those that name pods of the namespace lead to
 * them like a selector would.
 */
import type { EndpointSlice, Labels, Pod, Service } from '../../objects.ts';

/** A Service as it would be if it had a selector: its ports lead to numbers of the pods with such labels. */
export interface ManualService {
  readonly service: Service;
  /** Labels of the pods, without those that a controller adds to tell its revisions apart. */
  readonly pods: readonly Labels[];
}

const none: readonly ManualService[] = Object.freeze([]);

/** By name of the Service. */
export function manualServicesOf(
  services: ReadonlyMap<string, Service>,
  slices: ReadonlyMap<string, EndpointSlice>,
  pods: ReadonlyMap<string, Pod>,
): readonly ManualService[] {
  if (slices.size === 0) return none;
  const found = [...slices.values()].flatMap((slice) => {
    const service = services.get(slice.service ?? '');
    if (service === undefined || service.type === 'ExternalName') return [];
    // a Service with a selector has its own slices; what others add to them is passed over like there
    if (Object.keys(service.selector).length > 0) return [];
    const labels = [...new Set(podsOf(slice, pods).map(({ metadata }) => metadata.labels))];
    return labels.length === 0 ? [] : [{ service: resolved(service, slice), pods: labels }];
  });
  return found.length === 0 ? none : found;
}

function podsOf({ endpoints }: EndpointSlice, pods: ReadonlyMap<string, Pod>): readonly Pod[] {
  const addresses = new Set(endpoints.flatMap((endpoint) => endpoint.addresses));
  const names = new Set(
    endpoints.flatMap(({ targetRef }) => (targetRef?.kind === 'Pod' ? targetRef.name : [])),
  );
  return [...pods.values()].filter(
    ({ metadata, podIPs }) => names.has(metadata.name) || podIPs.some((ip) => addresses.has(ip)),
  );
}

/** Each port of the Service leads to the port of the same name in the slice; without one, nowhere. */
const resolved = (service: Service, { ports }: EndpointSlice): Service => ({
  ...service,
  ports: service.ports.flatMap((port) => {
    const target = ports.find(
      ({ name = '', protocol = 'TCP' }) =>
        name === (port.name ?? '') && protocol === (port.protocol ?? 'TCP'),
    )?.port;
    return target === undefined ? [] : [{ ...port, targetPort: target }];
  }),
});

/** The pods have every label of the variant, which lacks those that controllers add. */
export const leadsTo = ({ pods }: ManualService, labels: Labels): boolean =>
  pods.some((own) => Object.entries(labels).every(([key, value]) => own[key] === value));
