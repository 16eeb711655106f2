/** The storm's own way to the API server, past the proxy. It goes on while the server is down. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Call, Connection } from '../../src/observe/connection.ts';
import { StatusError } from '../../src/observe/fault.ts';
import { resourceInfos } from '../../src/observe/resources.ts';
import type { KubeObject } from '../bench-run/objects.ts';
import { waitFor } from '../cluster/wait.ts';

export interface Api {
  readonly connection: Connection;
  readonly signal: AbortSignal;
}

/** An API server that was killed is back before that. */
const PATIENCE_MS = 120_000;

/** Asks until there is an answer that is the server's own. @returns undefined for 404 and 409: gone, or there already */
export async function ask({ connection, signal }: Api, call: Call): Promise<unknown> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    signal.throwIfAborted();
    try {
      return await connection.json({ signal, ...call });
    } catch (error) {
      if (error instanceof StatusError && (error.code === 404 || error.code === 409)) return undefined;
      const isFinal =
        error instanceof StatusError && error.code < 500 && error.code !== 429 && error.code !== 403;
      if (isFinal || Date.now() > deadline) throw error;
      await sleep(100);
    }
  }
}

export async function itemsOf(api: Api, path: string): Promise<readonly KubeObject[]> {
  const list = (await ask(api, { path })) as
    | (KubeObject & { readonly items: readonly object[] | null })
    | undefined;
  if (list === undefined) return [];
  // the items of a typed list carry neither
  const head = { apiVersion: list.apiVersion, kind: list.kind.replace(/List$/, '') };
  return (list.items ?? []).map((item) => ({ ...head, ...item }) as KubeObject);
}

/** Where objects of this kind are created. */
function folderOf({ apiVersion, kind, metadata: { namespace } }: KubeObject): string {
  const [plural = `${kind.toLowerCase()}s`] =
    Object.entries(resourceInfos).find(([, info]) => info.kind === kind) ?? [];
  const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  return namespace === undefined ? `${root}/${plural}` : `${root}/namespaces/${namespace}/${plural}`;
}

export const pathOf = (object: KubeObject): string => `${folderOf(object)}/${object.metadata.name}`;

export const create = (api: Api, object: KubeObject): Promise<unknown> =>
  ask(api, { method: 'POST', path: folderOf(object), body: JSON.stringify(object) });

export const remove = (api: Api, object: KubeObject): Promise<unknown> =>
  ask(api, { method: 'DELETE', path: pathOf(object) });

export const patch = (
  api: Api,
  object: KubeObject,
  change: object,
  contentType = 'application/merge-patch+json',
): Promise<unknown> =>
  ask(api, { method: 'PATCH', path: pathOf(object), contentType, body: JSON.stringify(change) });

export async function untilGone(api: Api, object: KubeObject): Promise<void> {
  const isGone = async () => ((await ask(api, { path: pathOf(object) })) === undefined ? true : undefined);
  const { kind, metadata } = object;
  await waitFor(isGone, { what: `${kind} ${metadata.name} to go`, timeoutMs: 120_000, signal: api.signal });
}
