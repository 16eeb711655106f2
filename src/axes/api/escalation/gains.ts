/** What is said of each gain, and how much each consequence weighs. */
import type { Consequence } from '../../../world/escalation/path.ts';
import type { Gain } from '../../../world/escalation/primitives.ts';

interface Saying {
  /** After the message, behind a colon. */
  readonly gives: string;
  readonly remediation: string;
}

/** The weights of the score model. */
export const outcomes: Readonly<Record<Consequence, Saying & { readonly weight: number }>> = {
  'cluster-admin': {
    weight: 0.95,
    gives: 'this gives it the whole cluster',
    remediation:
      'Narrow the rule to the verbs, resources and names that the workload uses, or bind it in one namespace',
  },
  node: {
    weight: 0.9,
    gives: 'this gives it a node and the pods there',
    remediation:
      'Take the permission away, or label the namespace with pod-security.kubernetes.io/enforce: baseline',
  },
  'all-secrets': {
    weight: 0.88,
    gives: 'this gives it the credentials of every application',
    remediation:
      'Bind the rule by a RoleBinding in the namespaces that need it, or list the Secrets in resourceNames',
  },
  'cloud-role': {
    weight: 0.8,
    gives: 'this gives it a role of the cloud',
    remediation:
      'Take the permission away, or keep the accounts with cloud roles in a namespace of their own',
  },
  'other-namespace': {
    weight: 0.7,
    gives: 'this gives it secrets or accounts of others',
    remediation:
      'Remove the binding in the other namespace, or narrow its role to what the workload uses there',
  },
  'namespace-secrets': {
    weight: 0.55,
    gives: 'this gives it the secrets and accounts of its neighbours',
    remediation:
      'List the objects in resourceNames, drop the verbs that are not used, or give the workload its own namespace',
  },
};

interface Detour extends Saying {
  /** In the whole cluster, and in single namespaces. */
  readonly weights: readonly [number, number];
}

/** Gains that take nothing by themselves. */
export const detours: Readonly<Partial<Record<Gain, Detour>>> = {
  part: {
    weights: [0.2, 0.2],
    gives: 'this is one of the rights that a takeover needs together',
    remediation: 'Take the permission away, or list in resourceNames what it may bind, act as or approve',
  },
  traffic: {
    weights: [0.5, 0.4],
    gives: 'this lets it intercept or open connections',
    remediation: 'Take the permission away, or bind it only in the namespace that needs it',
  },
  tampering: {
    weights: [0.5, 0.4],
    gives: 'this lets it act through them',
    remediation: 'Take the permission away, or list the objects that it owns in resourceNames',
  },
  evasion: {
    weights: [0.4, 0.4],
    gives: 'this lets it hide or lift its own limits',
    remediation: 'Take the permission away, or list the objects that it owns in resourceNames',
  },
  denial: {
    weights: [0.3, 0.2],
    gives: 'this lets it stop others',
    remediation: 'Narrow the rule to the resources that the workload itself creates',
  },
  reconnaissance: {
    weights: [0.1, 0.1],
    gives: 'this shows an intruder where to go next',
    remediation: 'Take the permission away, or bind it only in the namespace that needs it',
  },
};

/** Why each matters, and who needs it all the same. */
export const about: Readonly<Record<Gain, string>> = {
  everything: `Whoever gets into a container of this workload finds the token of its account there, and with it takes
    over whatever the right covers. Operators that install or secure other things sometimes need it; an application
    does not.`,
  node: `This is root on a node, with the secrets and tokens of every pod on it, past all that is set on the pods. Only
    agents that manage nodes or storage need it.`,
  pods: `New pods run as any account of the namespace and mount any Secret of it; where no Pod Security level forbids
    privileged ones, they take a node. Enforce the level baseline or restricted on the namespace, and keep what deploys
    apart from what it deploys.`,
  accounts: `The rights of the strongest account that it can act as are its own. Name the accounts that it needs in
    resourceNames.`,
  code: `The processes, the tokens and the mounted Secrets of running pods are in reach, and the node of those that have
    a hold on it. People debug with it; programs seldom need it.`,
  secrets: `Secrets hold the passwords, keys and tokens of applications, and to list or watch them returns their values
    as to get them does; so does to patch one or to delete them together, even as a dry run. List the ones that it needs
    in resourceNames, or mount them.`,
  'all-secrets': `Every object that is written passes by, Secrets too. Only tools that check what others apply need it;
    name their own configuration in resourceNames.`,
  others: `Pods that are driven from their nodes come up where there is room: on the node that the intruder holds, with
    their tokens and Secrets. Cluster autoscalers and the like need it.`,
  part: `By itself it gives nothing; with a second right, which any later binding may bring, it gives everything. What
    is complete shows as a finding of its own. Few programs besides those that install others need it.`,
  traffic: `An intruder can send the traffic of others to itself, or lift the rules that keep it away. Load balancers,
    ingress controllers and meshes need it; for others remove the rule.`,
  tampering: `What is written there is obeyed by another, more powerful program, and done with its rights. Fine for the
    controller that owns the resource; for others remove the rule.`,
  evasion: `An intruder uses it to stay unseen and to allow itself more. Only the tools that manage namespaces and
    policies need it.`,
  denial: `An intruder, or a mistake in the program, stops far more than this workload. Narrow the rule to what the
    workload itself creates.`,
  reconnaissance: `Logs often hold personal data and sometimes tokens, and a full list shows an intruder where to go
    next. Log collectors and dashboards need it; for others remove the rule.`,
};

/** Gains that are one mechanism are one family: only the worst counts, and a part not beside the whole. */
export const familyOf = (gain: Gain): string =>
  detours[gain] === undefined || gain === 'part' ? 'api-takeover' : `api-${gain}`;
