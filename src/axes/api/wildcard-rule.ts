import type { PolicyRule } from '../../world/objects.ts';
import type { Check } from '../check.ts';
import { evidenceOf, untaken, weighed } from './rights.ts';

/** A star over the resources grows with each version and each operator; over verbs it adds what nobody thought of. */
const weights = { resources: 0.25, verbs: 0.15 };

/** Groups of Kubernetes itself; a controller may well do everything with its own resources. */
const builtIn: ReadonlySet<string> = new Set([
  '*',
  '',
  'admissionregistration.k8s.io',
  'apiextensions.k8s.io',
  'apiregistration.k8s.io',
  'apps',
  'authentication.k8s.io',
  'authorization.k8s.io',
  'autoscaling',
  'batch',
  'certificates.k8s.io',
  'coordination.k8s.io',
  'discovery.k8s.io',
  'events.k8s.io',
  'extensions',
  'flowcontrol.apiserver.k8s.io',
  'networking.k8s.io',
  'node.k8s.io',
  'policy',
  'rbac.authorization.k8s.io',
  'resource.k8s.io',
  'scheduling.k8s.io',
  'storage.k8s.io',
]);

function starOf({ apiGroups, resources, verbs }: PolicyRule): keyof typeof weights | undefined {
  if (!apiGroups.some((group) => builtIn.has(group))) return undefined;
  if (resources.some((resource) => resource === '*')) return 'resources';
  return verbs.includes('*') ? 'verbs' : undefined;
}

export default {
  id: 'api/wildcard-rule',
  family: 'api-wildcard',
  title: 'A rule of its account has a wildcard',
  docs: `A rule with * for the resources or the verbs of Kubernetes gives more than anyone wrote down, and gives more
    with each new version: escalate, bind and impersonate are verbs too. List what the workload calls. A controller
    that does everything with its own custom resources is not meant.`,
  source: 'CIS Kubernetes Benchmark',
  controls: ['CIS 5.1.3', 'OWASP K03'],
  find: (variant, workload, around) => {
    if (variant !== workload.variants[0]) return [];
    return around.access.grants.flatMap((grant) => {
      // the rules of cluster-admin are not anyone's to narrow; its binding is a finding of its own
      const star = grant.role.name === 'cluster-admin' ? undefined : starOf(grant.rule);
      if (star === undefined) return [];
      return {
        weight: weighed(weights[star], around),
        message: `account ${around.account.name} has a rule with * for the ${star}${untaken(around)}`,
        evidence: evidenceOf([grant]),
        remediation: { text: `List the ${star} that the workload uses in place of *`, patch: [] },
      };
    });
  },
} satisfies Check;
