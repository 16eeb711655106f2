/** Lists a resource page by page. */
import type { Connection } from './connection.ts';
import { isRecord } from './shapes/shape.ts';

export interface Page {
  /** Raw objects, each with its apiVersion and kind. */
  readonly items: readonly unknown[];
  readonly resourceVersion: string;
}

const PAGE = 500;

/** @param path `/apis/apps/v1/deployments` @throws as the connection does */
export async function* pagesOf(
  connection: Connection,
  path: string,
  signal: AbortSignal,
): AsyncIterable<Page> {
  let continued = '';
  do {
    const from = continued === '' ? {} : { continue: continued };
    const query = new URLSearchParams({ limit: String(PAGE), ...from });
    const page = await connection.json({ path: `${path}?${query}`, signal });
    if (!isRecord(page) || !isRecord(page['metadata'])) throw new Error('the answer to a list is no list');
    const { metadata } = page;
    continued = typeof metadata['continue'] === 'string' ? metadata['continue'] : '';
    yield { items: itemsOf(page), resourceVersion: String(metadata['resourceVersion']) };
  } while (continued !== '');
}

/** The items of a typed list carry neither apiVersion nor kind. */
function itemsOf({ kind, apiVersion, items }: Readonly<Record<string, unknown>>): readonly unknown[] {
  const head = { apiVersion, kind: String(kind).replace(/List$/, '') };
  return Array.isArray(items) ? items.map((item) => (isRecord(item) ? { ...head, ...item } : item)) : [];
}
