/** From flags to a running operator, until a signal ends it. */
import { setFlagsFromString } from 'node:v8';
import type { KubeConfig } from '@kubernetes/client-node';
import { CommandError } from '../error.ts';
import { loadKubeConfig } from '../kubeconfig.ts';
import { createLogger } from '../log.ts';
import { parseAddress } from './http.ts';
import type { LeaseOptions } from './leader/leadership.ts';
import { runOperator } from './operator.ts';

export interface OperatorFlags {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly metricsAddress: string;
  readonly metricsTlsDir?: string;
  readonly metricsAuth: boolean;
  readonly healthAddress: string;
  readonly leaderElect: boolean;
  readonly leaseNamespace?: string;
  readonly leaseName: string;
  readonly youngAfter: number;
  readonly maxStale: number;
  readonly watchSilence: number;
  readonly missingRetry: number;
  readonly logLevel: string;
  readonly logFormat?: 'json' | 'human';
}

/**
 * How much the heap may grow before it is collected, in percent of what was alive last time. V8 lets a small heap grow
 * fourfold; 30 % holds half the memory for a tenth more CPU (docs/performance.md).
 */
const HEAP_GROWTH = '--heap-growing-percent=30';

export async function startOperator(flags: OperatorFlags): Promise<void> {
  setFlagsFromString(HEAP_GROWTH);
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
    metrics: {
      address: parseAddress(flags.metricsAddress, '--metrics-address'),
      auth: flags.metricsAuth,
      ...(flags.metricsTlsDir === undefined ? {} : { tlsDir: flags.metricsTlsDir }),
    },
    healthAddress: parseAddress(flags.healthAddress, '--health-address'),
    ...(flags.leaderElect ? { lease: leaseOf(flags, config) } : {}),
    youngAfter: flags.youngAfter,
    maxStale: flags.maxStale,
    patience: { idleTimeout: flags.watchSilence * 1000, missingRetry: flags.missingRetry * 1000 },
    stop: onSignal(),
  });
}

/** @throws CommandError if nothing says in which namespace: two that look in different ones would both lead */
function leaseOf({ leaseNamespace, leaseName }: OperatorFlags, config: KubeConfig): LeaseOptions {
  // in a pod this is the pod's own
  const namespace = leaseNamespace ?? config.getContextObject(config.getCurrentContext())?.namespace;
  if (namespace === undefined || namespace === '')
    throw new CommandError('--leader-elect: say with --lease-namespace where the Lease is');
  return { namespace, name: leaseName };
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
