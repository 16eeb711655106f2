/** Who of several operators writes. */
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { Connection } from '../../../observe/connection.ts';
import type { Logger } from '../../log.ts';
import { candidate } from './candidate.ts';
import { alone, election, type Leadership } from './election.ts';
import { leasesOf } from './lease.ts';

export interface LeaseOptions {
  readonly namespace: string;
  readonly name: string;
}

interface Means {
  readonly connection: Connection;
  readonly identity: string;
  readonly logger: Logger;
  readonly standBack: () => number;
}

/** Another one for each process, also for one that follows another in the same pod. */
export const newIdentity = (): string => `${hostname()}_${randomUUID()}`;

export function leadershipOf(lease: LeaseOptions | undefined, means: Means): Leadership {
  if (lease === undefined) return alone;
  const { connection, identity, logger, standBack } = means;
  return election(
    candidate({
      leases: leasesOf(connection, lease.namespace, lease.name),
      identity,
      now: () => performance.now(),
      date: () => Date.now(),
      standBack,
    }),
    identity,
    logger,
  );
}

/** A write that was decided on while we led does not go out when we lead no more. */
export const fenced = (connection: Connection, { leads }: Leadership): Connection => ({
  ...connection,
  json: (call) => connection.json({ ...call, guard: () => assertLeads(leads) }),
});

function assertLeads(leads: () => boolean): void {
  if (!leads()) throw new Error('another process may lead by now');
}
