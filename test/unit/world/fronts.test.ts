import { expect } from 'chai';
import type { Exposure } from '../../../src/world/exposure/exposure.ts';
import { exposureIn, ingress, namespace, pod, policy, service, worldOf } from '../../support/network.ts';

const web = pod('shop/web', { ports: '{ name: http, containerPort: 8080 }' });
const inside = service('{ selector: { app: web }, ports: [{ port: 80, targetPort: http }] }');
const backend = '{ service: { name: web, port: { number: 80 } } }';
const behind = (className = '') =>
  ingress(`{ ${className === '' ? '' : `ingressClassName: ${className},`} defaultBackend: ${backend} }`);
const ingressClass = (name: string, controller: string, annotations = '') =>
  `{ apiVersion: networking.k8s.io/v1, kind: IngressClass, metadata: { name: ${name}, annotations: { ${annotations} } }, spec: { controller: ${controller} } }`;

/** A controller's DaemonSet or Deployment in a namespace of its own. */
const controller = (home: string, image: string, labels: string, spec = '') =>
  `{ apiVersion: apps/v1, kind: Deployment, metadata: { name: controller, namespace: ${home} }, spec: { selector: {}, template: { metadata: { labels: { ${labels} } }, spec: { ${spec} containers: [{ name: main, image: '${image}' }] } } } }`;
const nginx = controller('edge', 'registry.k8s.io/ingress-nginx/controller:v1.13.0@sha256:00', 'app: front');
const nginxClass = ingressClass('public', 'k8s.io/ingress-nginx');

const from = (peer: string) =>
  policy(`{ podSelector: { matchLabels: { app: web } }, ingress: [{ from: [${peer}] }] }`);
const ofEdge = '{ namespaceSelector: { matchLabels: { kubernetes.io/metadata.name: edge } } }';

const exposure = async (...documents: readonly string[]) =>
  exposureIn(await worldOf(web, inside, ...documents));
const texts = ({ variants }: Exposure) => variants.flatMap(({ ways }) => ways.map(({ text }) => text));
const doubtsAndWays = async (...documents: readonly string[]) => {
  const found = await exposure(...documents);
  return { ways: texts(found).length, doubts: found.doubts.length };
};

