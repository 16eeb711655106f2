/** What other projects' tests expect of the same files, asked of the command `hexarisk reach -o json`. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { type Addresses, parseAddress, parseCidr } from '../../../src/world/exposure/addresses.ts';
import { type Flows, noFlows, product, unionFlows } from '../../../src/world/exposure/flows.ts';
import {
  allPorts,
  hasPort,
  isProtocol,
  noPorts,
  portRange,
  type Ports,
  portsText,
  unionPorts,
} from '../../../src/world/exposure/ports.ts';
import { isOutside, type JsonEntry, mapOf, portsOfEntry } from '../../support/reach.ts';

const corpora = join(import.meta.dirname, '../../../../shared/corpora');
const there = existsSync(corpora);
const suite = there ? describe : describe.skip;
const title = (name: string): string => (there ? name : `${name} (skipped: no ../shared/corpora)`);
const read = (path: string): string => readFileSync(join(corpora, path), 'utf8');
const folders = (path: string): readonly string[] => (there ? readdirSync(join(corpora, path)).sort() : []);

const filesIn = (folder: string): Promise<readonly JsonEntry[]> =>
  mapOf([], { files: [join(corpora, folder)] });

suite(title('reach over corpus netpol-cyclonus'), () => {
  interface Case {
    readonly id: string;
    readonly description: string;
    readonly pods: readonly string[];
    readonly matrix: Readonly<Record<string, Readonly<Record<string, string>>>>;
  }
  const cases = there
    ? read('netpol-cyclonus/cases.jsonl')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as Case)
    : [];
  const nameOf = (pod: string): string => pod.replace('/', '/pod/');

  for (const { id, description, pods, matrix } of cases) {
    it(`${id}: ${description}`, async () => {
      const entries = await filesIn(`netpol-cyclonus/steps/${id}`);
      const open = new Map(entries.map((entry) => [`${entry.from} ${entry.to}`, portsOfEntry(entry)]));
      for (const [port, rows] of Object.entries(matrix)) {
        const [protocol = '', number] = port.split('/');
        if (!isProtocol(protocol)) expect.fail(protocol);
        for (const [from, row] of Object.entries(rows)) {
          const found = pods.map((to, index) => {
            if (to === from) return row[index]; // the map has no entry for a workload to itself
            const ports = open.get(`${nameOf(from)} ${nameOf(to)}`) ?? noPorts;
            return hasPort(ports, protocol, Number(number)) ? '.' : 'X';
          });
          expect(found.join(''), `${port} from ${from}`).to.equal(row);
        }
      }
    });
  }
});

suite(title('reach over corpus netpol-np-guard'), () => {
  interface Pair {
    readonly src: string;
    readonly dst: string;
    readonly conn: string;
  }
  /** `frontend/webapp[Deployment]`; it names mirror pods with their node. */
  const nameOf = (name: string): string =>
    name.replace(/^(.*?)\/(.*)\[(.*)\]$/, (_, namespace: string, own: string, kind: string) =>
      kind === 'Pod' && own.endsWith('-minikube')
        ? `${namespace}/pod/${own.replace(/-minikube$/, '')}`
        : `${namespace}/${kind.toLowerCase()}/${own}`,
    );
  const isExternal = (name: string): boolean => name.endsWith('[External]');
  const rangeOf = (name: string): Addresses => {
    const [first, last] = name
      .replace('[External]', '')
      .split('-')
      .map((text) => parseAddress(text)?.[0]);
    return first === undefined || last === undefined
      ? expect.fail(name)
      : [{ from: first.from, end: last.end }];
  };

  /** `TCP 8080,9555,UDP 53` */
  function portsOfConn(conn: string): Ports {
    if (conn === 'All Connections') return allPorts;
    let protocol = '';
    return conn
      .split(',')
      .map((part) => {
        const [range = '', name] = part.split(' ').toReversed();
        protocol = name ?? protocol;
        const [from = Number.NaN, to = from] = range.split('-').map(Number);
        return isProtocol(protocol) ? portRange(protocol, from, to) : expect.fail(conn);
      })
      .reduce(unionPorts, noPorts);
  }

  /** The connections with addresses of IPv4 outside, by workload and direction: it knows no others. */
  function outsideOf(rows: readonly (readonly [key: string, range: Addresses, ports: Ports])[]) {
    const byKey = Map.groupBy(rows, ([key]) => key);
    return new Map<string, Flows>(
      [...byKey]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, some]) => [
          key,
          some.map(([, range, ports]) => product(range, ports)).reduce(unionFlows, noFlows),
        ]),
    );
  }

  for (const name of folders('netpol-np-guard/cases')) {
    const folder = `netpol-np-guard/cases/${name}`;
    // what a controller for Ingress reaches is a way in, and no entry of the map
    const rows = (): readonly Pair[] => {
      const list = readdirSync(join(corpora, folder)).find((file) => /^connlist\..*json$/.test(file)) ?? '';
      return (JSON.parse(read(`${folder}/${list}`)) as readonly Pair[]).filter(
        ({ src }) => !src.startsWith('{'),
      );
    };

    it(`${name}: every pair of workloads`, async () => {
      const entries = await filesIn(`${folder}/manifests`);
      const found = entries
        .filter(({ from, to }) => !isOutside(from) && !isOutside(to))
        .map((entry) => `${entry.from} -> ${entry.to}: ${portsText(portsOfEntry(entry))}`);
      const wanted = rows()
        .filter(({ src, dst }) => !isExternal(src) && !isExternal(dst))
        .map(({ src, dst, conn }) => `${nameOf(src)} -> ${nameOf(dst)}: ${portsText(portsOfConn(conn))}`);
      expect(found.toSorted()).to.deep.equal(wanted.toSorted());
    });

    it(`${name}: every workload with the addresses outside`, async () => {
      const found = (await filesIn(`${folder}/manifests`)).flatMap((entry) => {
        const cidr = isOutside(entry.from) ? entry.from : entry.to;
        if (!isOutside(cidr) || cidr.includes(':')) return [];
        const key = cidr === entry.from ? `to ${entry.to}` : `from ${entry.from}`;
        return [[key, parseCidr(cidr) ?? [], portsOfEntry(entry)] as const];
      });
      const wanted = rows().flatMap(({ src, dst, conn }) => {
        if (!isExternal(src) && !isExternal(dst)) return [];
        const key = isExternal(src) ? `to ${nameOf(dst)}` : `from ${nameOf(src)}`;
        return [[key, rangeOf(isExternal(src) ? src : dst), portsOfConn(conn)] as const];
      });
      expect(outsideOf(found)).to.deep.equal(outsideOf(wanted));
    });
  }
});

