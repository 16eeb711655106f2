/** Where the lines for the user go. Never stdout: `start` prints the kubeconfig there, and nothing else. */
export type Log = (line: string) => void;

export const stderrLog: Log = (line) => void process.stderr.write(`${line}\n`);

export function elapsed(sinceMs: number): string {
  const seconds = Math.round((Date.now() - sinceMs) / 1000);
  return seconds < 60
    ? `${seconds}s`
    : `${Math.floor(seconds / 60)}m${String(seconds % 60).padStart(2, '0')}s`;
}

const LOG_EVERY_MS = 30_000;

/** Says that a long job goes on: one line rewritten each second on a terminal, a line every 30 s elsewhere. */
export async function withProgress<T>(what: string, log: Log, job: () => Promise<T>): Promise<T> {
  const start = Date.now();
  const terminal = log === stderrLog && process.stderr.isTTY === true;
  log(`${what} ...`);
  const timer = setInterval(
    () => {
      if (terminal) process.stderr.write(`\r\x1b[K  ${elapsed(start)}`);
      else log(`${what} ... ${elapsed(start)}`);
    },
    terminal ? 1000 : LOG_EVERY_MS,
  );
  timer.unref();
  let outcome = 'failed';
  try {
    const result = await job();
    outcome = 'done';
    return result;
  } finally {
    clearInterval(timer);
    if (terminal) process.stderr.write('\r\x1b[K');
    log(`${what}: ${outcome} in ${elapsed(start)}`);
  }
}
