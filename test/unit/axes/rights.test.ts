import { expect } from 'chai';
import { checks } from '../../../src/axes/index.ts';
import { loadWorld } from '../../../src/observe/files/load.ts';
import { defaultPolicy } from '../../../src/policy/policy.ts';
import { findingsOf } from '../../../src/score/findings.ts';
import { surroundingsLayer } from '../../../src/world/surroundings/layer.ts';

/** What is said of cluster-admin, bound to this subject, at a pod that has no token. */
async function saidOf(subject: string): Promise<readonly string[]> {
  const content = `
apiVersion: v1
kind: Pod
metadata: { name: web, namespace: shop }
spec: { automountServiceAccountToken: false, containers: [{ name: main, image: main:1 }] }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: { name: open }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin }
subjects: [${subject}]
`;
  const { world } = await loadWorld([{ name: 'test', content }], 0);
  const layer = surroundingsLayer();
  return [...layer.workloads(world).values()]
    .flatMap((workload) => findingsOf(workload, layer.of(workload, world, defaultPolicy), checks))
    .filter(({ check }) => check.id === 'api/do-anything')
    .map(({ severity, message }) => `${severity}: ${message}`);
}

describe('rights of a workload without a token', () => {
  const RBAC = 'apiGroup: rbac.authorization.k8s.io';

  it('weigh less, if they take one', async () => {
    expect(await saidOf(`{ kind: Group, ${RBAC}, name: "system:serviceaccounts" }`)).to.deep.equal([
      'low: account default, in every namespace, may do anything, like everyone in the group system:serviceaccounts: this gives it the whole cluster; its token is not in the pod, so this takes another way to the account',
    ]);
  });

  it('weigh all the same, if anyone has them without credentials', async () => {
    for (const nobody of [
      'kind: User, name: "system:anonymous"',
      'kind: Group, name: "system:unauthenticated"',
    ])
      expect(await saidOf(`{ ${RBAC}, ${nobody} }`), nobody).to.deep.equal([
        'critical: account default, in every namespace, may do anything, like anyone without credentials: this gives it the whole cluster',
      ]);
  });
});
