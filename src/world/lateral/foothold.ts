/**
 * What a workload is to an intruder who moves over the network: where it listens, where it readily gives way, and the
 * doors by which it is entered from outside.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Way, WayKind } from '../exposure/edge/way.ts';
import type { Exposure } from '../exposure/exposure.ts';
import { targetsOf } from '../exposure/passage.ts';
import { servedPorts, servingContainers } from '../exposure/policies.ts';
import {
  allPorts,
  isProtocol,
  noPorts,
  overlapPorts,
  portRange,
  type Ports,
  unionPorts,
} from '../exposure/ports.ts';
import { sensitiveListeners } from '../exposure/sensitive-listeners.ts';
import type { SensitivePort } from '../exposure/sensitive-ports.ts';
import type { Reason } from '../escalation/path.ts';
import type { ConfigMap, Labels, PodSpec, Ref } from '../objects.ts';
import type { Vulnerabilities } from '../surroundings/vulnerabilities.ts';
import type { Workload } from '../workload/workloads.ts';

/**
 * Sets of ports at which one can arrive: those where it listens; those among them that are well known for what they
 * give; and those where it readily gives way to who connects.
 */
export const faces = ['served', 'sensitive', 'yielding'] as const;
export type Face = (typeof faces)[number];

/** A way in from outside. */
export interface Door {
  /** `node-network` is a weaker one: somebody must be there first. */
  readonly from: 'internet' | 'node-network';
  readonly reason: Reason;
}

/** Why whoever connects to one of the ports is soon inside. */
export interface Weakness {
  readonly ports: Ports;
  readonly text: string;
}

/** A pod of which policies see no more than labels, ports and whether it is on its node's network. */
interface Seen {
  /** Without those that tell revisions apart: no policy means these. */
  readonly labels: Labels;
  readonly pod: PodSpec;
}

export interface Foothold {
  /** Of the workload. */
  readonly key: string;
  readonly ref: Ref;
  /** `ns/kind/name`, as in the steps of a path. */
  readonly name: string;
  /** Its pods: one for each that policies tell apart. */
  readonly variants: readonly Seen[];
  readonly ports: Readonly<Record<Face, Ports>>;
  /** Nothing says that anything listens: then it may be any port. */
  readonly isSilent: boolean;
  readonly sensitive: readonly Pick<SensitivePort, 'port' | 'protocol' | 'what'>[];
  readonly weaknesses: readonly Weakness[];
  /** The widest door to each set of ports. */
  readonly doors: Readonly<Partial<Record<Face, Door>>>;
}

export function footholdOf(
  workload: Workload,
  exposure: Exposure,
  vulnerabilities: Vulnerabilities,
  configMaps: ReadonlyMap<string, ConfigMap>,
): Foothold {
  const { key, ref, variants } = workload;
  const declared = listeningOf(workload, exposure);
  const isSilent = declared === noPorts;
  const served = isSilent ? allPorts : declared;
  const sensitive = sensitiveOf(workload, exposure);
  const weaknesses = weaknessesOf(workload, sensitive, served, vulnerabilities, configMaps);
  const ports = {
    served,
    sensitive: union(sensitive.map(portOf)),
    yielding: union(weaknesses.map((weakness) => weakness.ports)),
  };
  return {
    key,
    ref,
    name: `${ref.namespace}/${ref.kind.toLowerCase()}/${ref.name}`,
    variants: distinct(variants),
    ports,
    isSilent,
    sensitive: sensitive.map(({ port, protocol, what }) => ({ port, protocol, what })),
    weaknesses,
    doors: doorsOf(exposure, ports, ref),
  };
}

/** Whether all that an intruder and the policies see is the same: the image, say, is not. */
export const alike = (a: Foothold, b: Foothold): boolean => isDeepStrictEqual(visible(a), visible(b));

const visible = (foothold: Foothold) => ({ ...foothold, variants: foothold.variants.map(asSeen) });

const asSeen = ({ labels, pod }: Seen) => ({
  labels,
  ports: servedPorts(pod),
  isOnNode: pod.hostNetwork === true,
});

/** A rollout has two variants of which mostly neither policies nor intruders see a difference. */
function distinct(variants: Workload['variants']): readonly Seen[] {
  const found: Seen[] = [];
  for (const { labels, pod } of variants) {
    const one = { labels: lasting(labels), pod };
    if (!found.some((other) => isDeepStrictEqual(asSeen(other), asSeen(one)))) found.push(one);
  }
  return found;
}

