import { expect } from 'chai';
import { loadWorld } from '../../../src/observe/files/load.ts';
import { accountOf } from '../../../src/world/surroundings/account.ts';
import { inNamespace } from '../../../src/world/world.ts';
import { workloadsLayer } from '../../../src/world/workload/workloads.ts';

interface Written {
  readonly pod?: Record<string, unknown>;
  readonly annotations?: Record<string, string>;
  readonly container?: Record<string, unknown>;
  readonly account?: Record<string, unknown>;
}

async function accountIn({ pod = {}, container = {}, annotations = {}, account }: Written) {
  const objects = [
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'web', namespace: 'shop', annotations },
      spec: { containers: [{ name: 'web', image: 'web:1', ...container }], ...pod },
    },
    ...(account === undefined
      ? []
      : [
          {
            apiVersion: 'v1',
            kind: 'ServiceAccount',
            metadata: { name: 'default', namespace: 'shop' },
            ...account,
          },
        ]),
  ];
  const content = objects.map((object) => JSON.stringify(object)).join('\n---\n');
  const { world } = await loadWorld([{ name: 'test', content }], 0);
  const [workload] = workloadsLayer()(world).values();
  if (workload === undefined) throw new Error('no workload');
  return accountOf(workload, inNamespace(world.tables.serviceaccounts, 'shop'));
}

const mounted = async (written: Written): Promise<boolean> => (await accountIn(written)).tokenMounted;

const off = { automountServiceAccountToken: false };
const on = { automountServiceAccountToken: true };
const mount = { volumeMounts: [{ name: 'token', mountPath: '/token' }] };
const projected = (token: Record<string, unknown>) => ({
  ...off,
  volumes: [
    { name: 'token', projected: { sources: [{ serviceAccountToken: { path: 'token', ...token } }] } },
  ],
});
const secret = (secretName: string) => ({ ...off, volumes: [{ name: 'token', secret: { secretName } }] });

describe('the service account of a workload', () => {
  it('is the one that the pod names, else the default one', async () => {
    expect((await accountIn({ pod: { serviceAccountName: 'runner' } })).name).to.equal('runner');
    expect((await accountIn({})).name).to.equal('default');
    expect((await accountIn({ pod: { serviceAccountName: '' } })).name).to.equal('default');
  });

  it('puts its token into the pod unless the pod, or else the account, says no', async () => {
    expect(await mounted({})).to.be.true;
    expect(await mounted({ pod: off })).to.be.false;
    expect(await mounted({ account: off })).to.be.false;
    expect(await mounted({ account: off, pod: on })).to.be.true;
    expect(await mounted({ account: on, pod: off })).to.be.false;
  });

  it('gives no token to a container that has something else at its place', async () => {
    const hidden = {
      volumeMounts: [{ name: 'empty', mountPath: '/var/run/secrets/kubernetes.io/serviceaccount' }],
    };
    expect(await mounted({ container: hidden, pod: { volumes: [{ name: 'empty', emptyDir: {} }] } })).to.be
      .false;
    const sidecar = {
      volumes: [{ name: 'empty', emptyDir: {} }],
      initContainers: [{ name: 'init', image: 'init:1' }],
    };
    expect(await mounted({ container: hidden, pod: sidecar })).to.be.true;
  });

  it('may be mounted by a projected volume, for the API server unless its audience is another', async () => {
    expect(await mounted({ container: mount, pod: projected({}) })).to.be.true;
    expect(await mounted({ container: mount, pod: projected({ audience: '' }) })).to.be.true;
    expect(
      await mounted({
        container: mount,
        pod: projected({ audience: 'https://kubernetes.default.svc.cluster.local' }),
      }),
    ).to.be.true;
    expect(await mounted({ container: mount, pod: projected({ audience: 'vault' }) })).to.be.false;
    expect(await mounted({ pod: projected({}) }), 'no container mounts it').to.be.false;
  });

  it('shows its token in a running pod by the volume that admission added', async () => {
    const volumes = [
      {
        name: 'kube-api-access-x7k2p',
        projected: { sources: [{ serviceAccountToken: { path: 'token', expirationSeconds: 3607 } }] },
      },
    ];
    const volumeMounts = [
      { name: 'kube-api-access-x7k2p', mountPath: '/var/run/secrets/kubernetes.io/serviceaccount' },
    ];
    expect(await mounted({ pod: { ...off, volumes }, container: { volumeMounts } })).to.be.true;
    expect(await mounted({ pod: { volumes }, container: { volumeMounts } })).to.be.true;
  });

  it('may be mounted from one of the Secrets that the account lists', async () => {
    const account = { secrets: [{ name: 'default-token-1' }, { name: 'default-dockercfg-1' }] };
    expect(await mounted({ container: mount, pod: secret('default-token-1'), account })).to.be.true;
    expect(await mounted({ container: mount, pod: secret('default-dockercfg-1'), account })).to.be.false;
    expect(await mounted({ container: mount, pod: secret('other'), account })).to.be.false;
  });

  it('is none for a pod that the kubelet runs from a file', async () => {
    expect(await mounted({ annotations: { 'kubernetes.io/config.mirror': '0123' } })).to.be.false;
  });
});
