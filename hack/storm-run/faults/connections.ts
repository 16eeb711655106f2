/** Faults of the connection itself, and of the server at its other end. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault, Stage } from '../stage.ts';
import { allWatched, askedAgain } from './watches.ts';

/** Ends all watches at once, and waits until everything is asked for again. */
const onAll = (name: string, act: (stage: Stage) => Promise<void> | void): Fault => ({
  name,
  async inject(stage) {
    const isAsked = askedAgain(stage, await allWatched(stage));
    await act(stage);
    await stage.until('all to be watched again', isAsked);
  },
});

export const connectionFaults: readonly Fault[] = [
  onAll('connection reset', ({ proxy }) => proxy.relay.reset()),
  onAll('connection half-open', async ({ proxy, until }) => {
    const before = proxy.relay.opened();
    proxy.relay.freeze();
    await until('another connection', () => proxy.relay.opened() > before);
  }),
  onAll('API server killed and restarted', async ({ plane, random }) => {
    await plane.kill('kube-apiserver', 'SIGKILL');
    await sleep(random.int(2000));
    await plane.restart('kube-apiserver');
  }),
];
