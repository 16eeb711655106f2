/** Logs: JSON lines for machines, a short human form on a terminal. */
import winston from 'winston';

export type Logger = Pick<winston.Logger, 'debug' | 'info' | 'warn' | 'error'>;

const { combine, timestamp, json, printf, errors } = winston.format;

const human = printf(({ level, message, timestamp: time, ...rest }) => {
  const details = Object.entries(rest)
    .filter(([key]) => key !== 'service')
    .map(([key, value]) => ` ${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join('');
  return `${String(time).slice(11, 23)} ${level.padEnd(5)} ${String(message)}${details}`;
});

export interface LogOptions {
  readonly level: string;
  readonly format: 'json' | 'human';
}

/** Everything goes to stderr: stdout is for results. */
export function createLogger({ level, format }: LogOptions): Logger {
  const levels = Object.keys(winston.config.npm.levels);
  return winston.createLogger({
    level,
    format: combine(errors({ stack: true }), timestamp(), format === 'json' ? json() : human),
    transports: [new winston.transports.Console({ stderrLevels: levels })],
  });
}

/** Says each message once until `forget` is called for it: what goes on for hours should not fill the log. */
export interface Once {
  say(key: string, say: () => void): void;
  forget(key: string): void;
}

export function once(most = 10_000): Once {
  const said = new Set<string>();
  return {
    say(key, say) {
      if (said.has(key)) return;
      if (said.size >= most) said.clear(); // better said twice than a table that grows for ever
      said.add(key);
      say();
    },
    forget(key) {
      said.delete(key);
    },
  };
}
