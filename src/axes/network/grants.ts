/** Which rules of NetworkPolicies open something, and how they are shown as evidence. */
import { isEmptyPorts } from '../../world/exposure/ports.ts';
import type { Grant, Reach } from '../../world/exposure/reach.ts';
import type { Variant } from '../../world/workload/variants.ts';
import type { Evidence } from '../check.ts';

/** The grants that open some port to all of a region, and to no wider one. */
export const grantsTo = ({ grants }: Reach, region: Grant['region']): readonly Grant[] =>
  grants.filter((grant) => grant.region === region && !isEmptyPorts(grant.ports));

/** The rules; or, where it is the lack of a policy that opens, the pod that none selects. */
export function grantEvidence(grants: readonly Grant[], variant: Variant): readonly Evidence[] {
  return grants.length === 0
    ? [{ object: variant.ref, path: variant.at() }]
    : grants.map(({ policy, path }) => ({ object: policy, path }));
}

/** `NetworkPolicy web allows everyone; NetworkPolicy dns allows every pod of the cluster`. */
export function grantsText(grants: readonly Grant[]): string {
  const texts = [...new Set(grants.map(({ policy, whom }) => `NetworkPolicy ${policy.name} allows ${whom}`))];
  return texts.length > 3 ? `${texts.slice(0, 3).join('; ')} and ${texts.length - 3} more` : texts.join('; ');
}
