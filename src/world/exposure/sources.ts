/** From where a load balancer or an ingress controller lets connections in, before policies. */
import type { Ingress, Service } from '../objects.ts';
import { type Addresses, allAddresses, parseAddress, parseCidr, privateAddresses } from './addresses.ts';
import {
  allowListAnnotations,
  isInternalBalancer,
  isInternalIngress,
  SOURCE_RANGES_ANNOTATION,
} from './controllers.ts';
import * as intervals from './intervals.ts';

export function balancerSources({ metadata, ...service }: Service): Addresses {
  const { annotations } = metadata;
  const written =
    service.loadBalancerSourceRanges.length > 0
      ? service.loadBalancerSourceRanges
      : (annotations[SOURCE_RANGES_ANNOTATION] ?? '').split(',');
  const given = service.loadBalancerIngress.map(parseAddress);
  const hasOnlyPrivate =
    given.length > 0 &&
    given.every((address) => address !== undefined && intervals.contains(privateAddresses, address));
  const isInternal = hasOnlyPrivate || isInternalBalancer(annotations);
  return intervals.intersection(isInternal ? privateAddresses : allAddresses, listed(written));
}

export function ingressSources({ metadata: { annotations }, ingressClassName }: Ingress): Addresses {
  const written = allowListAnnotations.flatMap((key) => (annotations[key] ?? '').split(','));
  const isInternal = isInternalIngress(annotations, ingressClassName);
  return intervals.intersection(isInternal ? privateAddresses : allAddresses, listed(written));
}

/** The ranges that can be read; everything if there is none. */
function listed(cidrs: readonly string[]): Addresses {
  const ranges = cidrs
    .map((cidr) => cidr.trim())
    .flatMap((cidr) => parseCidr(cidr) ?? parseAddress(cidr) ?? []);
  return ranges.length === 0 ? allAddresses : intervals.canonical(ranges);
}