/** Labels that controllers give the pods of one revision of their template. */
const ofRevision: ReadonlySet<string> = new Set([
  'controller-revision-hash',
  'pod-template-generation',
  'pod-template-hash',
]);

const lasting = (labels: Labels): Labels =>
  Object.fromEntries(Object.entries(labels).filter(([key]) => !ofRevision.has(key)));

const union = (all: readonly Ports[]): Ports => all.reduce(unionPorts, noPorts);

const portOf = ({ protocol, port }: Pick<SensitivePort, 'protocol' | 'port'>): Ports =>
  portRange(protocol, port);

/** What containers declare, and where Services lead. */
function listeningOf({ variants }: Workload, { services }: Exposure): Ports {
  const numbers = variants.flatMap(({ pod }) => [
    ...servedPorts(pod).map(({ containerPort, protocol = 'TCP' }) => ({ number: containerPort, protocol })),
    ...services.flatMap((service) => targetsOf(service, pod)),
  ]);
  return union(
    numbers.map(({ number, protocol }) => (isProtocol(protocol) ? portRange(protocol, number) : noPorts)),
  );
}

function sensitiveOf({ variants }: Workload, { services }: Exposure): readonly SensitivePort[] {
  const found = variants.flatMap(({ pod }) => sensitiveListeners(pod, services).map(({ known }) => known));
  return [...new Set(found)].sort((a, b) => a.port - b.port || (a.protocol < b.protocol ? -1 : 1));
}

// --- where it gives way

function weaknessesOf(
  workload: Workload,
  sensitive: readonly SensitivePort[],
  served: Ports,
  vulnerabilities: Vulnerabilities,
  configMaps: ReadonlyMap<string, ConfigMap>,
): readonly Weakness[] {
  const threat = exploitIn(workload, vulnerabilities);
  // a credential that can be guessed may be a client's; beside a port that asks for one it opens that
  const isGuessable = hasGuessable(workload, configMaps);
  return [
    ...(threat === undefined ? [] : [{ ports: served, text: threat }]),
    ...sensitive
      .filter(({ sensitivity }) => sensitivity === 'control' || isGuessable)
      .map((known) => ({
        ports: portOf(known),
        text:
          known.sensitivity === 'control'
            ? `port ${known.port} is ${known.what}`
            : `port ${known.port} is ${known.what}, and a credential can be guessed`,
      })),
  ];
}

/** A vulnerability that is exploited, or will be sooner than not, in what serves. */
function exploitIn({ variants }: Workload, vulnerabilities: Vulnerabilities): string | undefined {
  const images = new Set(
    variants.flatMap(({ pod }) => servingContainers(pod).flatMap(({ image }) => image ?? [])),
  );
  for (const image of [...images].sort()) {
    const worst = vulnerabilities.get(image)?.worst[0];
    if (worst?.threat === 'exploited') return `its image has ${worst.id}, which is known to be exploited`;
    if (worst?.threat === 'probable') return `its image has ${worst.id}, for which an exploit is probable`;
  }
  return undefined;
}

const hasGuessable = ({ variants }: Workload, configMaps: ReadonlyMap<string, ConfigMap>): boolean =>
  variants.some(({ pod }) =>
    servingContainers(pod).some(({ env, command, args }) =>
      [...env, ...command, ...args].some(({ credential }) => credential?.weak === true),
    ),
  ) ||
  configMaps.values().some(({ credentials }) => Object.values(credentials).some(({ weak }) => weak === true));

// --- doors

/** What is opened for those outside. What a pod has on its node's network is mostly for its neighbours. */
const opened: ReadonlySet<WayKind> = new Set([
  'load-balancer',
  'node-port',
  'external-ip',
  'ingress',
  'gateway',
]);

function doorsOf({ variants }: Exposure, ports: Foothold['ports'], ref: Ref): Foothold['doors'] {
  const ways = variants.flatMap((variant) => variant.ways.filter(({ kind }) => opened.has(kind)));
  const through = (level: Way['level'], face: Face): Way | undefined =>
    ways.find((way) => way.level === level && overlapPorts(way.ports, ports[face]));
  const doors: Partial<Record<Face, Door>> = {};
  for (const face of faces) {
    const far = through('internet', face);
    const near = far ?? through('node network', face);
    if (near === undefined) continue;
    const object = near.object === 'pod' ? ref : near.object;
    doors[face] = {
      from: far === undefined ? 'node-network' : 'internet',
      reason: { object, path: near.path, text: near.text },
    };
  }
  return doors;
}
