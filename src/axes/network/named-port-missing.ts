import { isolates, namedPorts } from '../../world/exposure/policies.ts';
import { isEmptySelector } from '../../world/selector.ts';
import { refOf } from '../../world/world.ts';
import type { Check } from '../check.ts';

export default {
  id: 'network/named-port-missing',
  family: 'policy-mistake',
  direction: 'inbound',
  title: 'A NetworkPolicy allows a port by a name that it does not have',
  docs: `A rule of a NetworkPolicy may name a port, and the name is looked up in the containers of each selected pod.
    Here no container has a port of that name and protocol, so the rule allows nothing: traffic that was meant to
    pass is dropped, and the usual repair in a hurry is a rule that allows too much. Correct the name.`,
  source: 'Kubernetes API reference, NetworkPolicyPort: port',
  find: (_, { variants }, around) =>
    around.exposure.ingressPolicies
      // one for the whole namespace may name a port that only some of its pods have
      .filter((policy) => isolates(policy, 'ingress') && !isEmptySelector(policy.podSelector))
      .flatMap((policy) =>
        policy.ingress.flatMap(({ ports }, rule) =>
          ports.flatMap(({ port, protocol = 'TCP' }, index) => {
            // a container that is injected into the live pods may have the port
            const isThere = variants.some(
              ({ pod }) => typeof port === 'string' && namedPorts(pod, protocol, port).length > 0,
            );
            if (typeof port !== 'string' || isThere) return [];
            return [
              {
                weight: 0.05, // a mistake that closes rather than opens
                message: `NetworkPolicy ${policy.metadata.name} allows port ${port} (${protocol}), which no container has`,
                evidence: [{ object: refOf(policy), path: `/spec/ingress/${rule}/ports/${index}/port` }],
                remediation: {
                  text: `Name a container port ${port}, or correct the name in the NetworkPolicy`,
                  patch: [],
                },
              },
            ];
          }),
        ),
      ),
} satisfies Check;
