/** From what an account can become to findings: words, weight, evidence, and the path that an intruder takes. */
import { anonymous, type Grant } from '../../world/access.ts';
import type { Right } from '../../world/escalation/escalation.ts';
import { isClusterWide } from '../../world/escalation/needs.ts';
import type { Step } from '../../world/escalation/path.ts';
import type { Ref } from '../../world/objects.ts';
import type { Surroundings } from '../../world/surroundings/surroundings.ts';
import type { Variant } from '../../world/workload/variants.ts';
import type { Workload } from '../../world/workload/workloads.ts';
import type { Evidence, Found } from '../check.ts';
import { detours, outcomes } from './escalation/gains.ts';

/** Its accounts and Secrets are those of the cluster. */
const CLUSTER = 'kube-system';

/** One entry per right that applies. Accounts belong to the whole workload, so only the first variant tells. */
export function foundFor(
  variant: Variant,
  workload: Workload,
  around: Surroundings,
  applies: (right: Right) => boolean,
): readonly Found[] {
  if (variant !== workload.variants[0]) return [];
  const { account, escalation } = around;
  return escalation.rights.filter(applies).flatMap((right) => {
    const { primitive, consequence, grants, steps } = right;
    const { weight, gives, remediation } = judged(right);
    const takesToken = needsToken(right);
    const far = steps.length > 1 ? `, in ${steps.length} steps` : '';
    return {
      weight: takesToken ? weighed(weight, around) : weight,
      message: `account ${account.name}${whereOf(right, account.namespace)} may ${primitive.words}${viaOf(grants)}: ${gives}${far}${takesToken ? untaken(around) : ''}`,
      evidence: evidenceOf(grants),
      remediation: { text: remediation, patch: [] },
      ...(consequence === undefined
        ? {}
        : { leadsTo: { consequence, steps: [firstStep(variant, workload, around), ...steps] } }),
    };
  });
}

function judged({ primitive, consequence, places }: Right) {
  if (consequence !== undefined) return outcomes[consequence];
  const detour = detours[primitive.gives];
  if (detour === undefined) throw new Error(`api/${primitive.slug} leads nowhere, which no check judges`);
  const [everywhere, somewhere] = detour.weights;
  const isCluster = places.length === 0 || places.includes(CLUSTER);
  return { ...detour, weight: isCluster ? everywhere : somewhere };
}

/** Without a token in the pod an intruder must find another way to the account. */
const WITHOUT_TOKEN = 0.3;

export const weighed = (weight: number, { account }: Surroundings): number =>
  account.tokenMounted ? weight : Math.max(0.05, Math.round(weight * WITHOUT_TOKEN * 100) / 100);

export const untaken = ({ account }: Surroundings): string =>
  account.tokenMounted ? '' : '; its token is not in the pod, so this takes another way to the account';

/** Set between commas. Other namespaces are not named: a report is read by those of its own. */
function whereOf({ primitive, places }: Right, home: string): string {
  if (isClusterWide(primitive)) return '';
  if (places.length === 0) return ', in every namespace,';
  const words = [
    ...(places.includes(home) ? ['its own namespace'] : []),
    ...(places.includes(CLUSTER) && home !== CLUSTER ? [CLUSTER] : []),
  ];
  const others = places.filter((place) => place !== home && place !== CLUSTER).length;
  if (others > 0) words.push(others === 1 ? 'another namespace' : `${others} other namespaces`);
  return `, in ${words.join(' and ')},`;
}

const GROUP = 'Group/';
const isForAnonymous = ({ identity }: Grant): boolean => anonymous.includes(identity);
/** For a group, or for whoever has no credentials. */
export const isForMany = (grant: Grant): boolean =>
  (grant.identity.startsWith(GROUP) || isForAnonymous(grant)) && !grant.bootstrap;

/** What is granted to whoever sends no credentials takes no token. */
const needsToken = ({ grants }: Right): boolean => !grants.every(isForAnonymous);

function viaOf(grants: readonly Grant[]): string {
  const grant = grants.find(isForMany);
  if (grant === undefined) return '';
  return isForAnonymous(grant)
    ? ', like anyone without credentials'
    : `, like everyone in the group ${grant.identity.slice(GROUP.length)}`;
}

export function evidenceOf(grants: readonly Grant[]): readonly Evidence[] {
  return grants.flatMap(({ role, path, binding, subject }) => [
    { object: role, path },
    { object: binding, path: subject },
  ]);
}

const nameOf = ({ namespace, kind, name }: Ref): string => `${namespace}/${kind.toLowerCase()}/${name}`;

/** From the workload to its account: by the token in the pod. */
export function firstStep(variant: Variant, workload: Workload, { account }: Surroundings): Step {
  return {
    from: nameOf(workload.ref),
    to: `sa:${account.namespace}/${account.name}`,
    because: [
      {
        object: variant.ref,
        path: variant.pod.serviceAccountName === undefined ? variant.at() : variant.at('serviceAccountName'),
        text: account.tokenMounted
          ? 'the token of the account is in its pods'
          : 'its pods run as the account',
      },
    ],
  };
}
