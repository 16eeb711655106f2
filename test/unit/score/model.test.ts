import { expect } from 'chai';
import { axisRisk, type AxisRisks, levelOf, overall, shown } from '../../../src/score/model.ts';

// the weights of model v1, as docs/model.md gives them
const exposure = { internet: 0.8, cluster: 0.4, listed: 0.1 };
const noDefaultDeny = 0.15;
const openEgress = [0.2, 0.25]; // egress, metadata service
const stockPrivileges = [0.4, 0.15, 0.2, 0.15, 0.15, 0.08]; // root, capabilities, escalation, root fs, seccomp, resources
const unscanned = 0.35;
const mutable = [0.15, 0.15]; // tag, digest

interface Weights {
  readonly image?: readonly number[];
  readonly privileges?: readonly number[];
  readonly api?: readonly number[];
  readonly secrets?: readonly number[];
  readonly labels?: readonly number[];
  readonly inbound?: readonly number[];
  readonly outbound?: readonly number[];
}

function scored(weights: Weights) {
  const of = (axis: keyof AxisRisks) => axisRisk(weights[axis] ?? []);
  return overall(
    {
      image: of('image'),
      privileges: of('privileges'),
      api: of('api'),
      secrets: of('secrets'),
      labels: of('labels'),
      inbound: of('inbound'),
      outbound: of('outbound'),
    },
    0,
  );
}

const defaultDeny = { inbound: [exposure.listed] };
const stock = {
  image: [unscanned, ...mutable],
  privileges: stockPrivileges,
  api: [0.15],
  labels: [0.7, 0.15],
  inbound: [exposure.cluster, noDefaultDeny],
  outbound: openEgress,
};
const behindBalancer = { inbound: [exposure.internet, noDefaultDeny] };

describe('score model v1', () => {
  describe('the worked table', () => {
    const rows: readonly [
      name: string,
      weights: Weights,
      likelihood: number,
      blast: number,
      score: number,
    ][] = [
      ['no findings, scanned clean', {}, 0.15, 0, 5.5],
      ['hardened, default-deny, digest, scanned clean, owned', defaultDeny, 0.18, 0, 7.3],
      ['hardened, default-deny, known-exploited CVE', { ...defaultDeny, image: [0.95] }, 0.56, 0, 40.2],
      ['stock, internal, no policy', stock, 0.4, 0.32, 45.1],
      ['stock behind a LoadBalancer', { ...stock, ...behindBalancer }, 0.5, 0.32, 52.9],
      [
        'the same, a credential in plain env',
        { ...stock, ...behindBalancer, secrets: [0.7] },
        0.5,
        0.55,
        65.2,
      ],
      [
        'stock, LoadBalancer, a high CVE with EPSS 0.7',
        { ...stock, ...behindBalancer, image: [0.7, ...mutable] },
        0.75,
        0.32,
        73.7,
      ],
      ['stock, internal, known-exploited CVE', { ...stock, image: [0.95, ...mutable] }, 0.78, 0.32, 76.2],
      [
        'stock, LoadBalancer, known-exploited CVE',
        { ...stock, ...behindBalancer, image: [0.95, ...mutable] },
        0.93,
        0.32,
        90.6,
      ],
      ['hardened, LoadBalancer, known-exploited CVE', { ...behindBalancer, image: [0.95] }, 0.92, 0, 84.3],
    ];
    for (const [name, weights, likelihood, blast, score] of rows) {
      it(`${name}: ${score}`, () => {
        const result = scored(weights);
        expect(result.likelihood).to.be.closeTo(likelihood, 0.0051);
        expect(result.blastRadius).to.be.closeTo(blast, 0.0051);
        expect(result.score).to.be.closeTo(score, 0.051);
      });
    }
  });

  describe('levels and what is shown', () => {
    it('begin where the design says', () => {
      expect([0, 34, 35, 64, 65, 84, 85, 100].map(levelOf)).to.deep.equal([
        'Low',
        'Low',
        'Medium',
        'Medium',
        'High',
        'High',
        'Critical',
        'Critical',
      ]);
    });

    it('floors both forms, so that they agree', () => {
      expect(shown(77.4299)).to.deep.equal({ score: 77, exact: '77.42' });
      expect(shown(64.999)).to.deep.equal({ score: 64, exact: '64.99' });
      expect(shown(5.05)).to.deep.equal({ score: 5, exact: '5.05' });
      expect(shown(100)).to.deep.equal({ score: 100, exact: '100.00' });
    });
  });
});
