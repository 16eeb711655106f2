/** From where a load balancer or an ingress controller lets connections in, before policies. */
import type { Gateway, Ingress, Service } from '../../objects.ts';
import { type Addresses, allAddresses, parseAddress, parseCidr, privateAddresses } from '../addresses.ts';
import {
  allowListAnnotations,
  isInternalBalancer,
  isInternalGatewayClass,
  isInternalIngress,
  SOURCE_RANGES_ANNOTATION,
} from '../controllers.ts';
import * as intervals from '../intervals.ts';

export function balancerSources({ metadata, ...service }: Service): Addresses {
  const { annotations } = metadata;
  const written =
    service.loadBalancerSourceRanges.length > 0
      ? service.loadBalancerSourceRanges
      : (annotations[SOURCE_RANGES_ANNOTATION] ?? '').split(',');
  const isInternal = areAllPrivate(service.loadBalancerIngress) || isInternalBalancer(annotations);
  return intervals.intersection(isInternal ? privateAddresses : allAddresses, listed(written));
}

export function ingressSources({ metadata, ingressClassName, loadBalancerIngress }: Ingress): Addresses {
  const { annotations } = metadata;
  const written = allowListAnnotations.flatMap((key) => (annotations[key] ?? '').split(','));
  const isInternal = areAllPrivate(loadBalancerIngress) || isInternalIngress(annotations, ingressClassName);
  return intervals.intersection(isInternal ? privateAddresses : allAddresses, listed(written));
}

export function gatewaySources({ gatewayClassName, infrastructure, statusAddresses }: Gateway): Addresses {
  const isInternal =
    areAllPrivate(statusAddresses) ||
    isInternalGatewayClass(gatewayClassName) ||
    (infrastructure !== undefined && isInternalBalancer(infrastructure.annotations));
  return isInternal ? privateAddresses : allAddresses;
}

/** The addresses that a door has been given are known, and none can be reached from the internet. */
function areAllPrivate(given: readonly string[]): boolean {
  const addresses = given.map(parseAddress);
  return (
    given.length > 0 &&
    addresses.every((address) => address !== undefined && intervals.contains(privateAddresses, address))
  );
}

/** The ranges that can be read; everything if there is none. */
function listed(cidrs: readonly string[]): Addresses {
  const ranges = cidrs
    .map((cidr) => cidr.trim())
    .flatMap((cidr) => parseCidr(cidr) ?? parseAddress(cidr) ?? []);
  return ranges.length === 0 ? allAddresses : intervals.canonical(ranges);
}
