import { portsText } from '../../world/exposure/ports.ts';
import type { Check } from '../check.ts';
import { isMoreThanNames, leadsOut } from './egress.ts';
import { exposureIn } from './exposed.ts';

export default {
  id: 'network/egress-to-cluster',
  family: 'egress',
  direction: 'outbound',
  title: 'Can connect to every pod of the cluster',
  docs: `A NetworkPolicy keeps the pods from the internet, but lets them connect to every pod of the cluster, or to
    the private network that pods, nodes, kubelets and the API server are in. An intruder can look for a weaker
    neighbour from here. Allow the pods that the workload calls, by their labels.`,
  source: 'Kubernetes documentation, Network Policies: behavior of to and from selectors',
  controls: ['OWASP K07'],
  find: (variant, workload, around) =>
    (exposureIn(variant, workload, around)?.egress.grants ?? [])
      // what leads to the internet as well is told by network/open-egress
      .filter((grant) => grant.region === 'cluster' && isMoreThanNames(grant) && !leadsOut(grant))
      .map(({ policy, path, whom, ports, named }) => ({
        weight: 0.1,
        message: `an intruder can connect to every pod of the cluster: NetworkPolicy ${policy.name} allows ${whom} on ${
          named.length > 0 ? named.map(({ name }) => name).join(', ') : portsText(ports)
        }`,
        evidence: [{ object: policy, path }],
        remediation: { text: 'Allow only the pods that it calls, by their labels', patch: [] },
      })),
} satisfies Check;
