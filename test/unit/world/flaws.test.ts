import { expect } from 'chai';
import { flawsOf } from '../../../src/world/exposure/flaws.ts';
import { levelOfReach } from '../../../src/world/exposure/reach.ts';
import { all } from '../../../src/world/world.ts';
import { exposureIn, pod, policy, worldOf } from '../../support/network.ts';

const rule = (text: string) => `{ podSelector: {}, ingress: [${text}] }`;

async function flaws(spec: string): Promise<readonly string[]> {
  const { tables } = await worldOf(policy(spec));
  return [...all(tables.networkpolicies)].flatMap((one) =>
    flawsOf(one).map(({ path, problem }) => `${path}: ${problem}`),
  );
}

describe('what is wrong in a NetworkPolicy', () => {
  const at = '/spec/ingress/0';
  const wrong: readonly [string, string][] = [
    [
      rule('{ from: [{ ipBlock: { cidr: 10.0.0.0/33 } }] }'),
      `${at}/from/0/ipBlock/cidr: 10.0.0.0/33 is no CIDR`,
    ],
    [
      rule('{ from: [{ ipBlock: { cidr: 10.0.0.0/8, except: [10.0.0.1] } }] }'),
      `${at}/from/0/ipBlock/except/0: 10.0.0.1 is no CIDR`,
    ],
    [
      rule('{ from: [{ podSelector: { matchExpressions: [{ key: a, operator: Equals, values: [b] }] } }] }'),
      `${at}/from/0/podSelector/matchExpressions/0: a Equals (b) is no label expression`,
    ],
    [
      rule('{ from: [{ namespaceSelector: { matchExpressions: [{ key: a, operator: In }] } }] }'),
      `${at}/from/0/namespaceSelector/matchExpressions/0: a In () is no label expression`,
    ],
    [rule('{ from: [{}] }'), `${at}/from/0: the peer names nobody`],
    [
      rule('{ from: [{ podSelector: {}, ipBlock: { cidr: 10.0.0.0/8 } }] }'),
      `${at}/from/0: the peer names both addresses and pods`,
    ],
    [rule('{ ports: [{ port: 65536 }] }'), `${at}/ports/0/port: 65536 is no port`],
    [rule('{ ports: [{ port: 0 }] }'), `${at}/ports/0/port: 0 is no port`],
    [rule('{ ports: [{ port: 80, endPort: 79 }] }'), `${at}/ports/0/endPort: 80-79 is no range of ports`],
    [
      rule('{ ports: [{ port: http, endPort: 90 }] }'),
      `${at}/ports/0/endPort: a range cannot begin at the name http`,
    ],
    [rule('{ ports: [{ endPort: 90 }] }'), `${at}/ports/0/endPort: a range without a first port`],
    [rule('{ ports: [{ port: 80, protocol: ICMP }] }'), `${at}/ports/0/protocol: ICMP is no protocol`],
    [
      '{ podSelector: {}, policyTypes: [ingress] }',
      '/spec/policyTypes/0: ingress is neither Ingress nor Egress',
    ],
    [
      '{ podSelector: { matchExpressions: [{ key: a, operator: Exists, values: [b] }] } }',
      '/spec/podSelector/matchExpressions/0: a Exists (b) is no label expression',
    ],
  ];
  for (const [spec, expected] of wrong) {
    it(`${spec}: ${expected}`, async () => {
      expect(await flaws(spec)).to.deep.equal([expected]);
    });
  }

  it('is nothing in what the API server takes', async () => {
    for (const spec of [
      '{}',
      rule('{}'),
      rule(
        '{ from: [{ podSelector: {} }], ports: [{ port: http }, { port: 1, endPort: 65535, protocol: SCTP }] }',
      ),
      rule('{ from: [{ ipBlock: { cidr: "::/0", except: [fd00::/8] } }] }'),
    ]) {
      expect(await flaws(spec), spec).to.deep.equal([]);
    }
  });

  it('allows nothing, and the other rules go on', async () => {
    const levelOf = async (spec: string) => {
      const { variants } = exposureIn(await worldOf(pod('shop/web'), policy(spec)));
      return variants.map(({ ingress }) => levelOfReach(ingress));
    };
    const impossible = [
      '{ from: [{ ipBlock: { cidr: 0.0.0.0/99 } }] }',
      '{ from: [{ ipBlock: { cidr: 0.0.0.0/0, except: [10.0.0.1] } }] }',
      '{ from: [{}] }',
      '{ from: [{ namespaceSelector: { matchExpressions: [{ key: a, operator: Odd }] } }] }',
      '{ ports: [{ port: 65536 }] }',
      '{ ports: [{ port: 80, endPort: 79 }] }',
      '{ ports: [{ port: 80, protocol: ICMP }] }',
    ];
    for (const text of impossible) {
      expect(await levelOf(rule(text)), text).to.deep.equal(['none']);
      expect(await levelOf(rule(`${text}, { from: [{ podSelector: {} }] }`)), text).to.deep.equal([
        'namespace',
      ]);
    }
  });
});
