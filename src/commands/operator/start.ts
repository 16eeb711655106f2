/** From flags to a running operator, until a signal ends it. */
import { loadKubeConfig } from '../kubeconfig.ts';
import { createLogger } from '../log.ts';
import { parseAddress } from './http.ts';
import { runOperator } from './operator.ts';

export interface OperatorFlags {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly metricsAddress: string;
  readonly healthAddress: string;
  readonly youngAfter: number;
  readonly maxStale: number;
  readonly logLevel: string;
  readonly logFormat?: 'json' | 'human';
}

export async function startOperator(flags: OperatorFlags): Promise<void> {
  const { kubeconfig, context } = flags;
  // the operator shell's base class reads the default kubeconfig too: let it be the same
  if (kubeconfig !== undefined) process.env['KUBECONFIG'] = kubeconfig;
  const format = flags.logFormat ?? (process.stderr.isTTY ? 'human' : 'json');
  const config = loadKubeConfig({
    ...(kubeconfig === undefined ? {} : { kubeconfig }),
    ...(context === undefined ? {} : { context }),
  });
  await runOperator({
    config,
    logger: createLogger({ level: flags.logLevel, format }),
    metricsAddress: parseAddress(flags.metricsAddress, '--metrics-address'),
    healthAddress: parseAddress(flags.healthAddress, '--health-address'),
    youngAfter: flags.youngAfter,
    maxStale: flags.maxStale,
    stop: onSignal(),
  });
}

/** Aborted by SIGTERM or SIGINT; a second one ends the process at once. */
function onSignal(): AbortSignal {
  const stop = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (stop.signal.aborted) process.exit(130);
      stop.abort();
    });
  }
  return stop.signal;
}
