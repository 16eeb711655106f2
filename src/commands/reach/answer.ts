/** Yes or no to one question, with the rules that decide. */
import type { Connectivity } from '../../world/connectivity/connectivity.ts';
import { agreed, type Decision, explain } from '../../world/connectivity/explanation.ts';
import * as intervals from '../../world/exposure/intervals.ts';
import {
  equalPorts,
  intersectPorts,
  isAllPorts,
  isEmptyPorts,
  noPorts,
  type Ports,
  portsText,
  unionPorts,
} from '../../world/exposure/ports.ts';
import type { Party } from '../../world/exposure/rules.ts';
import { CommandError } from '../error.ts';
import { type End, isSite, textOfEnd } from './ends.ts';

export interface Question {
  readonly from: End;
  readonly to: End;
  /** What is asked for; all ports if any will do. */
  readonly ports: Ports;
}

export interface Answer {
  readonly isAllowed: boolean;
  readonly lines: readonly string[];
}

/** Explanations of unlike pods, or ranges of addresses, that are shown. */
const MOST_CASES = 4;

/**
 * Allowed is what some pod of the one may open to some pod of the other. Of several addresses all must be allowed,
 * and of several ports that were asked for, too; where none was asked for, one is enough.
 * @throws CommandError if both ends are outside
 */
export function answerTo({ from, to, ports }: Question, map: Connectivity): Answer {
  const cases = casesOf(from, to, map, ports);
  const open = openIn(from, to, cases);
  const isAllowed = isAllPorts(ports) ? !isEmptyPorts(open) : equalPorts(intersectPorts(open, ports), ports);
  const verdict = isAllowed
    ? `yes: ${textOfEnd(from)} may connect to ${textOfEnd(to)} on ${portsText(open)}`
    : `no: ${textOfEnd(from)} may not connect to ${textOfEnd(to)}${isAllPorts(ports) ? '' : ` on ${portsText(ports)}`}`;
  const explained = alikeOnce(cases, from, to, isAllowed);
  const more = explained.length - MOST_CASES;
  return {
    isAllowed,
    lines: [
      verdict,
      ...explained.slice(0, MOST_CASES).flat(),
      ...(more > 0 ? [`  and ${more} more, for pods or addresses that policies treat in other ways`] : []),
    ],
  };
}

interface Case {
  readonly from: Party;
  readonly to: Party;
  readonly open: Ports;
  readonly decisions: readonly Decision[];
}

function casesOf(from: End, to: End, map: Connectivity, ports: Ports): readonly Case[] {
  if (!isSite(from) && !isSite(to))
    throw new CommandError('--from and --to are both outside: policies decide only of workloads');
  const always = alwaysOpen(from, to, map);
  return partiesOf(from, map).flatMap((a) =>
    partiesOf(to, map).map((b) => {
      const decisions =
        always === undefined
          ? explain(a, b, map.policies, ports)
          : [{ direction: 'ingress', open: ports, because: [always] } as const];
      return { from: a, to: b, open: intersectPorts(agreed(decisions), ports), decisions };
    }),
  );
}

/** Why no policy is asked; undefined where they are. */
function alwaysOpen(from: End, to: End, map: Connectivity): string | undefined {
  if (from === to) return 'a pod always reaches itself; its other pods are not asked about';
  const isNode = isSite(from) && isSite(to) && map.isNodeOf(from, to);
  return isNode ? 'a node always reaches the pods that run on it' : undefined;
}

const partiesOf = (end: End, map: Connectivity): readonly Party[] =>
  isSite(end)
    ? map.kindsOf(end)
    : map.ranges.flatMap((range) => {
        const outside = intervals.intersection(range, end.outside);
        return outside.length === 0 ? [] : { outside };
      });

/** Of pods one is enough, of addresses every one must do. */
function openIn(from: End, to: End, cases: readonly Case[]): Ports {
  const isAnyPod = isSite(from) && isSite(to);
  if (isAnyPod) return cases.map(({ open }) => open).reduce(unionPorts, noPorts);
  const byRange = Map.groupBy(cases, (one) => (isSite(from) ? one.to : one.from));
  const each = [...byRange.values()].map((some) => some.map(({ open }) => open).reduce(unionPorts, noPorts));
  return each.reduce(intersectPorts);
}

/** Those that show why come first. */
function alikeOnce(
  cases: readonly Case[],
  from: End,
  to: End,
  isAllowed: boolean,
): readonly (readonly string[])[] {
  const isTelling = ({ open }: Case) => isEmptyPorts(open) !== isAllowed;
  const telling = cases.toSorted((a, b) => Number(isTelling(b)) - Number(isTelling(a)));
  const texts = new Map(
    telling.map(({ decisions }) => {
      const lines = decisions.flatMap((decision) =>
        linesOf(decision, decision.direction === 'egress' ? from : to),
      );
      return [lines.join('\n'), lines] as const;
    }),
  );
  return [...texts.values()];
}

const linesOf = ({ direction, open, because }: Decision, of: End): readonly string[] => [
  `  ${direction} of ${textOfEnd(of)}: ${portsText(open)}`,
  ...because.map((why) => `    ${why}`),
];
