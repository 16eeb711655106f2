/** From where one connects: pods that no policy tells apart, as far as it decides whom they reach. */
import { decide, type Policies, type Stack, stackOf } from '../exposure/connections.ts';
import type { Endpoint } from '../exposure/policies.ts';
import { allPorts, noPorts, overlapPorts, type Ports } from '../exposure/ports.ts';
import { coversPrivateNetwork } from '../exposure/reach.ts';
import type { Rule } from '../exposure/rules.ts';
import { textOf } from '../world.ts';

export interface Source {
  /** What their own policies let out. */
  readonly egress: Stack;
  /** Nothing keeps them in; or nothing is let out. */
  readonly isFree: boolean;
  readonly isShut: boolean;
  /** The ingress rules of cluster-wide policies that include them. */
  readonly included: ReadonlySet<Rule>;
}

/**
 * A rule includes the pod, whatever its address: it has one of a private network, and changes it with every restart, so
 * a block that holds such a network whole includes every pod, and a smaller one none.
 */
export const includesPod = (rule: Rule, endpoint: Endpoint): boolean =>
  rule.includes(endpoint) || coversPrivateNetwork(rule.addresses);

/** @returns the source of a pod: the same object for pods that are alike */
export function sourcesUnder(policies: Policies): (endpoint: Endpoint) => Source {
  const tierRules = [...policies.admin, ...policies.baseline].flatMap(({ rules }) => rules.ingress);
  const known = new Map<string, Source>();
  return (endpoint) => {
    const egress = stackOf('egress', endpoint, policies);
    const rules = [...egress.admin, ...egress.baseline];
    const included = tierRules.filter((rule) => includesPod(rule, endpoint));
    const key = JSON.stringify([
      egress.isolatedBy.map(({ metadata }) => [metadata.namespace, metadata.name]),
      rules.map(nameOf),
      included.map(nameOf),
    ]);
    let source = known.get(key);
    if (source === undefined) {
      source = {
        egress,
        isFree: egress.network === undefined && rules.length === 0,
        isShut: egress.network?.length === 0 && rules.length === 0,
        included: new Set(included),
      };
      known.set(key, source);
    }
    return source;
  };
}

const nameOf = ({ policy, path }: Rule): string => `${textOf(policy)}${path}`;

/** The ports of a pod that its own policies let the source connect to. */
export const letOut = ({ egress, isFree }: Source, to: Endpoint): Ports =>
  isFree ? allPorts : decide(egress, (rule) => (includesPod(rule, to) ? rule.ports(to.pod) : noPorts));

/** The rule that lets the source out to some of the ports; undefined where nothing keeps it in. */
export const ruleOut = ({ egress }: Source, to: Endpoint, ports: Ports): Rule | undefined =>
  [...egress.admin, ...(egress.network ?? []), ...egress.baseline].find(
    (rule) => rule.action === 'Accept' && includesPod(rule, to) && overlapPorts(rule.ports(to.pod), ports),
  );
