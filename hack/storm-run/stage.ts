/** What a fault has at hand. */
import type { Load } from '../bench-run/generate.ts';
import type { KubeObject } from '../bench-run/objects.ts';
import type { Random } from '../bench-run/random.ts';
import type { ControlPlane } from '../cluster/control-plane.ts';
import { Problem } from '../cluster/problem.ts';
import { waitFor } from '../cluster/wait.ts';
import type { Api } from './api.ts';
import { turnPrivileged } from './churn.ts';
import { shuffled } from './faults/choice.ts';
import type { Ground } from './ground.ts';
import type { Proxy } from './proxy.ts';

export interface Stage {
  readonly plane: ControlPlane;
  readonly proxy: Proxy;
  readonly api: Api;
  readonly load: Load;
  /** CustomResourceDefinitions: of RiskReport and VulnerabilityReport. */
  readonly crds: { readonly reports: KubeObject; readonly vulnerabilities: KubeObject };
  readonly random: Random;
  /** Makes reports be written. */
  readonly stir: () => Promise<void>;
  /**
   * Waits, bounded, until the operator has met it.
   * @param cause is done now, and again each second: another fault may have undone it
   */
  readonly until: (what: string, isTrue: () => boolean, cause?: () => unknown) => Promise<void>;
}

export interface Fault {
  readonly name: string;
  /** Resolves when the operator has surely met it, and its cause is gone again. */
  readonly inject: (stage: Stage) => Promise<void>;
}

/** A fault is met within seconds; this is for a machine that has much else to do. */
const MET_WITHIN_MS = 180_000;

export function stageOf(random: Random, { means, world, proxy, operator }: Ground): Stage {
  const { api, plane } = means;
  return {
    ...world,
    plane,
    proxy,
    api,
    random,
    async stir() {
      for (const deployment of shuffled(random, world.load.changeable).slice(0, 8))
        await turnPrivileged(api, deployment, random.chance(0.5));
    },
    async until(what, isTrue, cause) {
      let due = 0;
      const ask = async () => {
        if (isTrue()) return true;
        if (operator().hasEnded()) throw new Problem('the operator has ended');
        if (performance.now() < due) return undefined;
        due = performance.now() + 1000;
        await cause?.();
        return undefined;
      };
      await waitFor(ask, { what, timeoutMs: MET_WITHIN_MS, everyMs: 20, signal: api.signal });
    },
  };
}
