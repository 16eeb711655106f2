/** `hexarisk reach`: who may connect to whom, by the policies of a cluster or of files. */
import { connect } from '../../observe/connection.ts';
import { loadWorld } from '../../observe/files/load.ts';
import { readSources } from '../../observe/files/sources.ts';
import { resourceInfos } from '../../observe/resources.ts';
import { readCluster } from '../../observe/snapshot.ts';
import { connectivityOf } from '../../world/connectivity/connectivity.ts';
import { allPorts } from '../../world/exposure/ports.ts';
import { workloadTables } from '../../world/workload/workloads.ts';
import type { Resource, World } from '../../world/world.ts';
import { CommandError } from '../error.ts';
import { type ClusterOptions, loadKubeConfig } from '../kubeconfig.ts';
import { type Streams, write } from '../output.ts';
import { messageLines } from '../scan/messages.ts';
import { clean } from '../table.ts';
import { answerTo } from './answer.ts';
import { drawn } from './draw.ts';
import { addressesIn, endOf, portsIn } from './ends.ts';
import { entriesOf } from './entries.ts';
import { json, mapTable } from './print.ts';

export interface ReachFlags extends ClusterOptions {
  readonly files?: readonly string[];
  readonly from?: string;
  readonly to?: string;
  readonly port?: string;
  readonly output: 'table' | 'json' | 'dot' | 'mermaid';
}

/** What policies and those whom they select can be read from. */
const needed = [
  'namespaces',
  'nodes',
  ...workloadTables,
  'networkpolicies',
  'clusternetworkpolicies',
  'adminnetworkpolicies',
  'baselineadminnetworkpolicies',
] as const satisfies readonly Resource[];

/**
 * @returns the exit code: 0, of a question 1 for no; 2 if something could not be read: then the rest is not the whole
 * @throws CommandError for what cannot be asked
 */
export async function reach(flags: ReachFlags, streams: Streams = process): Promise<number> {
  const { from, to, output } = flags;
  const ports = flags.port === undefined ? allPorts : portsIn(flags.port);
  const { world, isWhole } =
    flags.files === undefined ? await fromCluster(flags, streams) : await fromFiles(flags.files, streams);
  const cuts = [from, to].flatMap((text) => (text === undefined ? [] : (addressesIn(text) ?? [])));
  const map = connectivityOf(world, cuts);
  const ends = {
    from: from === undefined ? undefined : endOf(from, '--from', map),
    to: to === undefined ? undefined : endOf(to, '--to', map),
  };

  const answer =
    ends.from === undefined || ends.to === undefined
      ? undefined
      : answerTo({ from: ends.from, to: ends.to, ports }, map);
  const entries = entriesOf(map, { ...ends, ports });
  const others = map.sites.length - 1;
  const { stdout } = streams;
  if (output === 'json') await write(stdout, inChunks(json(entries)));
  else if (output !== 'table') await write(stdout, inChunks(drawn(entries, output)));
  else if (answer !== undefined)
    await write(
      stdout,
      answer.lines.map((line) => `${clean(line)}\n`),
    );
  else await write(stdout, [mapTable(entries, others)]);
  if (!isWhole) return 2;
  return answer === undefined || answer.isAllowed ? 0 : 1;
}

interface Read {
  readonly world: World;
  /** Nothing is missing that could change the map. */
  readonly isWhole: boolean;
}

async function fromFiles(paths: readonly string[], { stdin, stderr }: Streams): Promise<Read> {
  const { sources, errors: unread } = await readSources(paths, stdin);
  const { world, errors, warnings, passedOver } = await loadWorld(sources, 0);
  const all = [...unread, ...errors];
  for (const line of messageLines(warnings, all, passedOver)) stderr.write(`${line}\n`);
  return { world: withEndedPods(world), isWhole: all.length === 0 };
}

/** Files say what may run: that a pod had ended when they were written does not matter. */
function withEndedPods(world: World): World {
  const pods = new Map(
    [...world.tables.pods].map(([namespace, byName]) => [
      namespace,
      new Map([...byName].map(([name, { phase: _, ...pod }]) => [name, pod])),
    ]),
  );
  return { ...world, tables: { ...world.tables, pods } };
}

async function fromCluster(options: ClusterOptions, { stderr }: Streams): Promise<Read> {
  const connection = connect(loadKubeConfig(options));
  const { world, skipped } = await readCluster(connection, needed, 0).catch((error: unknown) => {
    throw new CommandError(error instanceof Error ? error.message : String(error));
  });
  const problems = [
    ...skipped.map(({ resource, name, problem }) => `${resourceInfos[resource].kind} ${name}: ${problem}`),
    ...world.missing.values(),
  ];
  for (const problem of problems) stderr.write(`error: ${clean(problem)}\n`);
  return { world, isWhole: problems.length === 0 };
}

const CHUNK = 64 * 1024;

/** A map of a thousand workloads has a million lines: one write each would take most of the time. */
function* inChunks(pieces: Iterable<string>): Iterable<string> {
  let chunk = '';
  for (const piece of pieces) {
    chunk += piece;
    if (chunk.length < CHUNK) continue;
    yield chunk;
    chunk = '';
  }
  if (chunk !== '') yield chunk;
}
