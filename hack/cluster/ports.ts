import { createServer } from 'node:net';
import { Problem } from './problem.ts';

/** Below the range from which systems take ports for outgoing connections: a port of that range could be taken
 *  while the API server is away for a moment, and then it could not come back on its address. */
const LOWEST = 15_000;
const HIGHEST = 32_000;
const TRIES_PER_PORT = 50;

/** Free ports of the loopback address, each another. */
export async function freePorts<Name extends string>(names: readonly Name[]): Promise<Record<Name, number>> {
  const taken = new Set<number>();
  for (let tries = names.length * TRIES_PER_PORT; taken.size < names.length; tries--) {
    if (tries === 0) throw new Problem(`found no ${names.length} free loopback ports`);
    const port = LOWEST + Math.floor(Math.random() * (HIGHEST - LOWEST));
    if (!taken.has(port) && (await isFree(port))) taken.add(port);
  }
  const ports = [...taken];
  return Object.fromEntries(names.map((name, i) => [name, ports[i]])) as Record<Name, number>;
}

function isFree(port: number): Promise<boolean> {
  return new Promise((done) => {
    const server = createServer();
    server.once('error', () => done(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => done(true)));
  });
}
