/** Why a connection is allowed or not: the rules that decide, found by asking them again. */
import { hits, type Policies, portsFor, type Stack, stackOf } from '../exposure/connections.ts';
import type { Direction } from '../exposure/policies.ts';
import {
  allPorts,
  intersectPorts,
  isEmptyPorts,
  noPorts,
  type Ports,
  portsText,
  subtractPorts,
  unionPorts,
} from '../exposure/ports.ts';
import { isPod, type Party, type Rule } from '../exposure/rules.ts';
import type { NetworkPolicy, PolicyAction } from '../objects.ts';
import { refOf, textOf } from '../world.ts';

/** What one end makes of a connection. */
export interface Decision {
  readonly direction: Direction;
  readonly open: Ports;
  /** In words, in the order in which policies are asked; never empty. */
  readonly because: readonly string[];
}

/**
 * @param ports what is asked for
 * @returns egress of the one, then ingress of the other; an address outside has no policies, and no decision
 */
export function explain(from: Party, to: Party, policies: Policies, ports: Ports): readonly Decision[] {
  const end = (direction: Direction, subject: Party, other: Party): readonly Decision[] =>
    isPod(subject)
      ? [decisionOf(direction, stackOf(direction, subject, policies), subject, other, ports)]
      : [];
  return [...end('egress', from, to), ...end('ingress', to, from)];
}

const ACTIONS: Readonly<Record<PolicyAction, string>> = {
  Accept: 'allows',
  Deny: 'denies',
  Pass: 'passes on',
};

function decisionOf(
  direction: Direction,
  { admin, network, isolatedBy, baseline }: Stack,
  subject: Party,
  other: Party,
  asked: Ports,
): Decision {
  if (isPod(subject) && subject.pod.hostNetwork === true)
    return { direction, open: asked, because: ["policies do not apply to pods on the node's network"] };
  const on = portsFor(direction, subject, other);
  const because: string[] = [];
  let open = noPorts;
  let left = asked;
  const ask = (rules: readonly Rule[]): void => {
    for (const { rule, hit } of hits(left, rules, on)) {
      because.push(`${sourceOf(rule)} ${ACTIONS[rule.action]} ${portsText(hit)}`);
      if (rule.action === 'Accept') open = unionPorts(open, hit);
      if (rule.action !== 'Pass') left = subtractPorts(left, hit);
    }
  };

  ask(admin);
  if (isEmptyPorts(left)) return { direction, open, because };
  if (network !== undefined) {
    ask(network);
    if (!isEmptyPorts(left)) because.push(refusalOf(isolatedBy, isEmptyPorts(open)));
    return { direction, open, because };
  }
  because.push('no NetworkPolicy selects it');
  ask(baseline);
  if (because.length > 1 && !isEmptyPorts(left))
    because.push(`nothing else decides: ${portsText(left)} allowed`);
  return { direction, open: unionPorts(open, left), because };
}

const sourceOf = ({ policy, path }: Rule): string => `${textOf(policy)} ${path}`;

function refusalOf(policies: readonly NetworkPolicy[], isAll: boolean): string {
  const [select, allow] = policies.length === 1 ? ['selects', 'allows'] : ['select', 'allow'];
  const names = policies.map((policy) => textOf(refOf(policy))).join(', ');
  return isAll
    ? `${names} ${select} it, with no rule that allows this`
    : `${names} ${select} it and ${allow} nothing else`;
}

/** The ports that both ends leave open. */
export const agreed = (decisions: readonly Decision[]): Ports =>
  decisions.reduce((ports, { open }) => intersectPorts(ports, open), allPorts);