describe('what an Ingress lets in arrives from the pods of its controller', () => {
  it('and is exposed if a policy admits them, by their labels and those of their namespace', async () => {
    const found = await exposure(nginx, nginxClass, behind('public'), from(ofEdge));
    expect(texts(found)).to.deep.equal([
      'internet -> Ingress shop/web (every host) -> Service web:80 -> port 8080 -> NetworkPolicy policy allows every pod of namespaces kubernetes.io/metadata.name=edge',
    ]);
    expect(found.doubts).to.be.empty;
    const byLabels = '{ namespaceSelector: {}, podSelector: { matchLabels: { app: front } } }';
    expect(texts(await exposure(nginx, nginxClass, behind('public'), from(byLabels)))).to.have.length(1);
  });

  it('and is not, if the policies refuse them, whatever else they allow', async () => {
    for (const peer of [
      '{ podSelector: {} }',
      '{ namespaceSelector: { matchLabels: { team: lab } } }',
      '{ namespaceSelector: {}, podSelector: { matchLabels: { app: ingress-nginx } } }', // well-known, but not these
      '{ ipBlock: { cidr: 203.0.113.0/24 } }',
    ]) {
      const found = await exposure(
        nginx,
        nginxClass,
        behind('public'),
        from(peer),
        namespace('edge', 'team: edge'),
      );
      expect(texts(found), peer).to.be.empty;
      expect(found.doubts).to.be.empty;
    }
  });

  it('on the port that the policy opens only', async () => {
    const on = (port: number) =>
      exposure(
        nginx,
        nginxClass,
        behind('public'),
        policy(`{ podSelector: {}, ingress: [{ from: [${ofEdge}], ports: [{ port: ${port} }] }] }`),
      );
    expect(texts(await on(8080))).to.have.length(1);
    expect(texts(await on(9090))).to.be.empty;
  });

  it("on its node's network it has the node's address: a block as wide as a network may hold it", async () => {
    const onNode = nginx.replace('spec: {  containers', 'spec: { hostNetwork: true, containers');
    expect(onNode).to.include('hostNetwork');
    const passes = async (peer: string) =>
      texts(await exposure(onNode, nginxClass, behind('public'), from(peer))).length > 0;
    expect(await passes(ofEdge)).to.be.false;
    expect(await passes('{ ipBlock: { cidr: 10.0.0.0/8 } }')).to.be.true;
    expect(await passes('{ ipBlock: { cidr: 10.0.3.0/24 } }')).to.be.false;
  });

  it('a load balancer of the cloud is no pod: an address must be allowed', async () => {
    const alb = ingressClass('alb', 'ingress.k8s.aws/alb');
    const publicly = behind('alb').replace(
      'annotations: {  }',
      'annotations: { alb.ingress.kubernetes.io/scheme: internet-facing }',
    );
    expect(
      await doubtsAndWays(alb, publicly, from('{ namespaceSelector: { matchLabels: { a: b } } }')),
    ).to.deep.equal({
      ways: 0,
      doubts: 0,
    });
    expect(await doubtsAndWays(alb, publicly, from('{ ipBlock: { cidr: 10.1.2.0/24 } }'))).to.deep.equal({
      ways: 1,
      doubts: 0,
    });
  });

  describe('which controller it is', () => {
    const refused = from('{ podSelector: {} }');
    const known = { ways: 0, doubts: 0 };

    it('says the IngressClass; its conventional name, where there is none; the default class', async () => {
      expect(await doubtsAndWays(nginx, nginxClass, behind('public'), refused)).to.deep.equal(known);
      expect(await doubtsAndWays(nginx, behind('nginx'), refused)).to.deep.equal(known);
      const isDefault = ingressClass(
        'a',
        'k8s.io/ingress-nginx',
        'ingressclass.kubernetes.io/is-default-class: "true"',
      );
      expect(await doubtsAndWays(nginx, isDefault, behind(), refused)).to.deep.equal(known);
    });

    it('is any that there is, for an Ingress without a class', async () => {
      expect(await doubtsAndWays(nginx, behind(), refused)).to.deep.equal(known);
    });

    it('is told as a doubt where it cannot be found, and a policy would decide', async () => {
      const open = from('{ namespaceSelector: {} }');
      const doubt = { ways: 1, doubts: 1 };
      expect(await doubtsAndWays(behind(), open)).to.deep.equal(doubt);
      expect(await doubtsAndWays(nginxClass, behind('public'), open)).to.deep.equal(doubt);
      expect(
        await doubtsAndWays(nginx, ingressClass('odd', 'example.com/odd'), behind('odd'), open),
      ).to.deep.equal(doubt);
      const found = await exposure(behind('odd'), open);
      expect(texts(found)[0]).to.match(/NetworkPolicy policy allows .*; its controller was not found$/);
      expect(found.doubts).to.deep.equal([
        'who passes on what Ingress shop/web lets in: nothing tells which controller serves class odd',
      ]);
    });

    it('does not matter where no policy selects the pod', async () => {
      expect(await doubtsAndWays(behind('odd'))).to.deep.equal({ ways: 1, doubts: 0 });
    });
  });

  const kinds: readonly [string, string, string][] = [
    ['traefik.io/ingress-controller', 'docker.io/library/traefik:v3.3', 'app.kubernetes.io/name: traefik'],
    ['haproxy.org/ingress-controller', 'haproxytech/kubernetes-ingress:3.1', 'run: haproxy-ingress'],
    ['ingress-controllers.konghq.com/kong', 'kong:3.9', 'app: kong'],
    ['projectcontour.io/contour', 'docker.io/envoyproxy/envoy:v1.34', 'app: envoy'],
    ['istio.io/ingress-controller', 'docker.io/istio/proxyv2:1.27', 'istio: ingressgateway'],
    ['nginx.org/ingress-controller', 'nginx/nginx-ingress:5.1', 'app: nginx-ingress'],
  ];
  for (const [name, image, labels] of kinds) {
    it(`finds the pods of ${name}`, async () => {
      const documents = [controller('edge', image, labels), ingressClass('c', name), behind('c')];
      expect(await doubtsAndWays(...documents, from(ofEdge))).to.deep.equal({ ways: 1, doubts: 0 });
      expect(await doubtsAndWays(...documents, from('{ podSelector: {} }'))).to.deep.equal({
        ways: 0,
        doubts: 0,
      });
    });
  }

  it('the pods that are made for a Gateway are known by its name', async () => {
    const api = 'gateway.networking.k8s.io/v1';
    const gateway = `{ apiVersion: ${api}, kind: Gateway, metadata: { name: public, namespace: edge }, spec: { gatewayClassName: odd, listeners: [{ name: web, port: 443, protocol: HTTPS, allowedRoutes: { namespaces: { from: All } } }] } }`;
    const route = `{ apiVersion: ${api}, kind: HTTPRoute, metadata: { name: web, namespace: shop }, spec: { parentRefs: [{ name: public, namespace: edge }], rules: [{ backendRefs: [{ name: web, port: 80 }] }] } }`;
    const made = controller(
      'edge',
      'registry.example/proxy',
      'gateway.networking.k8s.io/gateway-name: public',
    );
    expect(await doubtsAndWays(made, gateway, route, from(ofEdge))).to.deep.equal({ ways: 1, doubts: 0 });
    expect(await doubtsAndWays(made, gateway, route, from('{ podSelector: {} }'))).to.deep.equal({
      ways: 0,
      doubts: 0,
    });
  });
});

