/** What an organisation decides about its risk: the RiskPolicy resource. Without one, the defaults below apply. */

export interface RiskPolicy {
  /** Where an owner is looked for, the first that is set wins; keys of labels, then of annotations. */
  readonly owner: {
    readonly team: readonly string[];
    readonly contact: readonly string[];
  };
  /** Registries that images may come from; empty means that every registry is trusted. */
  readonly trustedRegistries: readonly string[];
  /** Check ids that are not run. */
  readonly disabledChecks: readonly string[];
  /** Declared criticality of namespaces, by name. */
  readonly criticality: Readonly<Record<string, Criticality>>;
}

export type Criticality = 'normal' | 'high' | 'vital';

export const defaultPolicy: RiskPolicy = Object.freeze<RiskPolicy>({
  owner: {
    team: ['hexarisk.dev/owner', 'app.kubernetes.io/owner', 'backstage.io/owner', 'owner', 'team'],
    contact: ['hexarisk.dev/contact', 'contact', 'slack', 'slack-channel', 'oncall', 'email'],
  },
  // the well-known public registries: who runs them is known, and what they serve can be looked up
  trustedRegistries: [],
  disabledChecks: [],
  criticality: {},
});
