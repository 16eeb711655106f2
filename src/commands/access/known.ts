/** What of permissions is known: from files, or from the cluster with the rights of whoever asks. */
import { connect } from '../../observe/connection.ts';
import { loadWorld, type Message } from '../../observe/files/load.ts';
import { readSources } from '../../observe/files/sources.ts';
import { resourceInfos } from '../../observe/resources.ts';
import { readCluster } from '../../observe/snapshot.ts';
import { workloadTables } from '../../world/workload/workloads.ts';
import type { Resource, World } from '../../world/world.ts';
import { CommandError } from '../error.ts';
import { type ClusterOptions, loadKubeConfig } from '../kubeconfig.ts';
import type { Streams } from '../output.ts';
import { messageLines } from '../scan/messages.ts';

export interface Known {
  readonly world: World;
  /** What could not be read; said on stderr already. */
  readonly errors: readonly Message[];
  /** Permissions may be missing: nothing that is refused is certain, as RBAC only ever gives. */
  readonly isPartial: boolean;
  /** Of the kubeconfig's context. */
  readonly namespace?: string | undefined;
}

const rbac: readonly Resource[] = ['roles', 'clusterroles', 'rolebindings', 'clusterrolebindings'];
const named: readonly Resource[] = ['namespaces', 'serviceaccounts'];

export interface Where extends ClusterOptions {
  readonly files?: readonly string[];
}

/** @param withWorkloads they name service accounts, too; files are always read whole */
export async function readKnown(where: Where, withWorkloads: boolean, streams: Streams): Promise<Known> {
  const nowMinute = Math.floor(Date.now() / 60_000);
  return where.files === undefined
    ? fromCluster(where, [...rbac, ...named, ...(withWorkloads ? workloadTables : [])], nowMinute, streams)
    : fromFiles(where.files, nowMinute, streams);
}

export async function fromFiles(
  paths: readonly string[],
  nowMinute: number,
  { stdin, stderr }: Streams,
): Promise<Known> {
  const { sources, errors: unread } = await readSources(paths, stdin);
  const { world, errors: misread, warnings, passedOver } = await loadWorld(sources, nowMinute);
  const errors = [...unread, ...misread];
  for (const line of messageLines(warnings, errors, passedOver)) stderr.write(`${line}\n`);
  return { world, errors, isPartial: errors.some(mayGive) };
}

/** An object that is no part of RBAC gives nothing, however it is misshapen; of what cannot be parsed one cannot say. */
const mayGive = ({ object }: Message): boolean => object === undefined || rbac.includes(object.resource);

export async function fromCluster(
  where: ClusterOptions,
  resources: readonly Resource[],
  nowMinute: number,
  { stderr }: Streams,
): Promise<Known> {
  const config = loadKubeConfig(where);
  const { world, skipped } = await readCluster(connect(config), resources, nowMinute).catch(
    (error: unknown) => {
      throw new CommandError(
        `the cluster cannot be read: ${error instanceof Error ? error.message : String(error)}`,
      );
    },
  );
  const errors = [
    ...resources.flatMap((resource) => {
      const why = world.missing.get(resource);
      return why === undefined ? [] : [{ where: 'cluster', message: why }];
    }),
    ...skipped.map(
      (object): Message => ({
        where: 'cluster',
        message: `${resourceInfos[object.resource].kind} ${object.name}: ${object.problem}`,
        object,
      }),
    ),
  ];
  for (const line of messageLines([], errors, 0)) stderr.write(`${line}\n`);
  const isPartial =
    skipped.some(({ resource }) => rbac.includes(resource)) ||
    rbac.some((resource) => world.missing.has(resource));
  return {
    world,
    errors,
    isPartial,
    namespace: config.getContextObject(config.getCurrentContext())?.namespace,
  };
}
