import { allows } from '../../world/access.ts';
import type { Check } from '../check.ts';
import { type Place, type Reading, readingsOf } from './readable.ts';

/** The more of them, and the more that hangs on them, the more: kube-system has those of the cluster itself. */
const weights: Readonly<Record<Place, number>> = {
  'every namespace': 0.65,
  'kube-system': 0.65,
  'other namespaces': 0.55,
  'own namespace': 0.45,
  'by name': 0.15,
};

/** Without a token in the pod an intruder must find another way to the account. */
const WITHOUT_TOKEN = 0.3;

export default {
  id: 'secrets/readable-through-api',
  family: 'readable-secrets',
  title: 'Its account may read Secrets through the API',
  docs: `A Secret that a pod mounts is one that it needs; a right to get, list or watch Secrets gives whatever is there,
    also what other applications keep, and what they will keep. Mount the Secrets that are known beforehand. Where
    the program must ask the API, name them in resourceNames, or keep them in a namespace of their own.`,
  source: 'Kubernetes: RBAC good practices, least privilege; Good practices for Secrets',
  controls: ['CIS 5.1.2', 'OWASP K03'],
  find: (variant, workload, { account, access }) => {
    if (variant !== workload.variants[0]) return [];
    // an account that may do anything is judged on the api axis, where it counts in full
    if (allows(access, { verb: '*', group: '*', resource: '*' }) !== undefined) return [];
    return readingsOf(access, account.namespace).map((reading) => ({
      weight: weighed(weights[reading.place], account.tokenMounted),
      message: `account ${account.name} may read ${wordsOf(reading)} through the API${account.tokenMounted ? '' : '; its token is not in the pod'}`,
      evidence: reading.grants.flatMap(({ role, path, binding, subject }) => [
        { object: role, path },
        { object: binding, path: subject },
      ]),
      remediation: {
        text:
          reading.place === 'by name'
            ? 'Mount the Secrets in place of asking the API for them, and take the rule away'
            : 'List the Secrets that it needs in resourceNames, or mount them and take the rule away',
        patch: [],
      },
    }));
  },
} satisfies Check;

const weighed = (weight: number, tokenMounted: boolean): number =>
  tokenMounted ? weight : Math.max(0.05, Math.round(weight * WITHOUT_TOKEN * 100) / 100);

/** Other namespaces are not named: a report is read by those of its own. */
function wordsOf({ place, count }: Reading): string {
  if (place === 'by name')
    return count === 1 ? 'one Secret that is named' : `${count} Secrets that are named`;
  const where = {
    'every namespace': 'every namespace',
    'kube-system': 'kube-system',
    'other namespaces': count === 1 ? 'another namespace' : `${count} other namespaces`,
    'own namespace': 'its own namespace',
  };
  return `all Secrets of ${where[place]}`;
}
