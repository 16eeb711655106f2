/** Volumes and ConfigMaps. */
import type { Credential } from './container.ts';
import type { Slim } from './metadata.ts';

export interface PersistentVolumeClaim extends Slim {
  readonly volumeName?: string | undefined;
}

export interface PersistentVolume extends Slim {
  readonly hostPath?: { readonly path: string; readonly type?: string | undefined } | undefined;
  readonly local?: { readonly path: string } | undefined;
}

/** Judged at the edge: which keys hold what looks like a credential. No value is kept. */
export interface ConfigMap extends Slim {
  readonly keys: readonly string[];
  readonly credentials: Readonly<Record<string, Credential>>;
}
