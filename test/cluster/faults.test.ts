/** On a control plane of its own: it is killed, its CRDs go, and nobody else's test should wonder why. */
import { expect } from 'chai';
import { faults } from '../../hack/storm-run/faults/index.ts';
import type { Round } from '../../hack/storm-run/outcome.ts';
import { startStorm, type Storm } from '../../hack/storm-run/storm.ts';
import { startSession } from '../../hack/demo-run/session.ts';
import { START_TIMEOUT_MS } from './harness.ts';

/** Each run has other ones; a failure names its own, and `hack/storm --seed` takes it. */
const SEED = 1 + Math.floor(Math.random() * 1e6);
const ROUNDS = 5;
const KILLS = 3;

describe('the operator among faults', function () {
  this.timeout(240_000);
  const end = new AbortController();
  const session = startSession(end.signal);
  let storm: Storm;

  before(async function () {
    this.timeout(START_TIMEOUT_MS);
    storm = await startStorm({ seed: SEED, log: () => undefined }, session);
  });
  after(async function () {
    this.timeout(60_000);
    await session.cleanup.disposeAsync();
  });

  const expectRight = ({ seed, reports, differences, settledAfter, seconds }: Round) => {
    console.log(
      `        seed ${seed}: ${reports} reports, settled after ${settledAfter} s, ${seconds} s in all`,
    );
    expect(differences, `seed ${seed}`).to.deep.equal([]);
    expect(reports).to.be.greaterThan(50);
  };

  for (let index = 0; index < ROUNDS; index += 1) {
    it(`round ${index + 1}: after every fault of the list the reports are those of a fresh start, and the memory is back`, async () => {
      const round = await storm.round(SEED + index);
      expectRight(round);
      expect([...round.faults].toSorted()).to.deep.equal(faults.map(({ name }) => name).toSorted());
    });
  }

  for (let index = 0; index < KILLS; index += 1)
    it(`SIGKILL ${index + 1}: killed amid writing and started again, its reports are those of a fresh start`, async () => {
      expectRight(await storm.kill(SEED + index));
    });
});
