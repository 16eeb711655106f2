import { expect } from 'chai';
import check from '../../../src/axes/network/sensitive-port-open.ts';
import { findIn, judge } from '../../support/fixture.ts';

interface Given {
  readonly image?: string;
  /** `ports` of the container, in YAML flow style. */
  readonly declared?: string;
  /** `ports` of the Service before it. */
  readonly served?: string;
}

async function found({ image = 'registry.example/app', declared = '', served = '' }: Given) {
  const judged = await judge(
    'test',
    `{apiVersion: v1, kind: Pod, metadata: {name: app, namespace: shop, labels: {app: app}}, spec: {containers: [{name: app, image: '${image}', ports: [${declared}]}]}}
---
{apiVersion: v1, kind: Service, metadata: {name: door, namespace: shop}, spec: {selector: {app: app}, ports: [${served}]}}`,
  );
  return findIn(check, judged).map(
    ({ message, evidence }) =>
      `${/^port \d+ \((.*)\)/.exec(message)?.[1]} at ${evidence[0]?.object.kind} ${evidence[0]?.path}`,
  );
}

describe('ports that give much', () => {
  it('are known where a container declares them', async () => {
    expect(await found({ declared: '{containerPort: 80}, {containerPort: 6379}' })).to.deep.equal([
      'Redis at Pod /spec/containers/0/ports/1',
    ]);
  });

  it('are known where only a Service leads to them: a program listens without a declared port as well', async () => {
    expect(await found({ served: '{port: 80}, {port: 6379}' })).to.deep.equal([
      'Redis at Service /spec/ports/1',
    ]);
    expect(await found({ served: '{port: 80, targetPort: 6379}' })).to.deep.equal([
      'Redis at Service /spec/ports/0',
    ]);
    expect(await found({ served: '{port: 6379, targetPort: 80}' })).to.be.empty;
  });

  it('are said once where both do', async () => {
    const both = { declared: '{containerPort: 6379, name: redis}', served: '{port: 1, targetPort: redis}' };
    expect(await found(both)).to.deep.equal(['Redis at Pod /spec/containers/0/ports/0']);
  });

  it('are those of a console only in an image of it', async () => {
    const consoles = [
      ['quay.io/argoproj/argocli:v3.5.0', 2746],
      ['vllm/vllm-openai:v0.6.0', 8000],
      ['registry.example/ml/mlflow@sha256:' + 'a'.repeat(64), 5000],
      ['quay.io/jupyterhub/k8s-hub:4.0.0', 8081],
      ['apache/nifi:2.0.0', 8443],
      ['registry:2', 5000],
      ['rancher/rancher:v2.9.0', 443],
    ] as const;
    for (const [image, port] of consoles) {
      expect(await found({ image, served: `{port: ${port}}` }), image).to.have.length(1);
      expect(await found({ served: `{port: ${port}}` }), `${port} of another image`).to.be.empty;
    }
    expect(await found({ image: 'rancher/rancher-agent:v2.9.0', served: '{port: 443}' })).to.be.empty;
  });
});
