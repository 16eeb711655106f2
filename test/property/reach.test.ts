import { expect } from 'chai';
import fc from 'fast-check';
import { connectivityOf } from '../../src/world/connectivity/connectivity.ts';
import { agreed, explain } from '../../src/world/connectivity/explanation.ts';
import { parseAddress } from '../../src/world/exposure/addresses.ts';
import { connections, policiesIn } from '../../src/world/exposure/connections.ts';
import { portsAt } from '../../src/world/exposure/flows.ts';
import { isolating } from '../../src/world/exposure/policies.ts';
import { allPorts, hasPort, type Ports, protocols } from '../../src/world/exposure/ports.ts';
import { reachOf } from '../../src/world/exposure/reach.ts';
import { underTiers } from '../../src/world/exposure/tiers.ts';
import { inNamespace } from '../../src/world/world.ts';
import { mayConnect, type NaiveParty } from '../support/naive-policies.ts';
import { PORTS, type RandomNetwork, randomNetwork } from '../support/random-network.ts';

/** Inside and outside of every block and of its exceptions, a node's address, and both ends of IPv4. */
const ADDRESSES = [
  '0.0.0.0',
  '10.0.0.0',
  '10.0.0.1',
  '10.0.0.3',
  '10.0.0.4',
  '10.255.255.255',
  '192.0.2.2',
  '198.51.100.1',
  '203.0.113.7',
  '203.0.113.128',
  '255.255.255.255',
];

/** The naive answer for each port, beside the fast one. */
function compare(
  open: Ports,
  from: readonly NaiveParty[],
  to: readonly NaiveParty[],
  { network, clusterWide, nodes }: RandomNetwork,
  what: string,
): void {
  for (const protocol of protocols) {
    for (const port of PORTS) {
      const may = from.some((a) =>
        to.some((b) => mayConnect(a, b, protocol, port, network, { clusterWide, nodes })),
      );
      expect(hasPort(open, protocol, port), `${what} ${protocol}/${port}`).to.equal(may);
    }
  }
}

describe('the connection map on random worlds, with policies of every kind', () => {
  it('has exactly what a naive reading of the rules allows, pod by pod and port by port', () => {
    fc.assert(
      fc.property(randomNetwork, (random) => {
        const map = connectivityOf(random.world);
        expect(map.sites.map(({ name }) => name)).to.deep.equal([...random.workloads.keys()].sort());
        const podsOf = (name: string) => random.workloads.get(name) ?? [];
        for (const from of map.sites) {
          for (const to of map.sites) {
            if (from === to) continue;
            const what = `${from.name} -> ${to.name}`;
            compare(map.between(from, to), podsOf(from.name), podsOf(to.name), random, what);
          }
          const sent = map.outside('egress', from);
          const accepted = map.outside('ingress', from);
          for (const ip of ADDRESSES) {
            const address = parseAddress(ip)?.[0]?.from ?? -1n;
            compare(portsAt(sent, address), podsOf(from.name), [{ ip }], random, `${from.name} -> ${ip}`);
            compare(portsAt(accepted, address), [{ ip }], podsOf(from.name), random, `${ip} -> ${from.name}`);
          }
        }
      }),
      { numRuns: 300 },
    );
  }).timeout(120_000);

  it('leaves outside what the exposure of each pod says', () => {
    fc.assert(
      fc.property(randomNetwork, ({ world }) => {
        const map = connectivityOf(world);
        for (const endpoint of map.sites.flatMap((site) => site.endpoints)) {
          for (const direction of ['ingress', 'egress'] as const) {
            const isolatedBy = isolating(
              inNamespace(world.tables.networkpolicies, endpoint.namespace),
              endpoint.labels,
              direction,
            );
            const reach = reachOf(direction, endpoint, isolatedBy);
            const { outside } = underTiers(reach, direction, endpoint, map.policies);
            for (const range of map.ranges) {
              const [from, to] =
                direction === 'ingress' ? [{ outside: range }, endpoint] : [endpoint, { outside: range }];
              const open = connections(from, to, map.policies);
              expect(portsAt(outside, range[0]?.from ?? -1n)).to.deep.equal(open);
            }
          }
        }
      }),
      { numRuns: 200 },
    );
  }).timeout(60_000);

  it('is put together from answers for pairs, and an explanation comes to the same', () => {
    fc.assert(
      fc.property(randomNetwork, ({ world }) => {
        const map = connectivityOf(world);
        const policies = policiesIn(world.tables);
        const parties = [...map.sites.flatMap(map.kindsOf), ...map.ranges.map((outside) => ({ outside }))];
        for (const from of parties) {
          for (const to of parties) {
            if (from === to) continue;
            const open = connections(from, to, policies);
            expect(agreed(explain(from, to, policies, allPorts))).to.deep.equal(open);
          }
        }
      }),
      { numRuns: 100 },
    );
  }).timeout(60_000);
});
