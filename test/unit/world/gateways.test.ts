import { expect } from 'chai';
import { commonHosts } from '../../../src/world/exposure/edge/hostnames.ts';
import { exposureIn, namespace, pod, policy, service, worldOf } from '../../support/network.ts';

const web = pod('shop/web', { ports: '{ name: http, containerPort: 8080 }' });
const inside = service('{ selector: { app: web }, ports: [{ port: 80, targetPort: http }] }');
const API = 'gateway.networking.k8s.io/v1';

const object = (kind: string, id: string, spec: string, apiVersion = API) => {
  const [home, name] = id.split('/');
  return `{ apiVersion: ${apiVersion}, kind: ${kind}, metadata: { name: ${name}, namespace: ${home} }, spec: ${spec} }`;
};
const listener = (fields = '') =>
  `{ name: web, port: 443, protocol: HTTPS, allowedRoutes: { namespaces: { from: All } } ${fields} }`;
const gateway = (listeners = listener(), more = '') =>
  object('Gateway', 'infra/public', `{ gatewayClassName: istio, listeners: [${listeners}] ${more} }`);
const parent = '{ name: public, namespace: infra }';
const httpRoute = (spec = '', refs = parent, home = 'shop') =>
  object(
    'HTTPRoute',
    `${home}/web`,
    `{ parentRefs: [${refs}], rules: [{ backendRefs: [{ name: web, port: 80, namespace: shop }] }] ${spec} }`,
  );

async function textsIn(source: 'files' | 'cluster', ...documents: readonly string[]) {
  const { variants } = exposureIn(await worldOf(web, inside, ...documents), source);
  return variants.flatMap(({ ways }) => ways.map(({ text }) => text));
}
const texts = (...documents: readonly string[]) => textsIn('files', ...documents);
const isOpen = async (...documents: readonly string[]) => (await texts(...documents)).length > 0;

