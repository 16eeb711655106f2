/**
 * What the network brings to a workload from outside: by its own door, or over other workloads that an intruder takes
 * on the way. Only this is known of a workload; whom it leads on to is told there.
 */
import type { AttackPath, Reason, Step } from '../escalation/path.ts';
import { overlapPorts, type Ports, portsText } from '../exposure/ports.ts';
import type { SensitivePort } from '../exposure/sensitive-ports.ts';
import type { Ref } from '../objects.ts';
import { type Face, faces, type Foothold } from './foothold.ts';
import type { Arrival, Hop, Spread } from './spread.ts';

export interface Lateral {
  /** From `internet` (or `node-network`) to the workload, by the way with the fewest doubts; empty if there is none. */
  readonly wayIn: readonly Step[];
  /**
   * The ways over other workloads, for one that has no door to the internet itself: to any of its ports, and to those
   * that are well known for what they give.
   */
  readonly approaches: readonly Approach[];
}

export interface Approach {
  /** How many workloads on the way do not readily give way; a way in from the nodes' network counts as one. */
  readonly doubts: number;
  readonly steps: readonly Step[];
  /** The ports of the workload that it leads to. */
  readonly ports: string;
  /** What they give; undefined if nothing in particular is known of them. */
  readonly gives?: SensitivePort['what'];
  /** Nothing says that anything listens there. */
  readonly isSilent: boolean;
  /** The rule of a NetworkPolicy that lets in; undefined where none selects the workload. */
  readonly rule?: { readonly policy: Ref; readonly path: string };
}

export const unreached: Lateral = { wayIn: [], approaches: [] };

/** The first of the paths from a workload, with the way in from outside before it. */
export const fromOutside = (
  [first, ...others]: readonly AttackPath[],
  { wayIn }: Lateral,
): readonly AttackPath[] =>
  first === undefined ? [] : [{ ...first, steps: [...wayIn, ...first.steps] }, ...others];

/** @param index of the foothold */
export function lateralOf(spread: Spread, index: number): Lateral {
  const foothold = spread.footholds[index];
  const arrivals = spread.arrivals[index];
  const nearest = arrivals?.served;
  if (foothold === undefined || arrivals === undefined || nearest === undefined) return unreached;
  const isEntry = faces.some((face) => foothold.doors[face]?.from === 'internet');
  return {
    wayIn: stepsTo(spread, index, nearest, 'served'),
    approaches: isEntry
      ? []
      : (['served', 'sensitive'] as const).flatMap((face) => {
          const arrival = arrivals[face];
          return arrival?.over === undefined
            ? []
            : [approach(spread, index, foothold, face, arrival, arrival.over)];
        }),
  };
}

function approach(
  spread: Spread,
  index: number,
  foothold: Foothold,
  face: Face,
  arrival: Arrival,
  { into, ports }: Hop,
): Approach {
  const gives = face === 'sensitive' ? givenAt(foothold, ports) : undefined;
  return {
    doubts: arrival.doubts,
    steps: stepsTo(spread, index, arrival, face),
    ports: portsText(ports),
    ...(gives === undefined ? {} : { gives }),
    isSilent: foothold.isSilent,
    ...(into === undefined ? {} : { rule: { policy: into.policy, path: into.path } }),
  };
}

const givenAt = ({ sensitive }: Foothold, ports: Ports): string | undefined =>
  sensitive.find(({ port, protocol }) => ports[protocol].some(({ from, end }) => from <= port && port < end))
    ?.what;

/** Back from where one has arrived to the door. */
function stepsTo(spread: Spread, index: number, arrival: Arrival, face: Face): readonly Step[] {
  const foothold = spread.footholds[index];
  if (foothold === undefined) return [];
  const { over } = arrival;
  if (over === undefined) {
    const door = foothold.doors[face];
    return door === undefined ? [] : [{ from: door.from, to: foothold.name, because: [door.reason] }];
  }
  const from = spread.footholds[over.from];
  const taken = spread.takenAt.get(over.from);
  const before = taken === undefined ? undefined : spread.arrivals[over.from]?.[taken];
  if (from === undefined || taken === undefined || before === undefined) return [];
  const because = [...givingWay(from, taken, before), ...reasonsOut(from, over), reasonIn(foothold, over)];
  return [...stepsTo(spread, over.from, before, taken), { from: from.name, to: foothold.name, because }];
}

/** What makes the workload give way to who has arrived there. */
function givingWay({ weaknesses, ref }: Foothold, taken: Face, { over }: Arrival): readonly Reason[] {
  if (taken !== 'yielding') return [];
  const weakness = weaknesses.find(({ ports }) => over === undefined || overlapPorts(ports, over.ports));
  return weakness === undefined ? [] : [{ object: ref, text: weakness.text, about: ref.namespace }];
}

function reasonsOut({ ref }: Foothold, { out, ports }: Hop): readonly Reason[] {
  if (out === undefined) return [];
  const text = `lets it connect out to ${portsText(ports)}`;
  return [{ object: out.policy, path: out.path, text, about: ref.namespace }];
}

function reasonIn({ ref, isSilent }: Foothold, { into, zone, ports }: Hop): Reason {
  const open = isSilent ? 'all ports (it declares none)' : portsText(ports);
  return into === undefined
    ? { object: ref, text: `${letInBy[zone]} ${open}` }
    : { object: into.policy, path: into.path, text: `lets it in to ${open}` };
}

const letInBy: Readonly<Record<Hop['zone'], string>> = {
  open: 'no NetworkPolicy selects it, so it accepts',
  closed: 'a cluster-wide policy lets it in to',
  node: "policies do not apply on the node's network, so it accepts",
  rule: 'lets it in to',
};
