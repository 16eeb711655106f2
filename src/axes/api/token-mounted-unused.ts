import { automountOf, tokenVolumesOf } from '../../world/surroundings/account.ts';
import type { Surroundings } from '../../world/surroundings/surroundings.ts';
import type { Variant } from '../../world/workload/variants.ts';
import type { Check, PatchOperation } from '../check.ts';

const rbac = ['roles', 'clusterroles', 'rolebindings', 'clusterrolebindings'] as const;

/** Without an own right, the token serves only to find out what the cluster is, and whatever is bound to it later. */
const isUnused = ({ access }: Surroundings): boolean => access.grants.every(({ bootstrap }) => bootstrap);

function switchedOff(
  { ref, pod, at, drifted }: Variant,
  { account }: Surroundings,
): readonly PatchOperation[] {
  const isOwn = tokenVolumesOf(pod, account.object).length > 0;
  if (isOwn || drifted || ref.name.endsWith('-*')) return [];
  return [{ object: ref, op: 'add', path: at('automountServiceAccountToken'), value: false }];
}

export default {
  id: 'api/token-mounted-unused',
  family: 'api-token',
  title: 'Holds a token for the API that nothing gives rights to',
  docs: `By default Kubernetes puts a token for its API into every pod. Most applications never use it, but an intruder
    finds it, learns about the cluster with it, and gets whatever is bound to the account later. Set
    automountServiceAccountToken to false where the application does not talk to the API.`,
  source: 'CIS Kubernetes Benchmark',
  controls: ['CIS 5.1.6'],
  find: (variant, _workload, around) => {
    const { account, missing } = around;
    const { pod, ref, at } = variant;
    const volume = pod.volumes.findIndex(({ name }) =>
      tokenVolumesOf(pod, account.object).some((other) => other.name === name),
    );
    if (!account.tokenMounted || !isUnused(around) || (volume < 0 && !automountOf(pod, account.object)))
      return [];
    const readable = !rbac.some((resource) => missing.has(resource));
    return [
      {
        weight: 0.15,
        message: `the token of account ${account.name} is in its pods, ${readable ? 'although the account has no rights' : 'and its rights could not be read'}`,
        evidence: [
          {
            object: ref,
            path:
              volume >= 0
                ? at('volumes', volume)
                : pod.automountServiceAccountToken === undefined
                  ? at()
                  : at('automountServiceAccountToken'),
          },
        ],
        remediation: {
          text: 'Set automountServiceAccountToken to false, or remove the token volume, unless the application calls the API',
          patch: switchedOff(variant, around),
        },
      },
    ];
  },
} satisfies Check;
