/** What a fault has at hand. */
import type { Load } from '../bench-run/generate.ts';
import type { KubeObject } from '../bench-run/objects.ts';
import type { Random } from '../bench-run/random.ts';
import type { ControlPlane } from '../cluster/control-plane.ts';
import type { Api } from './api.ts';
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
