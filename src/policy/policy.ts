/** What an organisation decides about its risk: the RiskPolicy resource. Without one, the defaults below apply. */

export interface RiskPolicy {
  /** Where an owner is looked for, the first that is set wins; keys of labels, then of annotations. */
  readonly owner: {
    readonly team: readonly string[];
    readonly contact: readonly string[];
  };
  /**
   * Where images may come from: a registry (`registry.example`, `*.ecr.example` for every name under it) or a part of
   * one (`docker.io/shop`). Empty: every registry is trusted.
   */
  readonly trustedRegistries: readonly string[];
  /** Check ids that are not run. */
  readonly disabledChecks: readonly string[];
  /** Declared criticality of namespaces, by name. */
  readonly criticality: Readonly<Record<string, Criticality>>;
}

export type Criticality = 'normal' | 'high' | 'vital';

export const defaultPolicy: RiskPolicy = Object.freeze<RiskPolicy>({
  owner: {
    team: [
      'hexarisk.dev/owner',
      'hexarisk.dev/team',
      'app.kubernetes.io/owner',
      'backstage.io/owner',
      'a8r.io/owner',
      'tags.datadoghq.com/team',
      'owner',
      'team',
      'squad',
    ],
    contact: [
      'hexarisk.dev/contact',
      'a8r.io/chat',
      'a8r.io/support',
      'contact',
      'slack',
      'slack-channel',
      'oncall',
      'on-call',
      'email',
    ],
  },
  trustedRegistries: [],
  disabledChecks: [],
  criticality: {},
});
