import { expect } from 'chai';
import { type Candidate, candidate } from '../../../src/commands/operator/leader/candidate.ts';
import type { Lease, Leases, LeaseSpec } from '../../../src/commands/operator/leader/lease.ts';
import { newerModel } from '../../../src/commands/operator/leader/newer-model.ts';
import { StatusError } from '../../../src/observe/fault.ts';

/** One Lease, as the API server keeps it: a stale version is 409. */
function leaseServer() {
  let lease: Lease | undefined;
  let version = 0;
  let down = false;
  const keep = (spec: LeaseSpec) => (lease = { version: String((version += 1)), spec });
  const conflict = (is: boolean) => {
    if (down) throw new Error('connection refused');
    if (is) throw new StatusError(409, 'the object has been modified');
  };
  const leases: Leases = {
    async read() {
      conflict(false);
      return lease;
    },
    async create(spec) {
      conflict(lease !== undefined);
      return keep(spec);
    },
    async replace(old, spec) {
      conflict(old.version !== lease?.version);
      return keep(spec);
    },
  };
  return {
    leases,
    spec: () => lease?.spec,
    edit: (spec: Partial<LeaseSpec>) => lease !== undefined && keep({ ...lease.spec, ...spec }),
    setDown: (is: boolean) => (down = is),
  };
}

