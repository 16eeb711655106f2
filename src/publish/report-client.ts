/**
 * Writes one RiskReport. Every write says which version of the report it is meant for, so that one that was overtaken,
 * by whomever and however long it was under way, is refused with 409: docs/decisions/0010.
 */
import type { Connection } from '../observe/connection.ts';
import { StatusError } from '../observe/fault.ts';
import { type Known, readKnown } from './known.ts';
import { API_VERSION, type RiskReport } from './report.ts';

const MANAGER = 'hexarisk';

/** A report that is known to be there. */
type There = Pick<Known, 'version' | 'uid'>;

export const keyOf = ({ namespace, name }: { readonly namespace: string; readonly name: string }) =>
  `${namespace}/${name}`;

export function partsOf(key: string): [namespace: string, name: string] {
  const slash = key.indexOf('/');
  return [key.slice(0, slash), key.slice(slash + 1)];
}

const pathOf = (key: string): string => {
  const [namespace, name] = partsOf(key);
  return `/apis/${API_VERSION}/namespaces/${namespace}/riskreports/${name}`;
};

/** @throws StatusError 409 if it is not `there` any more, but another version */
export async function removeReport(
  connection: Connection,
  key: string,
  there: There | undefined,
): Promise<void> {
  const preconditions = there === undefined ? {} : { resourceVersion: there.version };
  const body = JSON.stringify({ kind: 'DeleteOptions', apiVersion: 'v1', preconditions });
  try {
    await connection.json({ method: 'DELETE', path: pathOf(key), body });
  } catch (error) {
    if (!(error instanceof StatusError && error.code === 404)) throw error; // gone is what we wanted
  }
}

/**
 * Makes the report say `report`, and nothing else.
 * @param hash of its content
 * @param there what is overwritten; undefined for a report that must not exist yet
 * @throws StatusError 409 if it is not so
 */
export async function applyReport(
  connection: Connection,
  report: RiskReport,
  hash: string,
  there: There | undefined,
): Promise<Known> {
  const after = await send(connection, report, there);
  if (after?.hash === hash) return after;
  // somebody else put a field there that applying does not take away: begin anew
  await removeReport(connection, keyOf(report.metadata), after);
  const again = await send(connection, report, undefined);
  if (again?.hash === hash) return again;
  throw new StatusError(
    422,
    'the API server keeps another content than was applied: is the CRD current? kubectl apply -f crds/',
  );
}

/** No object has this version. The API server takes it for a new object, and for one that exists it is 409. */
const NONE = { resourceVersion: '1' };

async function send(
  connection: Connection,
  report: RiskReport,
  there: There | undefined,
): Promise<Known | undefined> {
  // the version alone would create a report anew that is gone; the uid with it is 409 then
  const precondition = there === undefined ? NONE : { resourceVersion: there.version, uid: there.uid };
  const answer = await connection.json({
    method: 'PATCH',
    path: `${pathOf(keyOf(report.metadata))}?fieldManager=${MANAGER}&force=true`,
    contentType: 'application/apply-patch+yaml',
    body: JSON.stringify({ ...report, metadata: { ...report.metadata, ...precondition } }),
  });
  return readKnown(answer)?.known;
}
