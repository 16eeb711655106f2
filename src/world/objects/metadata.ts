/** Metadata, and what every slim object has. */

export type Labels = Readonly<Record<string, string>>;

/** Names one object of the API; `namespace` is '' for cluster-scoped objects. */
export interface Ref {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller?: boolean | undefined;
}

export interface Metadata {
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  readonly generateName?: string | undefined;
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly ownerReferences: readonly OwnerReference[];
  /** Seconds since 1970; undefined in files. */
  readonly created?: number | undefined;
  readonly deleting: boolean;
  /** Names of the field managers (who wrote to it, status aside), the latest last, once each. */
  readonly managers: readonly string[];
}

export interface Slim {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Metadata;
}