describe('a candidate for the Lease', () => {
  let time: number;
  let server: ReturnType<typeof leaseServer>;
  let a: Candidate;
  let b: Candidate;
  let standBack: number;

  const make = (identity: string, leases = server.leases, behind = 0) =>
    candidate({
      leases,
      identity,
      now: () => time,
      // a machine whose clock is wrong by hours
      date: () => Date.UTC(2026, 0, 1) + time - behind,
      standBack: () => (identity === 'b' ? standBack : 0),
    });
  beforeEach(() => {
    time = 50_000;
    standBack = 0;
    server = leaseServer();
    a = make('a');
    b = make('b', server.leases, 5 * 3_600_000);
  });

  it('takes a Lease that is not there, and renews it', async () => {
    expect(a.leads()).to.equal(false);
    expect(await a.attempt()).to.equal('begins');
    expect(server.spec()).to.deep.equal({
      holderIdentity: 'a',
      leaseDurationSeconds: 10,
      acquireTime: '2026-01-01T00:00:50.000000Z',
      renewTime: '2026-01-01T00:00:50.000000Z',
      leaseTransitions: 0,
    });
    time += 1_500;
    expect(await a.attempt()).to.equal('goes on');
    expect(server.spec()).to.include({
      acquireTime: '2026-01-01T00:00:50.000000Z',
      renewTime: '2026-01-01T00:00:51.500000Z',
      leaseTransitions: 0,
    });
  });

  it('follows while the Lease changes, and takes it ten seconds after it saw it change last', async () => {
    await a.attempt();
    for (let i = 0; i < 20; i += 1) {
      expect(await b.attempt()).to.equal('follows');
      time += 1_500;
      await a.attempt();
    }
    expect(await b.attempt()).to.equal('follows');
    expect(b.holder()).to.equal('a');
    time += 9_999;
    expect(await b.attempt()).to.equal('follows');
    time += 1;
    expect(await b.attempt()).to.equal('begins');
    expect(server.spec()).to.include({ holderIdentity: 'b', leaseTransitions: 1 });
  });

  it('believes no clock of another machine: an old date in a Lease that is new to it is waited for', async () => {
    await b.attempt(); // its clock is five hours behind
    time += 60_000;
    expect(await a.attempt()).to.equal('follows');
    time += 10_000;
    expect(await a.attempt()).to.equal('begins');
  });

  it('leads for seven seconds after its last renewal, counted from when it was sent', async () => {
    await a.attempt();
    time += 6_999;
    expect(a.leads()).to.equal(true);
    time += 1;
    expect(a.leads()).to.equal(false);
    const slow = make('a', {
      ...server.leases,
      replace: (...args) => ((time += 8_000), server.leases.replace(...args)),
    });
    expect(await slow.attempt()).to.equal('follows');
    expect(slow.leads()).to.equal(false);
  });

  it('never leads beside another, even if it was paused for long', async () => {
    await a.attempt();
    await b.attempt();
    time += 20_000;
    expect(a.leads(), 'before it has asked anything').to.equal(false);
    expect(await b.attempt()).to.equal('begins');
    expect(await a.attempt()).to.equal('follows');
    expect([a.leads(), b.leads()]).to.deep.equal([false, true]);
  });

  it('says that it begins anew when it gets its own Lease back after a lapse', async () => {
    await a.attempt();
    time += 8_000;
    expect(await a.attempt()).to.equal('begins');
    expect(server.spec()?.leaseTransitions).to.equal(0);
  });

  it('stops at once when another one is in the Lease', async () => {
    await a.attempt();
    server.edit({ holderIdentity: 'c' });
    expect(await a.attempt()).to.equal('follows');
    expect(a.leads()).to.equal(false);
  });

  it('lets only one of two win that try at the same moment', async () => {
    expect((await Promise.all([a.attempt(), b.attempt()])).toSorted()).to.deep.equal(['begins', 'follows']);
    time += 30_000;
    const again = await Promise.all([a.attempt(), b.attempt()]);
    expect(again.filter((outcome) => outcome === 'begins')).to.have.length(1);
  });

  it('keeps what it has while the API server is away, as long as that is good', async () => {
    await a.attempt();
    server.setDown(true);
    time += 3_000;
    expect(await a.attempt().catch(() => 'failed')).to.equal('failed');
    expect(a.leads()).to.equal(true);
    time += 4_000;
    expect(a.leads()).to.equal(false);
  });

  it('gives it up, and another one need not wait', async () => {
    await a.attempt();
    await b.attempt();
    await a.release();
    expect(a.leads()).to.equal(false);
    expect(server.spec()).to.include({ holderIdentity: '', leaseDurationSeconds: 1 });
    expect(await b.attempt()).to.equal('begins');
    expect(server.spec()).to.include({ holderIdentity: 'b', leaseTransitions: 1 });
    await a.release(); // not its own any more
    expect(server.spec()?.holderIdentity).to.equal('b');
  });

  it('leaves a free Lease to others first when it is older than they, but not for ever', async () => {
    standBack = 5_000;
    await a.attempt();
    await b.attempt();
    await a.release();
    expect(await b.attempt()).to.equal('follows');
    time += 5_000;
    expect(await b.attempt()).to.equal('begins');
    expect(await b.attempt(), 'what it has it keeps').to.equal('goes on');
  });
});

describe('reports of a newer model', () => {
  const reportOf = (name: string, modelVersion: unknown) => ({
    metadata: { namespace: 'shop', name },
    report: { modelVersion },
  });

  it('make an older operator stand back until they are gone, and it says so once', () => {
    const lines: string[] = [];
    const logger = { warn: (line: string) => lines.push(line) } as unknown as Parameters<
      typeof newerModel
    >[0];
    const newer = newerModel(logger, 'v9');
    for (const version of ['v9', 'v8', undefined, 'nonsense', 'v'])
      newer.observed('ADDED', reportOf('a', version));
    newer.observed('ADDED', { nothing: true });
    expect(newer.standBack()).to.equal(0);
    newer.observed('ADDED', reportOf('a', 'v10'));
    newer.observed('ADDED', reportOf('b', 'v10'));
    expect(newer.standBack()).to.equal(5_000);
    newer.observed('MODIFIED', reportOf('a', 'v9'));
    newer.observed('DELETED', reportOf('b', 'v10'));
    expect(newer.standBack()).to.equal(0);
    expect(lines).to.have.length(1);
    expect(lines[0]).to.match(/model v10, and this operator has v9/);
  });
});
