import { expect } from 'chai';
import { loadWorld } from '../../../src/observe/files/load.ts';
import { workloadsLayer } from '../../../src/world/workload/workloads.ts';

async function load(...documents: readonly string[]) {
  const { world, errors, warnings } = await loadWorld([{ name: 'f', content: documents.join('\n---\n') }], 0);
  const workloads = [...workloadsLayer()(world).values()].map(
    ({ ref, variants }) =>
      `${ref.kind} ${ref.namespace}/${ref.name}: ${variants.map(({ pod }) => pod.containers[0]?.image).join()}`,
  );
  return { workloads, messages: [...errors, ...warnings].map(({ message }) => message) };
}

const template = (image = 'web:1') =>
  `{metadata: {labels: {app: web}}, spec: {containers: [{name: web, image: '${image}'}]}}`;
const custom = (apiVersion: string, kind: string, spec: string, more = '') =>
  `{apiVersion: ${apiVersion}, kind: ${kind}, metadata: {name: web, namespace: shop ${more}}, spec: ${spec}}`;

describe('custom resources in files', () => {
  it('are workloads where they hold a pod template', async () => {
    const held: readonly (readonly [apiVersion: string, kind: string, spec: string])[] = [
      ['argoproj.io/v1alpha1', 'Rollout', `{template: ${template()}}`],
      ['apps.openshift.io/v1', 'DeploymentConfig', `{template: ${template()}}`],
      ['apps.kruise.io/v1beta1', 'StatefulSet', `{template: ${template()}}`],
      ['serving.knative.dev/v1', 'Service', `{template: ${template()}}`],
      ['agents.x-k8s.io/v1beta1', 'Sandbox', `{podTemplate: ${template()}}`],
      ['apps.kruise.io/v1alpha1', 'AdvancedCronJob', `{jobTemplate: {spec: {template: ${template()}}}}`],
      ['keda.sh/v1alpha1', 'ScaledJob', `{jobTargetRef: {template: ${template()}}}`],
    ];
    for (const [apiVersion, kind, spec] of held) {
      const { workloads, messages } = await load(custom(apiVersion, kind, spec));
      expect(workloads, kind).to.deep.equal([`${kind} shop/web: web:1`]);
      expect(messages, kind).to.be.empty;
    }
  });

  it('of one name and unlike kinds are unlike workloads, and the last of two of one kind counts', async () => {
    const rollout = (image: string) =>
      custom('argoproj.io/v1alpha1', 'Rollout', `{template: ${template(image)}}`);
    const clone = custom('apps.kruise.io/v1alpha1', 'CloneSet', `{template: ${template('web:3')}}`);
    const { workloads, messages } = await load(rollout('web:1'), clone, rollout('web:2'));
    expect(workloads).to.have.members(['Rollout shop/web: web:2', 'CloneSet shop/web: web:3']);
    expect(messages).to.deep.equal(['Rollout shop/web is given twice: the last one counts']);
  });

  it('are one workload with the pods that they made', async () => {
    const owner = '{apiVersion: argoproj.io/v1alpha1, kind: Rollout, name: web, uid: u, controller: true}';
    const pod = `{apiVersion: v1, kind: Pod, metadata: {name: web-1, namespace: shop, ownerReferences: [${owner}]}, spec: {containers: [{name: web, image: 'web:1'}]}}`;
    const { workloads } = await load(
      custom('argoproj.io/v1alpha1', 'Rollout', `{template: ${template()}}`),
      pod,
    );
    expect(workloads).to.deep.equal(['Rollout shop/web: web:1']);
  });

  it('are none where the template is of something else, or where another object made them', async () => {
    const certificate = custom('cert.example/v1', 'Request', '{template: {spec: {containers: 3}}}');
    const overlay = custom(
      'kibana.example/v1',
      'Kibana',
      '{podTemplate: {spec: {containers: [{name: kibana, resources: {}}]}}}',
    );
    const made = custom(
      'serving.knative.dev/v1',
      'Configuration',
      `{template: ${template()}}`,
      ', ownerReferences: [{apiVersion: serving.knative.dev/v1, kind: Service, name: web, uid: u, controller: true}]',
    );
    const ofKubernetes = `{apiVersion: v1, kind: PodTemplate, metadata: {name: web}, template: ${template()}}`;
    expect(await load(certificate, overlay, made, ofKubernetes)).to.deep.equal({
      workloads: [],
      messages: [],
    });
  });

  it('are left out with a warning where it cannot be read', async () => {
    const odd = custom(
      'argoproj.io/v1alpha1',
      'Rollout',
      `{template: {spec: {containers: [{name: 3, image: a}]}}}`,
    );
    const { workloads, messages } = await load(odd);
    expect(workloads).to.be.empty;
    expect(messages[0]).to.match(
      /^the pod template of Rollout shop\/web cannot be read, it is left out: \/spec\/template/,
    );
  });
});
