/** A Kubernetes object as it is sent. */
export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly [field: string]: unknown;
}

export interface Deployment extends KubeObject {
  readonly kind: 'Deployment';
  readonly metadata: KubeObject['metadata'] & { readonly namespace: string };
}

/** What a Deployment is generated from. */
export interface Plan {
  readonly name: string;
  readonly namespace: string;
  readonly team: string;
  /** The label that its Service and its policies find its pods by. */
  readonly nameLabel: 'app' | 'app.kubernetes.io/name';
  readonly replicas: number;
  readonly account: string | undefined;
  readonly config: string | undefined;
  readonly care: Care;
}

/** How much its authors cared for its security. */
export type Care = 'restricted' | 'some' | 'none' | 'takeover';