describe('a Gateway', () => {
  it('leads in from the internet by a route that attaches to it; the way is told step by step', async () => {
    expect(await texts(gateway(), httpRoute(', hostnames: [shop.example]'))).to.deep.equal([
      'internet -> Gateway infra/public:443 (shop.example) -> HTTPRoute shop/web -> Service web:80 -> port 8080 -> no policy selects it',
    ]);
  });

  it('leads nowhere without a route, or for a route to another Gateway or another Service', async () => {
    expect(await isOpen(gateway())).to.be.false;
    expect(await isOpen(gateway(), httpRoute('', '{ name: public }'))).to.be.false; // in its own namespace
    expect(
      await isOpen(gateway(), httpRoute('', '{ name: public, namespace: infra, kind: Service, group: "" }')),
    ).to.be.false;
    const other = httpRoute().replace('name: web, port: 80', 'name: api, port: 80');
    expect(await isOpen(gateway(), other)).to.be.false;
    expect(await isOpen(gateway(), httpRoute().replace('port: 80', 'port: 81'))).to.be.false;
  });

  it('may be elsewhere: files without any are those of an application, in a cluster a route without one leads nowhere', async () => {
    expect(await texts(httpRoute(', hostnames: [shop.example]'))).to.deep.equal([
      'internet -> Gateway infra/public (shop.example) -> HTTPRoute shop/web -> Service web:80 -> port 8080 -> no policy selects it',
    ]);
    expect(await texts(httpRoute('', '{ name: web, kind: Service, group: "" }'))).to.be.empty;
    expect(await textsIn('cluster', httpRoute())).to.be.empty;
    const closed = policy('{ podSelector: {}, ingress: [{ from: [{ podSelector: {} }] }] }');
    const { doubts } = exposureIn(await worldOf(web, inside, closed, httpRoute()));
    expect(doubts).to.deep.equal(['who passes on what HTTPRoute shop/web lets in: its Gateway is not there']);
  });

  it('passes nothing to a backend of weight 0, and a copy to a mirror', async () => {
    expect(await isOpen(gateway(), httpRoute().replace('port: 80', 'port: 80, weight: 0'))).to.be.false;
    const mirror = httpRoute().replace(
      'backendRefs: [',
      'filters: [{ type: RequestMirror, requestMirror: { backendRef: { name: web, port: 80 } } }], backendRefs: [] , none: [',
    );
    expect(await isOpen(gateway(), mirror)).to.be.true;
  });

  it('a parentRef may name one listener, by sectionName or by port', async () => {
    const via = (fields: string) =>
      isOpen(gateway(), httpRoute('', `{ name: public, namespace: infra, ${fields} }`));
    expect(await via('sectionName: web')).to.be.true;
    expect(await via('sectionName: admin')).to.be.false;
    expect(await via('port: 443')).to.be.true;
    expect(await via('port: 80')).to.be.false;
  });

  describe('allows routes', () => {
    const allowing = (allowed: string) =>
      gateway(
        `{ name: web, port: 443, protocol: HTTPS ${allowed === '' ? '' : `, allowedRoutes: ${allowed}`} }`,
      );
    const shop = namespace('shop', 'team: shop');
    const selector = (value: string) =>
      `{ namespaces: { from: Selector, selector: { matchLabels: { team: ${value} } } } }`;
    const table: readonly [string, boolean][] = [
      ['', false], // Same is the default
      ['{ namespaces: { from: Same } }', false],
      ['{ namespaces: { from: All } }', true],
      [selector('shop'), true],
      [selector('lab'), false],
      ['{ namespaces: { from: Selector } }', false],
      ['{ namespaces: { from: Some } }', false],
      ['{ namespaces: { from: All }, kinds: [{ kind: HTTPRoute }] }', true],
      ['{ namespaces: { from: All }, kinds: [{ kind: GRPCRoute }] }', false],
      ['{ namespaces: { from: All }, kinds: [{ kind: HTTPRoute, group: example.com }] }', false],
    ];
    for (const [allowed, expected] of table) {
      it(`${allowed === '' ? 'that say nothing' : allowed}: ${expected ? 'attached' : 'not attached'}`, async () => {
        expect(await isOpen(shop, allowing(allowed), httpRoute())).to.equal(expected);
      });
    }
    it('of its own namespace by default', async () => {
      const own = object(
        'Gateway',
        'shop/own',
        '{ gatewayClassName: istio, listeners: [{ name: web, port: 443, protocol: HTTPS }] }',
      );
      expect(await isOpen(own, httpRoute('', '{ name: own }'))).to.be.true;
    });
  });

  it('takes a route only where their host names have something in common', async () => {
    const at = (host: string, hosts: string) =>
      isOpen(gateway(listener(`, hostname: '${host}'`)), httpRoute(`, hostnames: [${hosts}]`));
    expect(await at('shop.example', 'shop.example')).to.be.true;
    expect(await at('*.example', 'shop.example, lab.test')).to.be.true;
    expect(await at('*.example', 'lab.test')).to.be.false;
    expect(await at('shop.example', '')).to.be.true;
  });

  const protocols: readonly [string, string, boolean][] = [
    ['HTTP', 'HTTPRoute', true],
    ['HTTPS', 'GRPCRoute', true],
    ['HTTP', 'TCPRoute', false],
    ['TLS', 'TLSRoute', true],
    ['TLS', 'HTTPRoute', false],
    ['TCP', 'TCPRoute', true],
    ['TCP', 'UDPRoute', false],
  ];
  for (const [protocol, kind, expected] of protocols) {
    it(`of protocol ${protocol} ${expected ? 'takes' : 'does not take'} a ${kind}`, async () => {
      const door = gateway(listener().replace('HTTPS', protocol));
      expect(await isOpen(door, httpRoute().replace('kind: HTTPRoute', `kind: ${kind}`))).to.equal(expected);
    });
  }

  it('of protocol UDP leads to a UDP port by a UDPRoute', async () => {
    const dns = [
      pod('shop/web', { ports: '{ containerPort: 5353, protocol: UDP }' }),
      service('{ selector: { app: web }, ports: [{ port: 80, targetPort: 5353, protocol: UDP }] }'),
    ];
    const route = httpRoute().replace('kind: HTTPRoute', 'kind: UDPRoute');
    const { variants } = exposureIn(
      await worldOf(...dns, gateway(listener().replace('HTTPS', 'UDP')), route),
    );
    expect(variants[0]?.ways.map(({ ports }) => ports.UDP)).to.deep.equal([[{ from: 5353, end: 5354 }]]);
  });

  it('reads TLSRoutes and the like in the versions that went before', async () => {
    const old = httpRoute()
      .replace('HTTPRoute', 'TCPRoute')
      .replace(API, 'gateway.networking.k8s.io/v1alpha2');
    expect(await isOpen(gateway(listener().replace('HTTPS', 'TCP')), old)).to.be.true;
  });

  it('is internal by the annotation of its cloud, by its class, and by the addresses that it was given', async () => {
    const levelAt = async (door: string) =>
      exposureIn(await worldOf(web, inside, door, httpRoute())).variants[0]?.ways.map(({ level }) => level);
    const annotation = 'service.beta.kubernetes.io/aws-load-balancer-scheme: internal';
    expect(
      await levelAt(gateway(listener(), `, infrastructure: { annotations: { ${annotation} } }`)),
    ).to.deep.equal(['node network']);
    expect(await levelAt(gateway().replace('istio', 'gke-l7-rilb'))).to.deep.equal(['node network']);
    const given = (ip: string) => gateway().replace(/ \}$/, `, status: { addresses: [{ value: ${ip} }] } }`);
    expect(await levelAt(given('10.0.0.9'))).to.deep.equal(['node network']);
    expect(await levelAt(given('198.51.100.9'))).to.deep.equal(['internet']);
  });

  it('takes the listeners of a ListenerSet, if it allows them; routes attach to the set', async () => {
    const set = object(
      'ListenerSet',
      'team/extra',
      `{ parentRef: ${parent}, listeners: [{ name: extra, port: 8443, protocol: HTTPS, allowedRoutes: { namespaces: { from: All } } }] }`,
    );
    const route = httpRoute('', '{ kind: ListenerSet, name: extra, namespace: team }');
    const allowing = (from: string) =>
      gateway(listener(), `, allowedListeners: { namespaces: { from: ${from} } }`);
    expect(await texts(allowing('All'), set, route)).to.deep.equal([
      'internet -> Gateway infra/public:8443 (every host) -> HTTPRoute shop/web -> Service web:80 -> port 8080 -> no policy selects it',
    ]);
    expect(await isOpen(allowing('Same'), set, route)).to.be.false;
    expect(await isOpen(gateway(), set, route), 'None is the default').to.be.false;
    // a route to the Gateway itself does not attach to the listeners of its sets
    expect(
      await isOpen(
        allowing('All'),
        set,
        httpRoute('', '{ name: public, namespace: infra, sectionName: extra }'),
      ),
    ).to.be.false;
  });

  describe('and a Service of another namespace', () => {
    const foreign = httpRoute('', parent, 'frontend');
    const grant = (from: string, to = '{ group: "", kind: Service }') =>
      object('ReferenceGrant', 'shop/grant', `{ from: [${from}], to: [${to}] }`);
    const given = '{ group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: frontend }';

    it('needs a ReferenceGrant there, which is what shows the way', async () => {
      expect(await isOpen(gateway(), foreign)).to.be.false;
      const { variants } = exposureIn(await worldOf(web, inside, gateway(), foreign, grant(given)));
      const [way] = variants[0]?.ways ?? [];
      expect(way?.object).to.include({ kind: 'ReferenceGrant', namespace: 'shop', name: 'grant' });
      expect(way?.path).to.equal('/spec/from/0');
      expect(way?.text).to.equal(
        'internet -> a Gateway -> HTTPRoute of namespace frontend -> Service web:80 -> port 8080 -> no policy selects it',
      );
    });

    it('needs one for this kind, namespace and Service', async () => {
      const isGranted = (from: string, to?: string) => isOpen(gateway(), foreign, grant(from, to));
      expect(await isGranted(given, '{ group: "", kind: Service, name: web }')).to.be.true;
      expect(await isGranted(given, '{ group: "", kind: Service, name: api }')).to.be.false;
      expect(await isGranted(given.replace('HTTPRoute', 'GRPCRoute'))).to.be.false;
      expect(await isGranted(given.replace('frontend', 'backend'))).to.be.false;
      expect(await isGranted(given, '{ group: "", kind: Secret }')).to.be.false;
    });
  });

  it('may be of a class whose controller is nowhere: then it still leads in, and the doubt is told', async () => {
    const from = policy('{ podSelector: {}, ingress: [{ from: [{ namespaceSelector: {} }] }] }');
    const found = exposureIn(
      await worldOf(web, inside, gateway().replace('istio', 'odd'), httpRoute(), from),
    );
    expect(found.variants[0]?.ways.map(({ level }) => level)).to.deep.equal(['internet']);
    expect(found.doubts).to.deep.equal([
      'who passes on what HTTPRoute shop/web lets in: its GatewayClass odd is not there, and no controller was found',
    ]);
  });
});

describe('host names', () => {
  const table: readonly [string | undefined, readonly string[], readonly string[] | undefined][] = [
    [undefined, [], []],
    [undefined, ['a.example'], ['a.example']],
    ['a.example', [], ['a.example']],
    ['*.example', ['a.b.example', 'example', 'c.test'], ['a.b.example']],
    ['a.example', ['*.example'], ['a.example']],
    ['*.a.example', ['*.example'], ['*.a.example']],
    ['*.example', ['*.test'], undefined],
    ['a.example', ['b.example'], undefined],
  ];
  for (const [listenerHost, hosts, common] of table) {
    it(`${listenerHost ?? 'any'} and [${hosts.join()}] have ${common?.join() ?? 'nothing'} in common`, () => {
      expect(commonHosts(listenerHost, hosts)).to.deep.equal(common);
    });
  }
});
