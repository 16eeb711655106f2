/** Passes bytes on between the operator and the proxy: here a connection breaks, or falls silent, below TLS. */
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export interface Relay {
  readonly port: number;
  /** How many connections were opened so far. */
  opened(): number;
  /** Ends every connection with a TCP reset. */
  reset(): void;
  /** Every connection becomes half-open: no byte passes any more, in either direction, and nobody says so. */
  freeze(): void;
  /** Resets every connection, and each new one, until the function that it returns is called. */
  refuse(): () => void;
  close(): Promise<void>;
}

export async function startRelay(target: number): Promise<Relay> {
  const live = new Set<Socket>();
  /** Half-open: kept, so that no FIN tells the operator. */
  const frozen = new Set<Socket>();
  let opened = 0;
  let refusals = 0;
  const server = createServer((client) => {
    if (refusals > 0) return void client.resetAndDestroy();
    opened += 1;
    join(client, connect(target, '127.0.0.1'), live, frozen);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const reset = () => {
    for (const client of live) client.resetAndDestroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    opened: () => opened,
    reset,
    freeze() {
      for (const client of live) {
        live.delete(client);
        frozen.add(client);
        client.unpipe().pause();
        client.emit('freeze');
      }
    },
    refuse() {
      refusals += 1;
      reset();
      return () => void (refusals -= 1);
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const client of [...live, ...frozen]) client.destroy();
      }),
  };
}

function join(client: Socket, inner: Socket, live: Set<Socket>, frozen: Set<Socket>): void {
  live.add(client);
  client.pipe(inner);
  inner.pipe(client);
  // what broke is seen in 'close'
  client.on('error', () => undefined);
  inner.on('error', () => undefined);
  client.once('freeze', () => inner.unpipe().destroy());
  client.once('close', () => {
    live.delete(client);
    frozen.delete(client);
    inner.destroy();
  });
  inner.once('close', () => {
    if (!frozen.has(client)) client.destroy();
  });
}
