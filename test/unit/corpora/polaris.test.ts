/** Every case of Polaris whose axis is not privileges (those are in pod-security.test.ts), and all of Linux hardening. */
import { expect } from 'chai';
import { checks } from '../../../src/axes/index.ts';
import { type Case, casesOf, corporaOrSkip, firingOn } from './cases.ts';

/** What a permission of an account leads to. */
const takeovers = checks.filter(({ family }) => family === 'api-takeover').map(({ id }) => id);

/** Which of our checks cover a check of theirs. A case that fails has to give one of them, one that passes none. */
const covers: Readonly<Record<string, readonly string[]>> = {
  automountServiceAccountToken: ['api/token-mounted-unused'],
  clusterrolePodExecAttach: takeovers,
  clusterrolebindingClusterAdmin: takeovers,
  clusterrolebindingPodExecAttach: takeovers,
  rolePodExecAttach: takeovers,
  rolebindingClusterAdminClusterRole: takeovers,
  rolebindingClusterAdminRole: takeovers,
  rolebindingClusterRolePodExecAttach: takeovers,
  rolebindingRolePodExecAttach: takeovers,
  linuxHardening: [
    'privileges/seccomp-profile',
    'privileges/kept-capabilities',
    'privileges/added-capability',
    'privileges/node-capability',
  ],
  metadataAndInstanceMismatched: [],
  missingNetworkPolicy: ['network/no-ingress-policy', 'network/open-egress'],
  pullPolicyNotAlways: ['image/pull-policy'],
  sensitiveConfigmapContent: ['secrets/credential-in-config-map'],
  sensitiveContainerEnvVar: ['secrets/credential-in-env'],
  tagNotSpecified: ['image/latest-tag'],
  tlsSettingsMissing: ['network/ingress-without-tls'],
};

const BY_NAME = 'they leave out roles and bindings of certain names; here only what a role allows counts';
const OTHER_RIGHT = 'not what their check looks for, but the role allows as much by another right';
const ONE_OF_FOUR = 'one hardening of four is enough for them; here each counts, and another is missing';
const INSTANCE = 'that a label equals the name of its object says nothing about risk';
const DANGLING = 'the role does not exist: the binding gives nothing until somebody creates it';
const NO_RULES = 'a policy without rules in that direction allows nothing, which is the safest one';
const ALWAYS = 'the tag does not move (or the default already is Always), so a node gets the same image';
const REPLACED =
  'the role of this name has rules of its own here; what the API server keeps under the name is another matter';

/** Where we hold another opinion, by the end of the case's id, and why. Printed at the end. */
const disagreements: readonly (readonly [cases: RegExp, reason: string])[] = [
  [
    /success\.(gce_calico|system_prefix|defaultclusterrole|binding_references|role_binding_cluster_role)/,
    BY_NAME,
  ],
  [/PodExecAttach\/success\.allow_unrelated_perms/, OTHER_RIGHT],
  [/ClusterAdmin\w*\/success\.explicit_(apigroups|resources|verbs)/, OTHER_RIGHT],
  [/clusterrolebindingClusterAdmin\/failure\.default_clusteradmin_clusterrole/, REPLACED],
  [/failure\.binding_points_to_missing_ref/, DANGLING],
  [/linuxHardening\/success/, ONE_OF_FOUR],
  [/metadataAndInstanceMismatched\/failure/, INSTANCE],
  [/missingNetworkPolicy\/failure\.netpol_missing_(e|in)gress_rules/, NO_RULES],
  [/pullPolicyNotAlways\/failure/, ALWAYS],
  [/tlsSettingsMissing\/success/, 'its rule is for every host, its certificate for one: the others get none'],
];

const reasonFor = (id: string): string | undefined => disagreements.find(([cases]) => cases.test(id))?.[1];

describe('the cases of Polaris', function () {
  this.timeout(30_000);
  before(function () {
    corporaOrSkip(this);
  });

  it('give a finding where they fail and none where they pass, apart from those with a reason', async () => {
    const cases = casesOf('polaris').filter(({ check }) => Object.hasOwn(covers, check));
    expect(cases.length).to.be.at.least(180);
    const unexplained: string[] = [];
    const explained = new Map<string, number>();
    for (const item of cases) {
      const reason = reasonFor(item.id);
      const agrees = await agreesWith(item);
      if (agrees ? reason !== undefined && !isMixed(item.id) : reason === undefined)
        unexplained.push(`${item.id}: ${agrees ? 'agrees, although a reason says otherwise' : 'disagrees'}`);
      if (!agrees && reason !== undefined) explained.set(reason, (explained.get(reason) ?? 0) + 1);
    }
    expect(unexplained).to.deep.equal([]);
    for (const [reason, count] of explained) console.log(`      ${count} otherwise: ${reason}`);
  });

  it('are all judged, here or with the Pod Security Standards', () => {
    const others = casesOf('polaris').filter(({ check }) => !Object.hasOwn(covers, check));
    expect([...new Set(others.map(({ axis }) => axis))]).to.deep.equal(['privileges']);
  });
});

async function agreesWith(item: Case): Promise<boolean> {
  const ids: readonly string[] = (await firingOn('polaris', item)).map(({ check }) => check.id);
  const fires = covers[item.check]?.some((id) => ids.includes(id)) ?? false;
  return fires === (item.expect === 'fail');
}

/** A reason that holds for a group of cases of which some agree anyway. */
const isMixed = (id: string): boolean => /missing_egress_rules|netpol_missing_ingress_rules/.test(id);
