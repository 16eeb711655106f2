import { expect } from 'chai';
import { healthOf } from '../../../src/observe/health.ts';

describe('the health of the API server', () => {
  function told() {
    const lines: string[] = [];
    const health = healthOf({
      unwell: (resource, why) => lines.push(`${resource}: ${why}`),
      well: (resource) => lines.push(`${resource} answers`),
    });
    return { lines, health };
  }

  it('says a failure once, another one again, and that it is over', () => {
    const { lines, health } = told();
    for (const why of ['HTTP 500', 'HTTP 500', 'HTTP 503']) health.unwell('pods', why, false);
    health.well('pods');
    health.well('pods');
    expect(lines).to.deep.equal(['pods: HTTP 500', 'pods: HTTP 503', 'pods answers']);
  });

  it('does not say that it was asked to wait once, as it is for a CRD that was just installed', () => {
    const { lines, health } = told();
    health.unwell('ciliumnetworkpolicies', 'HTTP 429', true);
    expect(health.troubles()).to.have.length(1);
    health.well('ciliumnetworkpolicies');
    expect(lines).to.deep.equal([]);
    expect(health.troubles()).to.deep.equal([]);
  });

  it('says it when it is asked to wait again and again', () => {
    const { lines, health } = told();
    for (let round = 0; round < 3; round += 1) health.unwell('pods', 'HTTP 429', true);
    health.well('pods');
    expect(lines).to.deep.equal(['pods: HTTP 429', 'pods answers']);
  });

  it('has its trouble since the first failure', () => {
    const { health } = told();
    const before = Date.now();
    health.unwell('pods', 'HTTP 500', false);
    const [first] = health.troubles();
    health.unwell('pods', 'HTTP 503', false);
    expect(health.troubles()).to.have.length(1);
    expect(health.troubles()[0]).to.include({ resource: 'pods', why: 'HTTP 503', since: first?.since });
    expect(first?.since).to.be.at.least(before);
  });
});
