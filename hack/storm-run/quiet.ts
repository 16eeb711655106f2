/** Waits for the cluster itself: what was changed last takes its time. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Problem } from '../cluster/problem.ts';
import { type Api, itemsOf } from './api.ts';

const paths = [
  '/api/v1/namespaces',
  '/api/v1/pods',
  '/api/v1/services',
  '/apis/apps/v1/deployments',
  '/apis/apps/v1/replicasets',
  '/apis/discovery.k8s.io/v1/endpointslices',
];

const LIMIT_MS = 180_000;
const EVERY_MS = 400;
/** As many pictures in a row must be alike. */
const ALIKE = 4;

/** Resolves when nothing changes any more, and nothing is on its way out. @returns a picture of that */
export async function quiet(api: Api): Promise<string> {
  const deadline = Date.now() + LIMIT_MS;
  let before = '';
  for (let alike = 0; alike < ALIKE; ) {
    api.signal.throwIfAborted();
    if (Date.now() > deadline) throw new Problem(`the cluster is not at rest after ${LIMIT_MS / 1000} s`);
    const now = await picture(api);
    alike = now !== undefined && now === before ? alike + 1 : 0;
    before = now ?? '';
    await sleep(EVERY_MS);
  }
  return before;
}

/** Whether the cluster is still as in the picture: a controller that has backed off goes on after a long pause. */
export const isStill = async (api: Api, before: string): Promise<boolean> => (await picture(api)) === before;

interface Metadata {
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly deletionTimestamp?: string;
}

/** @returns undefined while something is being deleted */
async function picture(api: Api): Promise<string | undefined> {
  const lists = await Promise.all(paths.map((path) => itemsOf(api, `${path}?resourceVersion=0`)));
  const all = lists.flat().map(({ metadata }) => metadata as Metadata);
  if (all.some(({ deletionTimestamp }) => deletionTimestamp !== undefined)) return undefined;
  return all.map(({ uid, resourceVersion }) => `${uid}@${resourceVersion}`).join();
}
