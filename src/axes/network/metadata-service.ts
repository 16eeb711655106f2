import { metadataAddresses } from '../../world/exposure/addresses.ts';
import { intersection } from '../../world/exposure/intervals.ts';
import { hasPort } from '../../world/exposure/ports.ts';
import { type Grant, isOpen } from '../../world/exposure/reach.ts';
import type { NetworkPolicy } from '../../world/objects.ts';
import type { Check, Found, PatchOperation } from '../check.ts';
import { exposureIn } from './exposed.ts';

const WEIGHT = 0.25; // the top of low: what it gives depends on the cloud and on the node's role there
const MESSAGE = "an intruder can ask the cloud's metadata service for the node's credentials";

export default {
  id: 'network/metadata-service',
  family: 'metadata-service',
  direction: 'outbound',
  title: "Can reach the cloud's metadata service",
  docs: `Clouds serve every machine its own credentials at 169.254.169.254, and pods reach it like their node does.
    Whoever can make the workload fetch a URL gets what the node's role may do in the cloud. Close it with an egress
    policy, or with the cloud's own setting (a hop limit of 1, workload identity); outside a cloud nothing answers
    there.`,
  source: 'NSA/CISA Kubernetes Hardening Guide: protecting sensitive cloud infrastructure',
  controls: ['OWASP K07'],
  find: (variant, workload, around) => {
    const egress = exposureIn(variant, workload, around)?.egress;
    if (egress === undefined) return [];
    if (isOpen(egress)) {
      const reason = egress.onNode
        ? "policies do not apply to the node's network"
        : 'no NetworkPolicy isolates its pods for egress';
      return [
        {
          weight: WEIGHT,
          message: `${MESSAGE}: ${reason}`,
          evidence: [{ object: variant.ref, path: variant.at(...(egress.onNode ? ['hostNetwork'] : [])) }],
          remediation: {
            text: 'Add a NetworkPolicy with policyTypes: [Egress] that leaves 169.254.169.254/32 out',
            patch: [],
          },
        },
      ];
    }
    return egress.grants
      .filter(
        ({ addresses, ports }) =>
          hasPort(ports, 'TCP', 80) && intersection(addresses, metadataAddresses).length > 0,
      )
      .map((grant) =>
        foundAt(grant, around.exposure.egressPolicies, workload.variants.indexOf(variant) === 0),
      );
  },
} satisfies Check;

/** @param patches only one variant brings the patch: it is of the policy, and can be applied once */
function foundAt(grant: Grant, policies: readonly NetworkPolicy[], patches: boolean): Found {
  const { policy, path, whom } = grant;
  return {
    weight: WEIGHT,
    message: `${MESSAGE}: NetworkPolicy ${policy.name} allows ${whom}`,
    evidence: [{ object: policy, path }],
    remediation: {
      text: 'Add the address to the exceptions of the ipBlock, or list the places that it needs',
      patch: patches ? exception(grant, policies) : [],
    },
  };
}

function exception({ policy, path }: Grant, policies: readonly NetworkPolicy[]): readonly PatchOperation[] {
  const [rule, peer] = (path.match(/\d+/g) ?? []).map(Number);
  const block = policies.find(({ metadata }) => metadata.name === policy.name)?.egress[rule ?? -1]?.peers[
    peer ?? -1
  ]?.ipBlock;
  if (block === undefined) return [];
  const address = block.cidr.includes('.') ? '169.254.169.254/32' : 'fd00:ec2::254/128';
  return [{ object: policy, op: 'add', path: `${path}/ipBlock/except`, value: [...block.except, address] }];
}
