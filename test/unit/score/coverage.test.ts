import { expect } from 'chai';
import { checks } from '../../../src/axes/index.ts';
import { assess } from '../../../src/score/assess.ts';
import { judge } from '../../support/fixture.ts';

const creator = `
apiVersion: v1
kind: Pod
metadata: { name: subject, namespace: shop }
spec: { serviceAccountName: runner, containers: [{ name: main, image: main:1 }] }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: { name: runner, namespace: shop }
rules: [{ apiGroups: [""], resources: [pods], verbs: [create] }]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { name: runner, namespace: shop }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: Role, name: runner }
subjects: [{ kind: ServiceAccount, name: runner, namespace: shop }]
`;

const controller = (name: string, labels: string, image: string) => `---
apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name}, namespace: guard }
spec: { template: { metadata: { labels: { ${labels} } }, spec: { containers: [{ name: main, image: "${image}" }] } } }
`;

const engines: Readonly<Record<string, string>> = {
  Kyverno: controller('kyverno', 'app: admission', 'reg.example/kyverno/kyverno:v1.15.0'),
  Gatekeeper: controller('audit', '"gatekeeper.sh/system": "yes"', 'mirror.example/guard:3'),
  Kubewarden: controller('policy-server', '"app.kubernetes.io/part-of": kubewarden', 'mirror.example/p:1'),
  ValidatingAdmissionPolicy: `---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: { name: no-host-paths }
spec: { policyName: no-host-paths, validationActions: [Deny] }
`,
};

describe('the coverage of the api axis', () => {
  const apiOf = async (content: string) => {
    const { workload, around } = await judge('coverage', content);
    return assess(workload, around, checks).axes.api;
  };

  it('is whole where only Pod Security levels decide which pods may be created', async () => {
    expect(await apiOf(creator)).to.deep.include({ percent: 100, missing: [] });
  });

  for (const [name, manifest] of Object.entries(engines)) {
    it(`falls where ${name} decides as well, of which nothing is known`, async () => {
      const { percent, missing } = await apiOf(creator + manifest);
      expect(percent).to.be.below(100);
      expect(missing).to.deep.equal([`what ${name} forbids of the pods that the account may create`]);
    });
  }

  it('stays whole for an account that may create none', async () => {
    const reader = creator.replace('verbs: [create]', 'verbs: [list]');
    expect((await apiOf(reader + engines['Kyverno'])).percent).to.equal(100);
  });
});
