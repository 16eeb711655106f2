/** The Lease that candidates compete for, at the API server. */
import type { Call, Connection } from '../../../observe/connection.ts';
import { StatusError } from '../../../observe/fault.ts';
import { isRecord } from '../../../observe/shapes/shape.ts';

export interface LeaseSpec {
  /** Empty in a Lease that was given up. */
  readonly holderIdentity: string;
  readonly leaseDurationSeconds: number;
  readonly acquireTime: string;
  readonly renewTime: string;
  readonly leaseTransitions: number;
}

export interface Lease {
  readonly version: string;
  readonly spec: LeaseSpec;
}

export interface Leases {
  /** @returns undefined if there is none */
  read(): Promise<Lease | undefined>;
  /** @throws StatusError 409 if there is one */
  create(spec: LeaseSpec): Promise<Lease>;
  /** @throws StatusError 409 if it is not `lease` any more */
  replace(lease: Lease, spec: LeaseSpec): Promise<Lease>;
}

/** How long one question may take, in milliseconds: two of them fit into the renew deadline. */
const LIMIT = 3_000;
/** The same for the begin of an answer. The leader asks all the time: it finds a half-open connection within seconds. */
const ANSWER = 2_500;

export function leasesOf(connection: Connection, namespace: string, name: string): Leases {
  const folder = `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`;
  const ask = async (call: Call) =>
    leaseOf(await connection.json({ ...call, headersTimeout: ANSWER, signal: AbortSignal.timeout(LIMIT) }));
  const bodyOf = (spec: LeaseSpec, resourceVersion?: string) =>
    JSON.stringify({
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name, namespace, ...(resourceVersion === undefined ? {} : { resourceVersion }) },
      spec,
    });
  return {
    async read() {
      try {
        return await ask({ path: `${folder}/${name}` });
      } catch (error) {
        if (error instanceof StatusError && error.code === 404) return undefined;
        throw error;
      }
    },
    create: (spec) => ask({ method: 'POST', path: folder, body: bodyOf(spec) }),
    replace: ({ version }, spec) =>
      ask({ method: 'PUT', path: `${folder}/${name}`, body: bodyOf(spec, version) }),
  };
}

/** Whatever somebody has written into it: what is missing counts as given up. */
function leaseOf(value: unknown): Lease {
  const metadata = isRecord(value) && isRecord(value['metadata']) ? value['metadata'] : {};
  const spec = isRecord(value) && isRecord(value['spec']) ? value['spec'] : {};
  const text = (field: string) => (typeof spec[field] === 'string' ? spec[field] : '');
  const number = (field: string) => (typeof spec[field] === 'number' ? spec[field] : 0);
  return {
    version: String(metadata['resourceVersion']),
    spec: {
      holderIdentity: text('holderIdentity'),
      leaseDurationSeconds: number('leaseDurationSeconds'),
      acquireTime: text('acquireTime'),
      renewTime: text('renewTime'),
      leaseTransitions: number('leaseTransitions'),
    },
  };
}
