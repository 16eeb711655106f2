/** One line on a terminal that says what goes on, when it takes long. It leaves nothing behind. */
import { clean } from '../table.ts';

export interface Progress {
  /** What is being done. Cheap: to be called as often as one likes. */
  tick(what: () => string): void;
  /** Erases the line. */
  done(): void;
}

export interface Terminal {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  write(text: string): unknown;
}

const SILENT_FOR_MS = 1000;
const EVERY_MS = 100;
const ERASE = '\r\u001b[K';

/** @param now milliseconds that only grow */
export function progressOn(terminal: Terminal, now: () => number = () => performance.now()): Progress {
  let next = now() + SILENT_FOR_MS;
  let shown = false;
  return {
    tick(what) {
      if (terminal.isTTY !== true || now() < next) return;
      next = now() + EVERY_MS;
      shown = true;
      // never into a second line, which could not be erased; some terminals say 0
      terminal.write(ERASE + clean(what()).slice(0, (terminal.columns || 80) - 1));
    },
    done() {
      if (shown) terminal.write(ERASE);
      shown = false;
    },
  };
}