describe('an Ingress', () => {
  it("that was given private addresses is as wide as the nodes' network", async () => {
    const at = (ip: string) =>
      behind().replace(/ \}$/, `, status: { loadBalancer: { ingress: [{ ip: ${ip} }] } } }`);
    const levels = async (document: string) =>
      (await exposure(document)).variants.flatMap(({ ways }) => ways.map(({ level }) => level));
    expect(await levels(at('10.0.0.8'))).to.deep.equal(['node network']);
    expect(await levels(at('198.51.100.8'))).to.deep.equal(['internet']);
  });

  it('of another namespace leads in by an ExternalName; that namespace is not named', async () => {
    const alias = service(
      '{ type: ExternalName, externalName: web.shop.svc.cluster.local, ports: [] }',
    ).replace('namespace: shop', 'namespace: lab');
    const foreign = behind().replace('namespace: shop', 'namespace: lab');
    expect(texts(await exposure(alias, foreign))).to.deep.equal([
      'internet -> an Ingress of another namespace, by an ExternalName -> Service web:80 -> port 8080 -> no policy selects it',
    ]);
    expect(texts(await exposure(alias.replace('web.shop', 'web.other'), foreign))).to.be.empty;
    expect(texts(await exposure(alias.replace('web.shop.svc.cluster.local', 'shop.example'), foreign))).to.be
      .empty;
  });
});

describe('a Service without a selector', () => {
  const balancer = service('{ type: LoadBalancer, ports: [{ name: web, port: 443, targetPort: 1 }] }');
  const slice = (endpoints: string, ports = '{ name: web, port: 8080 }') =>
    `{ apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, addressType: IPv4, metadata: { name: web-1, namespace: shop, labels: { kubernetes.io/service-name: web } }, ports: [${ports}], endpoints: [${endpoints}] }`;
  const at = async (...documents: readonly string[]) => texts(exposureIn(await worldOf(...documents)));
  const way = 'internet -> LoadBalancer shop/web:443 -> port 8080 -> no policy selects it';
  const live = pod('shop/web', { ports: '{ containerPort: 8080 }', ip: '10.1.2.3' });

  it('leads to the pods that its EndpointSlices name, on the ports that they name', async () => {
    expect(
      await at(web, balancer, slice('{ addresses: [10.9.9.9], targetRef: { kind: Pod, name: web } }')),
    ).to.deep.equal([way]);
    expect(await at(live, balancer, slice('{ addresses: [10.1.2.3] }'))).to.deep.equal([way]);
  });

  it('leads nowhere else', async () => {
    expect(await at(live, balancer)).to.be.empty;
    expect(await at(live, balancer, slice('{ addresses: [10.1.2.4] }'))).to.be.empty;
    expect(await at(live, balancer, slice('{ addresses: [10.1.2.3] }', '{ name: other, port: 8080 }'))).to.be
      .empty;
    const selecting = balancer.replace('ports:', 'selector: { app: other }, ports:');
    expect(await at(live, selecting, slice('{ addresses: [10.1.2.3] }'))).to.be.empty;
  });
});
