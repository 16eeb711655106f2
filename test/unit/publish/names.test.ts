import { expect } from 'chai';
import { reportName } from '../../../src/publish/names.ts';

const ref = (apiVersion: string, kind: string, name: string) => ({
  apiVersion,
  kind,
  name,
  namespace: 'shop',
});

describe('the name of a report', () => {
  it('is kind and name for built-in kinds', () => {
    expect(reportName(ref('apps/v1', 'Deployment', 'web'))).to.equal('deployment-web');
    expect(reportName(ref('batch/v1', 'CronJob', 'nightly'))).to.equal('cronjob-nightly');
    expect(reportName(ref('v1', 'Pod', 'etcd'))).to.equal('pod-etcd');
  });

  it('carries the group of other kinds, so that two kinds of one name stay apart', () => {
    expect(reportName(ref('apps.kruise.io/v1beta1', 'StatefulSet', 'db'))).to.equal(
      'statefulset.apps.kruise.io-db',
    );
  });

  it('past 253 characters is cut, with a hash of the identity behind', () => {
    const long = reportName(ref('apps/v1', 'Deployment', `${'a'.repeat(200)}.${'b'.repeat(52)}`));
    expect(long).to.have.length.at.most(253);
    expect(long).to.match(/^deployment-a+\.b+-[0-9a-f]{10}$/);
    // what is cut off at a dot or hyphen leaves none behind
    const atDot = reportName(ref('apps/v1', 'Deployment', `${'a'.repeat(230)}.${'b'.repeat(100)}`));
    expect(atDot).to.match(/[a-z0-9]-[0-9a-f]{10}$/);
    const other = reportName(ref('apps/v1', 'StatefulSet', `${'a'.repeat(200)}.${'b'.repeat(52)}`));
    expect(other.slice(-10)).to.not.equal(long.slice(-10));
  });

  it('carries the hash wherever it could be the name of another workload', () => {
    const one = reportName(ref('a-b.io/v1', 'Foo', 'c'));
    const two = reportName(ref('a/v1', 'Foo', 'b.io-c'));
    expect(one).to.not.equal(two);
    expect(one).to.match(/^foo\.a-b\.io-c-[0-9a-f]{10}$/);
  });
});
