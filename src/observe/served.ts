/** Where the API server serves a resource: its path, in the version that is read first of those that it has. */
import { apiGroupOf } from '../world/world.ts';
import type { Connection } from './connection.ts';
import { StatusError, UnknownVersionError } from './fault.ts';
import type { ResourceInfo } from './resources.ts';
import { isRecord } from './shapes/shape.ts';

/** The plural name in the API of a resource of the world, whose own name may hold a group as well. */
export const pluralOf = (resource: string): string => resource.replace(/\..*/, '');

const pathOf = (apiVersion: string, resource: string): string =>
  `${apiVersion.includes('/') ? '/apis' : '/api'}/${apiVersion}/${pluralOf(resource)}`;

/**
 * What comes with a CRD may be served in an older version, or not at all: the server is asked.
 * @throws StatusError 404 if it is not installed; UnknownVersionError
 */
export async function locate(
  connection: Connection,
  resource: string,
  { apiVersion, olderVersions, optional }: ResourceInfo<unknown>,
  signal: AbortSignal,
): Promise<string> {
  if (!optional) return pathOf(apiVersion, resource);
  const known = [apiVersion, ...olderVersions];
  const group = apiGroupOf(apiVersion);
  const versions = named(
    await connection.json({ path: `/apis/${group}`, signal }),
    'versions',
    'groupVersion',
  );
  const unknown: string[] = [];
  for (const version of [...new Set([...known, ...versions])].filter((one) => versions.includes(one))) {
    const list = await connection.json({ path: `/apis/${version}`, signal });
    if (!named(list, 'resources', 'name').includes(pluralOf(resource))) continue;
    if (known.includes(version)) return pathOf(version, resource);
    unknown.push(version);
  }
  if (unknown.length > 0) throw new UnknownVersionError(resource, unknown);
  throw new StatusError(404, `${resource} is not installed`);
}

/** One field of each item of a list in a discovery document. */
function named(document: unknown, list: string, field: string): readonly string[] {
  const items = isRecord(document) ? document[list] : undefined;
  if (!Array.isArray(items)) throw new Error('the answer to discovery is no list');
  return items.flatMap((item: unknown) =>
    isRecord(item) && typeof item[field] === 'string' ? item[field] : [],
  );
}
