/** From the primitives that an account holds to findings: words, evidence, and the path that an intruder takes. */
import type { Grant } from '../../world/access.ts';
import type { Ref } from '../../world/objects.ts';
import type { Surroundings } from '../../world/surroundings.ts';
import type { Variant } from '../../world/variants.ts';
import type { Workload } from '../../world/workloads.ts';
import type { AttackPath, Consequence, Evidence, Found, Step } from '../check.ts';
import { type Held, holdingsOf, isClusterWide } from './holdings.ts';

/** What a check on held primitives needs to say. */
interface Judgement {
  readonly applies: (held: Held) => boolean;
  /** What it comes to, after a colon. */
  readonly gives: string;
  readonly remediation: string;
}

/** One finding per primitive that applies. Accounts belong to the whole workload, so only the first variant tells. */
export function foundIn(
  variant: Variant,
  workload: Workload,
  around: Surroundings,
  { applies, gives, remediation }: Judgement,
): readonly Found[] {
  if (variant !== workload.variants[0]) return [];
  const { account, access } = around;
  return holdingsOf(access, account.namespace)
    .filter(applies)
    .map((held) => ({
      weight: weighed(held.weight, around),
      message: `account ${account.name}${whereOf(held, account.namespace)} may ${held.primitive.words}${viaOf(held.grants)}: ${gives}${untaken(around)}`,
      evidence: evidenceOf(held.grants),
      remediation: { text: remediation, patch: [] },
      ...(held.consequence === undefined
        ? {}
        : { leadsTo: pathOf(variant, workload, around, held, held.consequence) }),
    }));
}

/** Without a token in the pod an intruder must find another way to the account. */
const WITHOUT_TOKEN = 0.3;

export const weighed = (weight: number, { account }: Surroundings): number =>
  account.tokenMounted ? weight : Math.max(0.05, Math.round(weight * WITHOUT_TOKEN * 100) / 100);

export const untaken = ({ account }: Surroundings): string =>
  account.tokenMounted ? '' : '; its token is not in the pod, so this takes another way to the account';

/** Set between commas. Other namespaces are not named: a report is read by those of its own. */
function whereOf({ primitive, places }: Held, home: string): string {
  if (isClusterWide(primitive)) return '';
  if (places.length === 0) return ', in every namespace,';
  const words = [
    ...(places.includes(home) ? ['its own namespace'] : []),
    ...(places.includes('kube-system') && home !== 'kube-system' ? ['kube-system'] : []),
  ];
  const others = places.filter((place) => place !== home && place !== 'kube-system').length;
  if (others > 0) words.push(others === 1 ? 'another namespace' : `${others} other namespaces`);
  return `, in ${words.join(' and ')},`;
}

const GROUP = 'Group/';
export const isForGroup = ({ identity, bootstrap }: Grant): boolean =>
  identity.startsWith(GROUP) && !bootstrap;

function viaOf(grants: readonly Grant[]): string {
  const grant = grants.find(isForGroup);
  return grant === undefined ? '' : `, like everyone in the group ${grant.identity.slice(GROUP.length)}`;
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

function pathOf(
  variant: Variant,
  workload: Workload,
  around: Surroundings,
  held: Held,
  consequence: Consequence,
): AttackPath {
  const { account } = around;
  const text = `lets it${whereOf(held, account.namespace)} ${held.primitive.words}`;
  return {
    consequence,
    steps: [
      firstStep(variant, workload, around),
      {
        from: `sa:${account.namespace}/${account.name}`,
        to: consequence,
        because: held.grants.flatMap(({ binding, subject, role, path }) => [
          { object: role, path, text },
          { object: binding, path: subject, text: 'gives the account that role' },
        ]),
      },
    ],
  };
}