suite(title('reach over corpus netpol-recipes'), () => {
  interface Recipe {
    /** `namespace/name: labels`, each a pod. */
    readonly pods: Readonly<Record<string, string>>;
    /** Labels of namespaces. */
    readonly namespaces?: Readonly<Record<string, string>>;
    /** What the recipe says may still connect to, or be reached by, the pod that it is about. */
    readonly direction: 'to' | 'from';
    readonly subject: string;
    readonly open: Readonly<Record<string, string>>;
  }
  const OUTSIDE = { '0.0.0.0/0': 'all ports', '::/0': 'all ports' };
  const DNS = 'TCP 53; UDP 53';
  const shop = { 'default/web': 'app: web', 'default/other': 'app: other', 'lab/web': 'app: web' };
  const foo = {
    'default/foo': 'app: foo',
    'default/web': 'app: web',
    'kube-system/dns': 'k8s-app: kube-dns',
    'kube-system/other': 'app: other',
  };
  const web = { pods: shop, direction: 'to', subject: 'default/web' } as const;
  const egress = { pods: foo, direction: 'from', subject: 'default/foo' } as const;

  const recipes: Readonly<Record<string, Recipe>> = {
    '01-deny-all-traffic-to-an-application.0': { ...web, open: {} },
    '02-limit-traffic-to-an-application.0': {
      pods: {
        'default/api': 'app: bookstore, role: api',
        'default/front': 'app: bookstore, role: frontend',
        'default/other': 'app: other',
        'lab/front': 'app: bookstore, role: frontend',
      },
      direction: 'to',
      subject: 'default/api',
      open: { 'default/front': 'all ports' },
    },
    '02a-allow-all-traffic-to-an-application.0': {
      ...web,
      open: { ...OUTSIDE, 'default/other': 'all ports', 'lab/web': 'all ports' },
    },
    '03-deny-all-non-whitelisted-traffic-in-the-namespace.0': { ...web, subject: 'default/other', open: {} },
    '04-deny-traffic-from-other-namespaces.0': { ...web, open: { 'default/other': 'all ports' } },
    '05-allow-traffic-from-all-namespaces.0': {
      ...web,
      open: { 'default/other': 'all ports', 'lab/web': 'all ports' },
    },
    '06-allow-traffic-from-a-namespace.0': {
      ...web,
      namespaces: { lab: 'purpose: production', dev: 'purpose: testing' },
      pods: { ...shop, 'dev/web': 'app: web' },
      open: { 'lab/web': 'all ports' },
    },
    '07-allow-traffic-from-some-pods-in-another-namespace.0': {
      ...web,
      namespaces: { lab: 'team: operations' },
      pods: { ...shop, 'lab/monitor': 'type: monitoring', 'default/monitor': 'type: monitoring' },
      open: { 'lab/monitor': 'all ports' },
    },
    '08-allow-external-traffic.0': {
      ...web,
      open: { ...OUTSIDE, 'default/other': 'all ports', 'lab/web': 'all ports' },
    },
    '09-allow-traffic-only-to-a-port.0': {
      pods: {
        'default/api': 'app: apiserver',
        'default/monitor': 'role: monitoring',
        'default/other': 'app: other',
      },
      direction: 'to',
      subject: 'default/api',
      open: { 'default/monitor': 'TCP 5000' },
    },
    '10-allowing-traffic-with-multiple-selectors.0': {
      pods: {
        'default/db': 'app: bookstore, role: db',
        'default/search': 'app: bookstore, role: search',
        'default/api': 'app: bookstore, role: api',
        'default/inventory': 'app: inventory, role: web',
        'default/other': 'app: inventory, role: api',
      },
      direction: 'to',
      subject: 'default/db',
      open: { 'default/search': 'all ports', 'default/api': 'all ports', 'default/inventory': 'all ports' },
    },
    '11-deny-egress-traffic-from-an-application.0': { ...egress, open: {} },
    '11-deny-egress-traffic-from-an-application.1': { ...egress, open: { 'kube-system/dns': DNS } },
    '12-deny-all-non-whitelisted-traffic-from-the-namespace.0': {
      ...egress,
      subject: 'default/web',
      open: {},
    },
    '14-deny-external-egress-traffic.0': { ...egress, open: { 'kube-system/dns': DNS } },
  };

  const podText = ([id, labels]: readonly [string, string]): string => {
    const [namespace, name] = id.split('/');
    return `{apiVersion: v1, kind: Pod, metadata: {name: ${name}, namespace: ${namespace}, labels: {${labels}}}, spec: {containers: [{name: main, image: main}]}}`;
  };
  const namespaceText = ([name, labels]: readonly [string, string]): string =>
    `{apiVersion: v1, kind: Namespace, metadata: {name: ${name}, labels: {${labels}}}}`;

  for (const [name, { pods, namespaces = {}, direction, subject, open }] of Object.entries(recipes)) {
    it(name, async () => {
      const entries = await mapOf([
        read(`netpol-recipes/${name}.yaml`),
        ...Object.entries(namespaces).map(namespaceText),
        ...Object.entries(pods).map(podText),
      ]);
      const own = subject.replace('/', '/pod/');
      const found = entries
        .filter((entry) => entry[direction] === own)
        .map((entry) => {
          const other = direction === 'to' ? entry.from : entry.to;
          return [other.replace('/pod/', '/'), portsText(portsOfEntry(entry))];
        });
      expect(Object.fromEntries(found)).to.deep.equal(open);
    });
  }

  it('holds every recipe', () => {
    const files = folders('netpol-recipes').filter((file) => file.endsWith('.yaml'));
    expect(files.map((file) => file.replace('.yaml', ''))).to.deep.equal(Object.keys(recipes).sort());
  });
});
