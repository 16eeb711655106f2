/**
 * One that competes for a Lease, by the rules of client-go's leaderelection. No clock of another machine is believed:
 * a Lease is held for as long as it keeps changing under our eyes.
 */
import { StatusError } from '../../../observe/fault.ts';
import type { Lease, Leases, LeaseSpec } from './lease.ts';

/** In milliseconds, as in DESIGN: others wait `lease` after the last renewal, the leader stops after `renewDeadline`. */
export const TIMING = { lease: 10_000, renewDeadline: 7_000, retry: 1_500 } as const;

interface Options {
  readonly leases: Leases;
  /** Of this process, and of no other, ever. */
  readonly identity: string;
  /** Milliseconds of a clock that only goes forward, and goes on while the process is paused. */
  readonly now: () => number;
  /** Milliseconds since 1970: for people who read the Lease. */
  readonly date: () => number;
  /** Milliseconds for which a Lease that is free is left to others first. */
  readonly standBack?: () => number;
}

export type Outcome =
  /** We lead, and did not right before. */
  'begins' | 'goes on' | 'follows';

export interface Candidate {
  /** The fence. True only while nobody else can have taken the Lease. */
  leads(): boolean;
  /** Who holds the Lease, as far as we know. */
  holder(): string | undefined;
  /** When the Lease is free, if its holder does not renew it: milliseconds of `now`. */
  freeAt(): number;
  /** Takes or renews the Lease, if that may be. @throws whatever asking the API server throws */
  attempt(): Promise<Outcome>;
  /** Gives the Lease up, so that another need not wait. From the call on, `leads` is false. */
  release(): Promise<void>;
}

export function candidate(options: Options): Candidate {
  const { leases, identity, now, standBack = () => 0 } = options;
  let seen: { readonly lease: Lease; readonly at: number } | undefined;
  /** When the last renewal that succeeded was sent. */
  let renewed: number | undefined;

  const leads = () => renewed !== undefined && now() < renewed + TIMING.renewDeadline;
  const isOurs = () => seen?.lease.spec.holderIdentity === identity;
  const note = (lease: Lease) => {
    if (seen?.lease.version !== lease.version) seen = { lease, at: now() };
  };
  const freeAt = () => (seen === undefined ? now() : seen.at + heldFor(seen.lease.spec) + standBack());
  const took = (lease: Lease, sent: number): Outcome => {
    const unbroken = leads();
    note(lease);
    renewed = sent;
    if (!leads()) return 'follows'; // the answer came too late to be of use
    return unbroken ? 'goes on' : 'begins';
  };

  return {
    leads,
    holder: () => (seen?.lease.spec.holderIdentity === '' ? undefined : seen?.lease.spec.holderIdentity),
    freeAt,
    async attempt() {
      const found = await leases.read();
      if (found !== undefined) note(found);
      if (found !== undefined && !isOurs()) {
        renewed = undefined;
        if (now() < freeAt()) return 'follows';
      }
      const sent = now();
      const spec = specOf(found?.spec, identity, options.date());
      try {
        return took(
          found === undefined ? await leases.create(spec) : await leases.replace(found, spec),
          sent,
        );
      } catch (error) {
        if (!(error instanceof StatusError && error.code === 409)) throw error;
        renewed = undefined; // somebody else was faster
        return 'follows';
      }
    },
    async release() {
      const held = leads() && isOurs() ? seen?.lease : undefined;
      renewed = undefined;
      if (held === undefined) return;
      const spec = specOf(held.spec, identity, options.date());
      note(await leases.replace(held, { ...spec, holderIdentity: '', leaseDurationSeconds: 1 }));
    },
  };
}

const heldFor = ({ holderIdentity, leaseDurationSeconds }: LeaseSpec): number =>
  holderIdentity === '' ? 0 : leaseDurationSeconds * 1000;

function specOf(found: LeaseSpec | undefined, identity: string, date: number): LeaseSpec {
  const time = new Date(date).toISOString().replace('Z', '000Z'); // microseconds, as a MicroTime has
  const isRenewal = found?.holderIdentity === identity;
  return {
    holderIdentity: identity,
    leaseDurationSeconds: TIMING.lease / 1000,
    acquireTime: isRenewal ? found.acquireTime : time,
    renewTime: time,
    leaseTransitions: found === undefined ? 0 : found.leaseTransitions + (isRenewal ? 0 : 1),
  };
}
