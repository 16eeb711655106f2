/** The cases of kubesec that pod-security.test.ts does not judge by a check of ours. */
import { expect } from 'chai';
import { casesOf, corporaOrSkip, firingOn } from './cases.ts';

const covers: Readonly<Record<string, readonly string[]>> = {
  HostAliases: [],
  RunAsGroup: ['privileges/root-group'],
  ServiceAccountName: ['api/token-mounted-unused', 'api/default-account-rights'],
};

const HIGH_ID =
  'a group id below 10000 is no risk by itself; group 0 is, and absent it is the image that decides';

/** Where we hold another opinion, and why. Printed at the end. */
const disagreements: Readonly<Record<string, string>> = {
  'kubesec/_HostAliases':
    'who writes hostAliases writes the whole pod: it gives an intruder nothing, and has honest uses',
  'kubesec/_HostAliases_Missing': 'a pod without a spec, which the API server refuses',
  'kubesec/_RunAsGroup_Guid_Less_Than_10000': HIGH_ID,
  'kubesec/_RunAsGroup_Nil': HIGH_ID,
  'kubesec/_RunAsGroup_Pod': 'one container is put into group 0, against its pod',
  'kubesec/_RunAsGroup_Two_Containers': 'one of two containers is put into group 0',
  'kubesec/_ServiceAccountName_Missing':
    'no token is mounted, so that the account is not there for an intruder',
  'kubesec/_ServiceAccountName_empty':
    'no token is mounted, so that the account is not there for an intruder',
};

describe('the cases of kubesec', () => {
  before(function () {
    corporaOrSkip(this);
  });

  it('give a finding where they fail and none where they pass, apart from those with a reason', async () => {
    const cases = casesOf('kubesec').filter(({ check }) => Object.hasOwn(covers, check));
    expect(cases.length).to.be.at.least(13);
    const disagreeing: string[] = [];
    for (const item of cases) {
      // one that cannot be read is an opinion about nothing
      const found = await firingOn('kubesec', item).catch(() => undefined);
      const fires = found?.some(({ check }) => covers[item.check]?.includes(check.id)) ?? true;
      if (fires !== (item.expect === 'fail')) disagreeing.push(item.id);
    }
    expect(disagreeing.sort()).to.deep.equal(Object.keys(disagreements).sort());
    for (const reason of new Set(Object.values(disagreements))) console.log(`      otherwise: ${reason}`);
  });

  it('are all judged, here or with the Pod Security Standards', () => {
    const others = casesOf('kubesec').filter(({ check }) => !Object.hasOwn(covers, check));
    expect([...new Set(others.map(({ axis }) => axis))]).to.deep.equal(['privileges']);
  });
});
